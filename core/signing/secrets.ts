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

/** A secret that cannot be used. The message never contains any part of the secret. */
export class InvalidSecretError extends Error {
	override readonly name = 'InvalidSecretError';
}

/** A parsed secret: the key to sign or verify with. */
export interface SigningKey {
	/** `undefined` for a plain secret, which works with every HMAC. */
	algorithm: SignatureAlgorithm | undefined;
	key: KeyObject;
	canSign: boolean;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

// The bytes before the 32 bytes of the key in PKCS #8 and SPKI (RFC 8410).
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

function decodeBase64(encoded: string, label: string): Buffer {
	if (encoded === '' || !BASE64.test(encoded)) {
		throw new InvalidSecretError(
			`${label} is not base64. Copy all of it again, without spaces or quotes.`,
		);
	}
	return Buffer.from(encoded, 'base64');
}

function createEd25519PrivateKey(encoded: string): KeyObject {
	const bytes = decodeBase64(encoded, 'The signing key after whsk_');
	// 64 bytes are libsodium's form: the seed, followed by the public key.
	if (bytes.length !== 32 && bytes.length !== 64) {
		throw new InvalidSecretError(
			'The signing key after whsk_ must be 32 or 64 bytes long. Copy all of it again.',
		);
	}
	return createPrivateKey({
		key: Buffer.concat([PKCS8_ED25519, bytes.subarray(0, 32)]),
		format: 'der',
		type: 'pkcs8',
	});
}

function createEd25519PublicKey(bytes: Buffer, label: string): KeyObject {
	if (bytes.length !== 32) {
		throw new InvalidSecretError(`${label} must be 32 bytes long. Copy all of it again.`);
	}
	return createPublicKey({
		key: Buffer.concat([SPKI_ED25519, bytes]),
		format: 'der',
		type: 'spki',
	});
}

// Create the KeyObject here: if Node gets raw bytes, it throws and catches an error for each HMAC to find
// out that they are not one.
const createHmacKey = (bytes: Buffer): SigningKey => ({
	algorithm: undefined,
	key: createSecretKey(bytes),
	canSign: true,
});

const parseText = (secret: string): SigningKey => createHmacKey(Buffer.from(secret, 'utf8'));

function parseStandardWebhooks(secret: string): SigningKey {
	if (secret.startsWith('whsk_')) {
		return { algorithm: 'ed25519', key: createEd25519PrivateKey(secret.slice(5)), canSign: true };
	}
	if (secret.startsWith('whpk_')) {
		const label = 'The public key after whpk_';
		const key = createEd25519PublicKey(decodeBase64(secret.slice(5), label), label);
		return { algorithm: 'ed25519', key, canSign: false };
	}
	const encoded = secret.startsWith('whsec_') ? secret.slice(6) : secret;
	return createHmacKey(decodeBase64(encoded, 'The signing secret after whsec_'));
}

function parsePublicKeyHex(secret: string): SigningKey {
	if (!/^[0-9a-f]{64}$/i.test(secret)) {
		throw new InvalidSecretError(
			'The public key must be 64 hex characters. Copy all of it again from the provider’s settings, without spaces.',
		);
	}
	const key = createEd25519PublicKey(Buffer.from(secret, 'hex'), 'The public key');
	return { algorithm: 'ed25519', key, canSign: false };
}

/** The field of a private key file in which {@link formatKeyFile} writes the key. */
const KEY_FILE_FIELD = 'privateKey';

/** Finds the key in a key file: the field named like a private key, or else the only text. */
function findKeyField(file: unknown): string | undefined {
	const fields = Object.entries(isObject(file) ? file : {}).filter(
		(entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
	);
	const named = fields.filter(([name]) => /^(?:private[-_ ]?)?key$/i.test(name));
	const candidates = named.length === 1 ? named : fields;
	return candidates.length === 1 ? candidates[0][1] : undefined;
}

/**
 * Reads a key that a platform offers as a JSON file. UPTIQ's documentation does not name the file's field
 * (docs/platforms.md#uptiq). A key without its file works too.
 */
function parseKeyFile(secret: string): SigningKey {
	const content = secret.trim();
	if (!content.startsWith('{')) return parseSecret(content, 'text');
	const key = findKeyField(parseJson(content)?.value);
	if (key === undefined) {
		throw new InvalidSecretError(
			`The signing secret is not the content of a private key file. Paste the whole file, e.g. {"${KEY_FILE_FIELD}": "…"}, or the key alone.`,
		);
	}
	return parseText(key);
}

const PARSERS: Record<SecretFormat, (secret: string) => SigningKey> = {
	text: parseText,
	standardWebhooks: parseStandardWebhooks,
	keyFile: parseKeyFile,
	publicKeyHex: parsePublicKeyHex,
};

/**
 * Parses a secret, to sign or verify with it. Standard Webhooks' secrets are `whsec_` and base64 (HMAC),
 * `whsk_` (Ed25519 private key) or `whpk_` (Ed25519 public key, which only verifies).
 * @throws InvalidSecretError if the secret is empty or not in the format
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function parseSecret(secret: string, format: SecretFormat): SigningKey {
	if (secret === '') {
		throw new InvalidSecretError('The signing secret is empty. Fill it in in the credential.');
	}
	return PARSERS[format](secret);
}

/**
 * Lists the current secret, if there is one, and the additional ones that are valid too.
 * @param additional separated by white space, as a person types them into one field
 */
export function parseSecretList(current: string, additional = ''): string[] {
	return [current, ...additional.split(/\s+/)].filter((secret) => secret !== '');
}

/** Formats that {@link generateSecret} writes: `whsec_` and base64, hex, or `wh_` and URL-safe base64. */
export type GeneratedSecretFormat = 'standardWebhooks' | 'hex' | 'token';

const SECRET_BYTES = 32;

/**
 * Generates a secret of 256 random bits. Standard Webhooks recommends 192 to 512.
 * @param random returns a number of random bytes
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function generateSecret(
	format: GeneratedSecretFormat,
	random: (bytes: number) => Buffer = randomBytes,
): string {
	const bytes = random(SECRET_BYTES);
	if (format === 'standardWebhooks') return `whsec_${bytes.toString('base64')}`;
	if (format === 'token') return `wh_${bytes.toString('base64url')}`;
	return bytes.toString('hex');
}

/** Formats a key as the content of a private key file, which {@link parseSecret} reads as `keyFile`. */
export const formatKeyFile = (key: string): string =>
	`${JSON.stringify({ [KEY_FILE_FIELD]: key }, undefined, 2)}\n`;
