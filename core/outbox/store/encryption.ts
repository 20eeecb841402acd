import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'crypto';

/** Keeps secrets in the tables unreadable to whoever opens them, or a backup of them. */

/** A key that is too weak, or a value that none of the keys opens. The message holds no secret. */
export class EncryptionError extends Error {
	override readonly name = 'SealingError';
}

const MIN_KEY_LENGTH = 32;
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

const deriveKey = (text: string): Buffer =>
	Buffer.from(hkdfSync('sha256', Buffer.from(text, 'utf8'), '', 'agent-webhooks outbox', 32));

/** Tells keys apart without giving anything of them away. */
const keyName = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 8);

/** @returns `undefined` for what was not sealed with this key, for this place */
function decipher(key: Buffer, bytes: Buffer, place: string): string | undefined {
	try {
		const cipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES))
			.setAAD(Buffer.from(place, 'utf8'))
			.setAuthTag(bytes.subarray(-TAG_BYTES));
		const content = bytes.subarray(IV_BYTES, -TAG_BYTES);
		return Buffer.concat([cipher.update(content), cipher.final()]).toString('utf8');
	} catch {
		return undefined;
	}
}

export interface Encrypter {
	/** @param place what the value belongs to: it opens nowhere else */
	seal(value: string, place: string): string;
	/** @throws SealingError */
	open(sealed: string, place: string): string;
}

/**
 * Makes a sealer: AES-256-GCM, with a key derived from text of at least 32 characters.
 * @param keys the current one, then those with which older values may be sealed
 * @throws SealingError
 */
export function createEncrypter(keys: string[]): Encrypter {
	if (keys.length === 0 || keys.some((key) => key.length < MIN_KEY_LENGTH)) {
		throw new EncryptionError(
			`The outbox credential's encryption key must have at least ${MIN_KEY_LENGTH} characters. Make one with Signature → Generate Secret, or with: openssl rand -hex 32`,
		);
	}
	const derived = keys.map(deriveKey);
	return {
		seal: (value, place) => {
			const iv = randomBytes(IV_BYTES);
			const cipher = createCipheriv(CIPHER, derived[0], iv).setAAD(Buffer.from(place, 'utf8'));
			const bytes = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
			const content = Buffer.concat([iv, bytes, cipher.getAuthTag()]).toString('base64');
			return `v1.${keyName(derived[0])}.${content}`;
		},
		open: (sealed, place) => {
			const [version, name, content] = sealed.split('.');
			const key = derived.find((candidate) => keyName(candidate) === name);
			if (version !== 'v1' || content === undefined || key === undefined) {
				throw new EncryptionError(
					'The secrets of an endpoint were encrypted with another key. Put that key into the outbox credential, under "Further Encryption Keys", or delete the endpoint by its ID and register it anew.',
				);
			}
			const opened = decipher(key, Buffer.from(content, 'base64'), place);
			if (opened === undefined) {
				throw new EncryptionError(
					'The secrets of an endpoint were changed by hand, or moved from another endpoint. Delete the endpoint by its ID and register it anew.',
				);
			}
			return opened;
		},
	};
}
