import { createHmac } from 'crypto';

import { isObject, parsePath, getValuesAt } from '../lib/fieldPath';
import type { Handshake } from '../platforms/platform';
import type { SignatureScheme } from '../signing/scheme';
import { parseSecret } from '../signing/secrets';

const first = (body: unknown, path: string): unknown => getValuesAt(body, parsePath(path))[0];

/** The handshake that a body is, if it is one. */
export function findHandshake(handshakes: Handshake[], body: unknown): Handshake | undefined {
	return handshakes.find(
		({ when }) =>
			isObject(body) &&
			Object.entries(when).every(([path, expected]) => (first(body, path) ?? null) === expected),
	);
}

const FROM_BODY = /^\{body\.(.+)\}$/;
const SIGNED_FROM_BODY = /^\{hmac-sha256-hex:(.+)\}$/;

/** Whether the reply holds something that only the signing secret's owner can make. */
export const needsSecret = ({ reply }: Handshake): boolean =>
	Object.values(reply ?? {}).some(
		(value) => typeof value === 'string' && SIGNED_FROM_BODY.test(value),
	);

/**
 * Fills in a handshake's reply.
 * @param signing the scheme and its current secret, where {@link needsSecret} says so
 * @throws InvalidSecretError for a secret that is not in the scheme's format
 */
export function handshakeReply(
	{ reply }: Handshake,
	body: unknown,
	signing: { scheme: SignatureScheme; secret: string } | undefined,
): Record<string, unknown> | undefined {
	if (reply === undefined) return undefined;
	const fill = (value: string | number): unknown => {
		const text = String(value);
		const plain = FROM_BODY.exec(text);
		if (plain !== null) return first(body, plain[1]);
		const signed = SIGNED_FROM_BODY.exec(text);
		if (signed === null || signing === undefined) return value;
		const { key } = parseSecret(signing.secret, signing.scheme.secretFormat);
		return createHmac('sha256', key)
			.update(String(first(body, signed[1])))
			.digest('hex');
	};
	return Object.fromEntries(Object.entries(reply).map(([name, value]) => [name, fill(value)]));
}
