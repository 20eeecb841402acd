import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'crypto';

import { isObject } from '../lib/fieldPath';
import { parseJson } from '../lib/json';
import { hasUniqueKeys } from '../lib/uniqueKeys';

/** The members of a JSON Web Key that Node.js reads; others describe the key. */
const KEY_MEMBERS = ['kty', 'crv', 'x', 'y', 'd', 'n', 'e', 'p', 'q', 'dp', 'dq', 'qi'];

/** Returns whether a text looks like a JSON Web Key. */
export const isJwk = (text: string): boolean => /^\s*\{.*"kty"\s*:/s.test(text);

function tryCreateKey(jwk: Record<string, string>): KeyObject | undefined {
	try {
		const input = { key: jwk, format: 'jwk' as const };
		return 'd' in jwk ? createPrivateKey(input) : createPublicKey(input);
	} catch {
		// Node's message could repeat parts of the key.
		return undefined;
	}
}

/**
 * Parses a JSON Web Key (https://www.rfc-editor.org/rfc/rfc7517): one key, not a set of them.
 * @returns a secret, private or public key; `undefined` if the text is none
 */
export function parseJwk(text: string): KeyObject | undefined {
	const jwk = parseJson(text)?.value;
	if (!isObject(jwk) || !hasUniqueKeys(text)) return undefined;
	if (jwk.kty === 'oct') {
		const bytes = typeof jwk.k === 'string' ? Buffer.from(jwk.k, 'base64url') : Buffer.alloc(0);
		return bytes.length > 0 && bytes.toString('base64url') === jwk.k
			? createSecretKey(bytes)
			: undefined;
	}
	const members = Object.entries(jwk).filter(
		(entry): entry is [string, string] =>
			KEY_MEMBERS.includes(entry[0]) && typeof entry[1] === 'string',
	);
	return tryCreateKey(Object.fromEntries(members));
}
