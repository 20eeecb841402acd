import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'crypto';

import { isJwk, parseJwk } from '../jwk';
import { identifyPublicKey, InvalidSecretError } from '../publicKeys';

import { listAlgorithms } from './messageAlgorithms';

/** Runs one of Node's parsers, whose messages could repeat parts of the key. */
function tryParse(parse: () => KeyObject): KeyObject | undefined {
	try {
		return parse();
	} catch {
		return undefined;
	}
}

const DER_TYPES = ['pkcs8', 'sec1', 'pkcs1'] as const;

/** Parses the DER of a private or a public key. */
function parseDer(der: Buffer): KeyObject | undefined {
	for (const type of DER_TYPES) {
		const key = tryParse(() => createPrivateKey({ key: der, format: 'der', type }));
		if (key !== undefined) return key;
	}
	return (
		tryParse(() => createPublicKey({ key: der, format: 'der', type: 'spki' })) ??
		tryParse(() => createPublicKey({ key: der, format: 'der', type: 'pkcs1' }))
	);
}

/** Matches a PEM block. Fields of one line drop its line breaks, and files of settings write them as `\n`. */
const PEM = /^-----BEGIN ([A-Z0-9 ]+)-----(.*)-----END \1-----$/s;

/** Matches base64 of DER, which begins with the tag of a sequence. */
const DER = /^M[A-Za-z0-9+/]{31,}={0,2}$/;

function parsePem(pem: string): KeyObject | undefined {
	const [, label, content] = PEM.exec(pem) ?? [];
	if (label === undefined || label.includes('CERTIFICATE')) return undefined;
	return parseDer(Buffer.from(content.replace(/\s|\\[nrt]/g, ''), 'base64'));
}

/** Parses a text that shows that it is a key; `undefined` for any other text, which is a shared secret. */
function parseKey(text: string): KeyObject | undefined {
	if (isJwk(text)) return parseJwk(text);
	if (text.startsWith('-----')) return parsePem(text);
	return DER.test(text) ? parseDer(Buffer.from(text, 'base64')) : undefined;
}

const looksLikeKey = (text: string): boolean => text.startsWith('-----') || isJwk(text);

const SMALLEST_RSA_BITS = 2048;

/** Rejects a key with which anyone could sign, or that has no algorithm here. */
function requireUsable(key: KeyObject): void {
	if (key.type === 'secret') return;
	const publicKey = key.type === 'private' ? createPublicKey(key) : key;
	// Such a key is RSA too, and only for RSASSA-PSS.
	const { modulusLength = 0 } = publicKey.asymmetricKeyDetails ?? {};
	if (publicKey.asymmetricKeyType !== 'rsa-pss' || modulusLength < SMALLEST_RSA_BITS) {
		identifyPublicKey(publicKey);
	}
}

/**
 * Parses a key of HTTP Message Signatures: PEM, base64 of DER, or a JSON Web Key, private or public; any other text is
 * a shared secret. A public key is never a shared secret, which everyone would know.
 * @throws InvalidSecretError
 */
export function parseMessageKey(secret: string): { key: KeyObject; canSign: boolean } {
	const text = secret.trim();
	const key = parseKey(text);
	if (key === undefined && looksLikeKey(text)) {
		throw new InvalidSecretError(
			'The signing secret looks like a key, but is none that can be read. Enter a private or public key as PEM or as one JSON Web Key: Ed25519, ECDSA P-256 or RSA. Copy all of it again.',
		);
	}
	if (key === undefined) {
		return { key: createSecretKey(Buffer.from(secret, 'utf8')), canSign: true };
	}
	requireUsable(key);
	if (listAlgorithms(key).length === 0) {
		throw new InvalidSecretError(
			'The key cannot be used here. Use a shared secret, or an Ed25519, ECDSA P-256 or RSA key.',
		);
	}
	return { key, canSign: key.type !== 'public' };
}
