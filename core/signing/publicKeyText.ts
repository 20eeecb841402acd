import { createPublicKey, X509Certificate } from 'crypto';

import { isJwk } from './jwk';
import { InvalidSecretError } from './publicKeys';

/** The first byte of DER: the tag of a sequence. */
const SEQUENCE = 0x30;

const PUBLIC_PEM = /^\s*-----BEGIN (?:[A-Z0-9]+ )?(?:PUBLIC KEY|CERTIFICATE)-----/;

const HEX = /^(?:[0-9a-f]{2})+$/i;

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** Text of more characters is no key. */
const MAX_CHARACTERS = 16_384;

/** Runs one of Node's parsers, whose messages help nobody. */
function canParse(parse: () => unknown): boolean {
	try {
		parse();
		return true;
	} catch {
		return false;
	}
}

const isDer = (der: Buffer): boolean =>
	der[0] === SEQUENCE &&
	(canParse(() => createPublicKey({ key: der, format: 'der', type: 'spki' })) ||
		canParse(() => createPublicKey({ key: der, format: 'der', type: 'pkcs1' })) ||
		canParse(() => new X509Certificate(der)));

/** Returns whether a text is the DER of a public key or certificate, in hex or base64. */
export function isPublicDer(text: string): boolean {
	const compact = text.replace(/\s|\\[nrt]/g, '');
	if (HEX.test(compact)) return isDer(Buffer.from(compact, 'hex'));
	return BASE64.test(compact) && isDer(Buffer.from(compact, 'base64'));
}

/**
 * Requires that the secret of an HMAC is no public key, with which everyone who knows it could sign.
 * @param bytes the secret as the HMAC has it
 * @throws InvalidSecretError that says what to enter instead
 */
export function requireNoPublicKey(bytes: Buffer): void {
	if (bytes.length > MAX_CHARACTERS) return;
	const text = bytes.toString('utf8');
	if (isJwk(text)) {
		throw new InvalidSecretError(
			'The signing secret is a JSON Web Key, and this scheme or algorithm needs a shared secret as text. If "kty" is "oct", enter the value of "k", which is base64. For a public key, choose an algorithm that uses one.',
		);
	}
	if (isDer(bytes) || PUBLIC_PEM.test(text) || isPublicDer(text)) {
		throw new InvalidSecretError(
			'The signing secret is a public key, with which anyone who knows it could sign here. Enter the shared secret, or choose an algorithm that uses a public key.',
		);
	}
}
