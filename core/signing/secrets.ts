import { createPrivateKey, createSecretKey, randomBytes, type KeyObject } from 'crypto';

import { parseJson } from '../lib/json';
import { isObject } from '../lib/fieldPath';

import { parseMessageKey } from './messageSignature/messageKey';
import {
	createEd25519PublicKey,
	InvalidSecretError,
	parsePublicKey,
	requirePossibleKey,
} from './publicKeys';
import { requireNoPublicKey } from './publicKeyText';
import { adviseCommand, describeMissingSecret } from './secretText';
import type { SecretFormat, SignatureAlgorithm } from './scheme';

export { InvalidSecretError } from './publicKeys';

/** A parsed secret: the key to sign or verify with. */
export interface SigningKey {
	/** `undefined` for a plain secret, which works with every HMAC. */
	algorithm: SignatureAlgorithm | undefined;
	key: KeyObject;
	canSign: boolean;
}

// Padding is optional: some providers leave it out, and its length follows from the text.
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

// The bytes before the 32 bytes of the key in PKCS #8 (RFC 8410).
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

const COPY_AGAIN = 'Copy all of it again, without spaces or quotes.';

function decodeBase64(encoded: string, label: string, advice = COPY_AGAIN): Buffer {
	if (encoded === '' || !BASE64.test(encoded)) {
		throw new InvalidSecretError(`${label} is not base64. ${advice}`);
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

// Create the KeyObject here: if Node gets raw bytes, it throws and catches an error for each HMAC to find
// out that they are not one.
function createHmacKey(bytes: Buffer): SigningKey {
	requireNoPublicKey(bytes);
	return { algorithm: undefined, key: createSecretKey(bytes), canSign: true };
}

const parseText = (secret: string): SigningKey => createHmacKey(Buffer.from(secret, 'utf8'));

const COPY_OR_GENERATE = `Copy all of it again, without spaces or quotes${adviseCommand('standardWebhooks')}`;

const MISSING_PREFIX = `Standard Webhooks requires whsec_ and base64. ${COPY_OR_GENERATE}`;

/** Parses a secret of Standard Webhooks; Supabase shows it with the signature's version before it. */
function parseStandardWebhooks(versioned: string): SigningKey {
	const secret = versioned.replace(/^v1,(?=whsec_)|^v1a,(?=wh[sp]k_)/, '');
	if (secret.startsWith('whsk_')) {
		return { algorithm: 'ed25519', key: createEd25519PrivateKey(secret.slice(5)), canSign: true };
	}
	if (secret.startsWith('whpk_')) {
		const label = 'The public key after whpk_';
		const key = createEd25519PublicKey(decodeBase64(secret.slice(5), label), label);
		return { algorithm: 'ed25519', key, canSign: false };
	}
	return createHmacKey(
		secret.startsWith('whsec_')
			? decodeBase64(secret.slice(6), 'The signing secret after whsec_', COPY_OR_GENERATE)
			: decodeBase64(secret, 'The signing secret', MISSING_PREFIX),
	);
}

/** Parses a key of HTTP Message Signatures, or a secret or key with the prefixes of Standard Webhooks. */
const parseMessageSecret = (secret: string): SigningKey =>
	/^(?:v1a?,)?wh(?:sec|sk|pk)_/.test(secret)
		? parseStandardWebhooks(secret)
		: { algorithm: undefined, ...parseMessageKey(secret) };

/** Parses a secret in base64, also in its URL-safe alphabet. */
const parseBase64 = (secret: string): SigningKey =>
	createHmacKey(decodeBase64(secret.replace(/-/g, '+').replace(/_/g, '/'), 'The signing secret'));

function parseHex(secret: string): SigningKey {
	if (!/^[0-9a-f]*$/i.test(secret)) {
		throw new InvalidSecretError(
			`The signing secret is not hex: it may have only the digits 0 to 9 and the letters A to F. ${COPY_AGAIN}`,
		);
	}
	if (secret.length % 2 === 1) {
		throw new InvalidSecretError(
			`The signing secret has ${secret.length} hex characters, and their number must be even. ${COPY_AGAIN}`,
		);
	}
	return createHmacKey(Buffer.from(secret, 'hex'));
}

/** The field of a private key file in which {@link formatKeyFile} writes the key. */
const KEY_FILE_FIELD = 'privateKey';

/** Matches a JSON object with one field that is a text. Parsing hides a field that is there twice. */
const KEY_FILE = /^\{\s*"(?:[^"\\]|\\.)*"\s*:\s*"(?:[^"\\]|\\.)*"\s*\}$/;

/** Finds the key in a key file: its only field, whatever its name. */
function findKeyField(content: string): string | undefined {
	const file = KEY_FILE.test(content) ? parseJson(content)?.value : undefined;
	const [key] = Object.values(isObject(file) ? file : {});
	return typeof key === 'string' && key !== '' ? key : undefined;
}

/**
 * Reads a key that a platform offers as a JSON file. UPTIQ's documentation does not name the file's field
 * (docs/platforms.md#uptiq). A key without its file works too.
 */
function parseKeyFile(secret: string): SigningKey {
	const content = secret.trim();
	const isFile = /^[{["]/.test(content);
	if (!isFile) return parseSecret(content, 'text');
	const key = findKeyField(content);
	if (key === undefined) {
		throw new InvalidSecretError(
			`The signing secret is not the content of a private key file with one key. Paste a file with one field, e.g. {"${KEY_FILE_FIELD}": "…"}, or only the key.`,
		);
	}
	return parseText(key);
}

const PARSERS: Record<SecretFormat, (secret: string) => SigningKey> = {
	text: parseText,
	base64: parseBase64,
	hex: parseHex,
	standardWebhooks: parseStandardWebhooks,
	keyFile: parseKeyFile,
	publicKey: (secret) => ({ ...parsePublicKey(secret), canSign: false }),
	messageKey: parseMessageSecret,
};

/**
 * Parses a secret, to sign or verify with it. Standard Webhooks' secrets are `whsec_` and base64 (HMAC),
 * `whsk_` (Ed25519 private key) or `whpk_` (Ed25519 public key, which only verifies).
 * @throws InvalidSecretError if the secret is empty or not in the format
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function parseSecret(secret: string, format: SecretFormat): SigningKey {
	if (secret === '') {
		throw new InvalidSecretError(describeMissingSecret(format));
	}
	return PARSERS[format](secret);
}

/**
 * Checks a secret as {@link parseSecret} does, and also that a public key can belong to a private one. Requests are
 * checked without this, because it takes as long as verifying a signature.
 * @throws InvalidSecretError
 */
export function checkSecret(secret: string, format: SecretFormat): SigningKey {
	const parsed = parseSecret(secret, format);
	if (!parsed.canSign) requirePossibleKey(parsed.key);
	return parsed;
}

/** Matches one of several secrets: the content of a key file or a PEM block, which may have white space, or other text. */
const LISTED_SECRET =
	/(?<!\S)\{\s*"[^{}]*\}(?!\S)|-----BEGIN [A-Z ]+-----[^-]*-----END [A-Z ]+-----|\S+/g;

/**
 * Lists the current secret, if there is one, and the additional ones that are valid too.
 * @param additional separated by white space, as a person types them into one field
 */
export const parseSecretList = (current: string, additional = ''): string[] => [
	...(current === '' ? [] : [current]),
	...(additional.match(LISTED_SECRET) ?? []),
];

/** Returns the error that {@link parseSecret} throws, without any other error's message. */
function tryParseSecret(secret: string, format: SecretFormat): SigningKey | InvalidSecretError {
	try {
		return parseSecret(secret, format);
	} catch (error) {
		return error instanceof InvalidSecretError
			? error
			: new InvalidSecretError('The signing secret cannot be used. Copy all of it again.');
	}
}

/** A secret that can be used, and the text that it comes from. */
export interface UsableSecret extends SigningKey {
	secret: string;
}

/**
 * Parses secrets, and leaves out those that are not in the format: a mistake in an additional secret must
 * not break the others.
 * @throws InvalidSecretError if none can be used
 */
export function parseUsableSecrets(secrets: string[], format: SecretFormat): UsableSecret[] {
	const parsed = secrets.map((secret) => tryParseSecret(secret, format));
	const usable = parsed.flatMap((key, index) =>
		key instanceof InvalidSecretError ? [] : [{ ...key, secret: secrets[index] }],
	);
	const firstError = parsed.find((key) => key instanceof InvalidSecretError);
	if (usable.length === 0 && firstError !== undefined) throw firstError;
	return usable;
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
