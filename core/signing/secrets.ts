import {
	createPrivateKey,
	createPublicKey,
	createSecretKey,
	randomBytes,
	type KeyObject,
} from 'crypto';

import { parseJson } from '../lib/json';
import { isObject } from '../lib/fieldPath';

import type { SecretFormat, SignatureAlgorithm } from './scheme';

/** A secret that cannot be used. The message never holds any part of the secret. */
export class InvalidSecretError extends Error {
	override readonly name = 'InvalidSecretError';
}

/** A secret made ready: what it can sign or verify with, and whether it can sign at all. */
export interface SigningKey {
	/** `undefined` for a plain secret, which serves whatever HMAC the scheme names. */
	algorithm: SignatureAlgorithm | undefined;
	key: KeyObject;
	canSign: boolean;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

// RFC 8410: what stands before the 32 key bytes in PKCS #8 and SPKI.
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

function decodeBase64(text: string, what: string): Buffer {
	if (text === '' || !BASE64.test(text)) {
		throw new InvalidSecretError(
			`${what} is not base64. Copy it again, whole and without spaces or quotes.`,
		);
	}
	return Buffer.from(text, 'base64');
}

function ed25519Private(encoded: string): KeyObject {
	const bytes = decodeBase64(encoded, 'The signing key behind whsk_');
	// 64 bytes is libsodium's form: the seed, then the public key.
	if (bytes.length !== 32 && bytes.length !== 64) {
		throw new InvalidSecretError(
			'The signing key behind whsk_ must be 32 or 64 bytes long. Copy it again, whole.',
		);
	}
	return createPrivateKey({
		key: Buffer.concat([PKCS8_ED25519, bytes.subarray(0, 32)]),
		format: 'der',
		type: 'pkcs8',
	});
}

function ed25519Public(bytes: Buffer, what: string): KeyObject {
	if (bytes.length !== 32) {
		throw new InvalidSecretError(`${what} must be 32 bytes long. Copy it again, whole.`);
	}
	return createPublicKey({
		key: Buffer.concat([SPKI_ED25519, bytes]),
		format: 'der',
		type: 'spki',
	});
}

// Of mere bytes Node finds out by an exception, with its stack, that they are no key object.
const hmacKey = (bytes: Buffer): SigningKey => ({
	algorithm: undefined,
	key: createSecretKey(bytes),
	canSign: true,
});

const textKey = (secret: string): SigningKey => hmacKey(Buffer.from(secret, 'utf8'));

function parseStandardWebhooks(secret: string): SigningKey {
	if (secret.startsWith('whsk_')) {
		return { algorithm: 'ed25519', key: ed25519Private(secret.slice(5)), canSign: true };
	}
	if (secret.startsWith('whpk_')) {
		const what = 'The public key behind whpk_';
		const key = ed25519Public(decodeBase64(secret.slice(5), what), what);
		return { algorithm: 'ed25519', key, canSign: false };
	}
	const encoded = secret.startsWith('whsec_') ? secret.slice(6) : secret;
	return hmacKey(decodeBase64(encoded, 'The signing secret behind whsec_'));
}

function parsePublicKeyHex(secret: string): SigningKey {
	if (!/^[0-9a-f]{64}$/i.test(secret)) {
		throw new InvalidSecretError(
			'The public key must be 64 hex characters. Copy it again from the provider’s settings, whole and without spaces.',
		);
	}
	const key = ed25519Public(Buffer.from(secret, 'hex'), 'The public key');
	return { algorithm: 'ed25519', key, canSign: false };
}

/** The field of a private key file that {@link formatKeyFile} writes. */
const KEY_FILE_FIELD = 'privateKey';

/**
 * Reads a key that is handed over as a JSON file (spec/uptiq.txt, "Download the Private Key"). The page
 * does not name the file's field: a field called like a private key counts, or the only text there is.
 */
function parseKeyFile(secret: string): SigningKey {
	const text = secret.trim();
	if (!text.startsWith('{')) return parseSecret(text, 'text');
	const file = parseJson(text)?.value;
	const fields = Object.entries(isObject(file) ? file : {}).filter(
		(entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
	);
	const named = fields.filter(([name]) => /^(?:private[-_ ]?)?key$/i.test(name));
	const [field] = named.length === 1 ? named : fields.length === 1 ? fields : [];
	if (field === undefined) {
		throw new InvalidSecretError(
			`The signing secret is not the content of a private key file. Paste the whole file, e.g. {"${KEY_FILE_FIELD}": "…"}, or the key alone.`,
		);
	}
	return textKey(field[1]);
}

const PARSERS: Record<SecretFormat, (secret: string) => SigningKey> = {
	text: textKey,
	standardWebhooks: parseStandardWebhooks,
	keyFile: parseKeyFile,
	publicKeyHex: parsePublicKeyHex,
};

/**
 * Makes a secret ready for a scheme.
 * Standard Webhooks: `whsec_` + base64 (HMAC), `whsk_` (Ed25519 private), `whpk_` (Ed25519 public,
 * verifies only), https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @throws InvalidSecretError where the secret is empty or not in the scheme's format
 */
export function parseSecret(secret: string, format: SecretFormat): SigningKey {
	if (secret === '') {
		throw new InvalidSecretError('The signing secret is empty. Fill it in in the credential.');
	}
	return PARSERS[format](secret);
}

/**
 * Reads the current secret and the further ones that are valid beside it.
 * @param further separated by white space, as a person types them into one field
 */
export function parseSecretList(current: string, further = ''): string[] {
	return [current, ...further.split(/\s+/)].filter((secret) => secret !== '');
}

/** The kinds of secret that {@link generateSecret} makes. */
export type GeneratedSecretFormat = 'standardWebhooks' | 'hex' | 'token';

/**
 * Makes a secret from 32 random bytes: 256 bits, inside Standard Webhooks' 192 to 512.
 * @param random takes a count of bytes and returns as many
 */
export function generateSecret(
	format: GeneratedSecretFormat,
	random: (bytes: number) => Buffer = randomBytes,
): string {
	const bytes = random(32);
	if (format === 'standardWebhooks') return `whsec_${bytes.toString('base64')}`;
	if (format === 'token') return `wh_${bytes.toString('base64url')}`;
	return bytes.toString('hex');
}

/** The content of a private key file: the key as {@link parseSecret} reads it, format `keyFile`. */
export const formatKeyFile = (key: string): string =>
	`${JSON.stringify({ [KEY_FILE_FIELD]: key }, undefined, 2)}\n`;
