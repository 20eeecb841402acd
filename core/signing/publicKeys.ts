import { createPrivateKey, createPublicKey, type KeyObject } from 'crypto';

import { isEd25519Point } from './ed25519Point';
import { parseJwk } from './jwk';
import type { SignatureAlgorithm } from './scheme';

/** A secret that cannot be used. The message never contains any part of the secret. */
export class InvalidSecretError extends Error {
	override readonly name = 'InvalidSecretError';
}

/** A public key, and the algorithm of the signatures that it verifies. */
export interface PublicKey {
	algorithm: SignatureAlgorithm;
	key: KeyObject;
}

// The bytes before the 32 bytes of the key in SPKI (RFC 8410).
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

const ED25519_BYTES = 32;

const COPY_KEY = 'Copy all of it again from the provider’s settings.';

/**
 * The y coordinates of the eight points of low order, which no key pair has: for such a public key, e.g. one
 * of zeros only, anyone can make valid signatures (RFC 8032, 8.10, and https://eprint.iacr.org/2020/1244).
 */
const LOW_ORDER_KEYS = new Set(
	[
		'0000000000000000000000000000000000000000000000000000000000000000',
		'0100000000000000000000000000000000000000000000000000000000000000',
		'26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
		'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
		'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
		'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
		'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
	].map((hex) => Buffer.from(hex, 'hex').toString('latin1')),
);

/** Returns whether a public key is a point of low order. The highest bit is the sign, which does not matter. */
function hasLowOrder(bytes: Buffer): boolean {
	const unsigned = Buffer.from(bytes);
	unsigned[31] &= 0x7f;
	return LOW_ORDER_KEYS.has(unsigned.toString('latin1'));
}

const exportEd25519 = (key: KeyObject): Buffer =>
	key.export({ format: 'der', type: 'spki' }).subarray(SPKI_ED25519.length);

function requireHighOrder(bytes: Buffer, label: string): void {
	if (!hasLowOrder(bytes)) return;
	throw new InvalidSecretError(
		`${label} is a placeholder, for which anyone can make signatures. Copy the key from the provider’s settings.`,
	);
}

/** @throws InvalidSecretError if they are not 32 bytes, or a point of low order */
export function createEd25519PublicKey(bytes: Buffer, label: string): KeyObject {
	if (bytes.length !== ED25519_BYTES) {
		throw new InvalidSecretError(`${label} must be 32 bytes long. Copy all of it again.`);
	}
	requireHighOrder(bytes, label);
	return createPublicKey({
		key: Buffer.concat([SPKI_ED25519, bytes]),
		format: 'der',
		type: 'spki',
	});
}

/**
 * Requires that a public key of Ed25519 can belong to a private one. This takes as long as verifying a signature.
 * @throws InvalidSecretError
 */
export function requirePossibleKey(key: KeyObject): void {
	if (key.asymmetricKeyType !== 'ed25519' || isEd25519Point(exportEd25519(key))) return;
	throw new InvalidSecretError(
		'The public key does not belong to any private key, so no signature can match it. Copy all of it again from the provider’s settings.',
	);
}

const SMALLEST_RSA_BITS = 2048;

function requireStrongRsa({ asymmetricKeyDetails }: KeyObject): void {
	const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
	if (modulusLength < SMALLEST_RSA_BITS) {
		throw new InvalidSecretError(
			`The public key is an RSA key of ${modulusLength} bits, which can be broken. Use one of at least ${SMALLEST_RSA_BITS} bits.`,
		);
	}
	// With the exponent 1, every text is its own signature.
	if (publicExponent < 3n) {
		throw new InvalidSecretError(
			`The public key is an RSA key for which anyone can make signatures. ${COPY_KEY}`,
		);
	}
}

const describeKind = ({ asymmetricKeyDetails, asymmetricKeyType }: KeyObject): string =>
	[
		`of the kind ${asymmetricKeyType}`,
		...(asymmetricKeyDetails?.namedCurve === undefined
			? []
			: [`on the curve ${asymmetricKeyDetails.namedCurve}`]),
	].join(' ');

/**
 * Finds the algorithm of a public key, and rejects keys that prove nothing.
 * @throws InvalidSecretError for a key of another kind, an RSA key of less than 2048 bits, or a placeholder
 */
export function identifyPublicKey(key: KeyObject): PublicKey {
	switch (key.asymmetricKeyType) {
		case 'ed25519':
			requireHighOrder(exportEd25519(key), 'The public key');
			return { algorithm: 'ed25519', key };
		case 'rsa':
			requireStrongRsa(key);
			return { algorithm: 'rsa-sha256', key };
		default:
	}
	if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1')
		return { algorithm: 'ecdsa-p256', key };
	throw new InvalidSecretError(
		`The public key is ${describeKind(key)}, which cannot be verified here. Use an Ed25519, ECDSA P-256 or RSA key.`,
	);
}

