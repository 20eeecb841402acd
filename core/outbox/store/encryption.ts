import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'crypto';

/** Encrypts secrets in the tables, so that reading a table or its backup reveals none. */

/** A weak key, or a value that none of the keys decrypts. The message contains no secret. */
export class EncryptionError extends Error {
	override readonly name = 'EncryptionError';
}

const MIN_KEY_LENGTH = 32;
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypted text, with the name of its key. The IV and the tag alone have 38 characters. */
const ENCRYPTED = /^v1\.([0-9a-f]{8})\.[A-Za-z0-9+/]{38,}=*$/;

const deriveKey = (text: string): Buffer =>
	Buffer.from(hkdfSync('sha256', Buffer.from(text, 'utf8'), '', 'agent-webhooks outbox', 32));

/** Returns a name that tells keys apart and reveals nothing about them. */
const computeKeyName = (key: Buffer): string =>
	createHash('sha256').update(key).digest('hex').slice(0, 8);

/** @returns `undefined` if the value was not encrypted with this key and associated data */
function decipher(key: Buffer, bytes: Buffer, associatedData: string): string | undefined {
	try {
		const cipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), {
			authTagLength: TAG_BYTES,
		})
			.setAAD(Buffer.from(associatedData, 'utf8'))
			.setAuthTag(bytes.subarray(-TAG_BYTES));
		const content = bytes.subarray(IV_BYTES, -TAG_BYTES);
		return Buffer.concat([cipher.update(content), cipher.final()]).toString('utf8');
	} catch {
		return undefined;
	}
}

export interface Encrypter {
	/**
	 * @param associatedData names what the value belongs to, e.g. an endpoint's ID and revision. It is not secret, and
	 * the value can only be decrypted with the same one.
	 * @returns `v1.<key name>.<base64>`
	 */
	encrypt(value: string, associatedData: string): string;
	/** @throws EncryptionError */
	decrypt(encrypted: string, associatedData: string): string;
	/** Returns whether one of the keys encrypted a value; `undefined` for text that is not encrypted. */
	hasKeyOf(encrypted: string): boolean | undefined;
}

/**
 * Creates an encrypter: AES-256-GCM, with a key derived (HKDF) from text of at least 32 characters.
 * @param keys the current key first, then earlier ones that only decrypt
 * @throws EncryptionError if a key is missing or too short
 */
export function createEncrypter(keys: string[]): Encrypter {
	if (keys.length === 0 || keys.some((key) => key.length < MIN_KEY_LENGTH)) {
		throw new EncryptionError(
			`The Outbox credential's encryption key must have at least ${MIN_KEY_LENGTH} characters. Create one with Signature → Generate Secret, or with: openssl rand -hex 32`,
		);
	}
	const derivedKeys = keys.map(deriveKey);
	const findKey = (keyName: string): Buffer | undefined =>
		derivedKeys.find((candidate) => computeKeyName(candidate) === keyName);
	return {
		encrypt: (value, associatedData) => {
			const [currentKey] = derivedKeys;
			const iv = randomBytes(IV_BYTES);
			const cipher = createCipheriv(CIPHER, currentKey, iv, { authTagLength: TAG_BYTES }).setAAD(
				Buffer.from(associatedData, 'utf8'),
			);
			const bytes = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
			const content = Buffer.concat([iv, bytes, cipher.getAuthTag()]).toString('base64');
			return `v1.${computeKeyName(currentKey)}.${content}`;
		},
		decrypt: (encrypted, associatedData) => {
			const [version, keyName, content] = encrypted.split('.');
			const key = findKey(keyName);
			if (version !== 'v1' || content === undefined || key === undefined) {
				throw new EncryptionError(
					'The endpoint’s secrets were encrypted with another key. Add that key to the Outbox credential, under "Additional Encryption Keys", or delete the endpoint by its ID and create it again.',
				);
			}
			const value = decipher(key, Buffer.from(content, 'base64'), associatedData);
			if (value === undefined) {
				throw new EncryptionError(
					'The endpoint’s secrets were edited, replaced with older ones, or copied from another endpoint. Delete the endpoint by its ID and create it again.',
				);
			}
			return value;
		},
		hasKeyOf: (encrypted) => {
			const [, keyName] = ENCRYPTED.exec(encrypted) ?? [];
			return keyName === undefined ? undefined : findKey(keyName) !== undefined;
		},
	};
}