const refusePrivateKey = (): never => {
	throw new InvalidSecretError(
		'This is a private key, which signs, and which only the sender may have. Enter the public key that belongs to it. If others have seen the private key, replace it.',
	);
};

const refuseSharedKey = (): never => {
	throw new InvalidSecretError(
		'This is a shared secret, not a public key: it signs too. Choose one of the algorithms that begin with HS for it.',
	);
};

/** Runs one of Node's parsers, whose messages help nobody. */
function tryParse(parse: () => KeyObject): KeyObject | undefined {
	try {
		return parse();
	} catch {
		return undefined;
	}
}

const isPrivateDer = (der: Buffer): boolean =>
	(['pkcs8', 'pkcs1', 'sec1'] as const).some(
		(type) => tryParse(() => createPrivateKey({ key: der, format: 'der', type })) !== undefined,
	);

const parseDer = (der: Buffer): KeyObject | undefined =>
	tryParse(() => createPublicKey({ key: der, format: 'der', type: 'spki' })) ??
	tryParse(() => createPublicKey({ key: der, format: 'der', type: 'pkcs1' }));

/** Matches a PEM block. Fields of one line drop its line breaks, and files of settings write them as `\n`. */
const PEM = /^-----BEGIN ([A-Z0-9 ]+)-----(.*)-----END \1-----$/s;

const WHITE_SPACE = /\s|\\[nrt]/g;

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

function parsePem(pem: string): KeyObject {
	const [, label, content] = PEM.exec(pem) ?? [];
	if (label === undefined) {
		throw new InvalidSecretError(
			`The public key is not complete: it must begin with -----BEGIN PUBLIC KEY----- and end with -----END PUBLIC KEY-----. ${COPY_KEY}`,
		);
	}
	if (label.includes('PRIVATE KEY')) refusePrivateKey();
	if (label.includes('CERTIFICATE')) {
		throw new InvalidSecretError(
			'This is a certificate. Enter the public key in it, which this command prints: openssl x509 -in certificate.pem -pubkey -noout',
		);
	}
	const encoded = content.replace(WHITE_SPACE, '');
	const key = BASE64.test(encoded) ? parseDer(Buffer.from(encoded, 'base64')) : undefined;
	if (key === undefined) {
		throw new InvalidSecretError(`The public key in PEM format is damaged. ${COPY_KEY}`);
	}
	return key;
}

function parseHex(hex: string): KeyObject {
	if (hex.length !== 2 * ED25519_BYTES) {
		throw new InvalidSecretError(
			`The public key must be 64 hex characters. This one has ${hex.length}. ${COPY_KEY}`,
		);
	}
	return createEd25519PublicKey(Buffer.from(hex, 'hex'), 'The public key');
}

function parseBase64(encoded: string): KeyObject {
	const bytes = BASE64.test(encoded) ? Buffer.from(encoded, 'base64') : Buffer.alloc(0);
	if (bytes.length === ED25519_BYTES) return createEd25519PublicKey(bytes, 'The public key');
	const key = parseDer(bytes);
	if (key !== undefined) return key;
	if (isPrivateDer(bytes)) refusePrivateKey();
	throw new InvalidSecretError(
		`The public key must be 64 hex characters, base64 or PEM. ${COPY_KEY}`,
	);
}

function parsePublicJwk(text: string): KeyObject {
	const key = parseJwk(text);
	if (key === undefined) {
		throw new InvalidSecretError(
			`The public key in JSON is not one JSON Web Key with kty. From a set of keys, enter only the one that signs. ${COPY_KEY}`,
		);
	}
	if (key.type === 'public') return key;
	return key.type === 'private' ? refusePrivateKey() : refuseSharedKey();
}

/**
 * Parses a public key: Ed25519 as its 32 bytes in hex or base64, or Ed25519, ECDSA P-256 or RSA as PEM, as base64 of
 * its DER (SPKI, or PKCS #1 for RSA) or as a JSON Web Key.
 * @throws InvalidSecretError that says what to enter instead
 */
export function parsePublicKey(secret: string): PublicKey {
	const text = secret.trim().replace(/(?:\\[nrt])+$/, '');
	if (text.startsWith('-----')) return identifyPublicKey(parsePem(text));
	if (text.startsWith('{')) return identifyPublicKey(parsePublicJwk(text));
	const compact = text.replace(WHITE_SPACE, '');
	return identifyPublicKey(/^[0-9a-f]+$/i.test(compact) ? parseHex(compact) : parseBase64(compact));
}
