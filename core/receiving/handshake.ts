import { createHmac } from 'crypto';

import { isObject, parsePath, getValuesAt } from '../lib/fieldPath';
import type { Handshake } from '../platforms/platform';
import type { SignatureScheme } from '../signing/scheme';
import { parseSecret } from '../signing/secrets';

const readFirstValue = (body: unknown, path: string): unknown =>
	getValuesAt(body, parsePath(path))[0];

/** Returns the handshake that the body contains, if any. */
export function findHandshake(handshakes: Handshake[], body: unknown): Handshake | undefined {
	return handshakes.find(
		({ when }) =>
			isObject(body) &&
			Object.entries(when).every(
				([path, expected]) => (readFirstValue(body, path) ?? null) === expected,
			),
	);
}

const FROM_BODY = /^\{body\.(.+)\}$/;
const SIGNED_FROM_BODY = /^\{hmac-sha256-hex:(.+)\}$/;

/** Returns whether the reply includes a proof that only the owner of the signing secret can make. */
export const needsSecret = ({ reply }: Handshake): boolean =>
	Object.values(reply ?? {}).some(
		(value) => typeof value === 'string' && SIGNED_FROM_BODY.test(value),
	);

/**
 * Fills in a handshake's reply.
 * @param signing the scheme and its current secret; required if {@link needsSecret} is true
 * @returns the JSON to answer with, or `undefined` for an empty response
 * @throws InvalidSecretError if the secret is not in the scheme's format
 */
export function buildHandshakeReply(
	{ reply }: Handshake,
	body: unknown,
	signing: { scheme: SignatureScheme; secret: string } | undefined,
): Record<string, unknown> | undefined {
	if (reply === undefined) return undefined;
	const fillIn = (value: string | number): unknown => {
		const template = String(value);
		const copied = FROM_BODY.exec(template);
		if (copied !== null) return readFirstValue(body, copied[1]);
		const signed = SIGNED_FROM_BODY.exec(template);
		if (signed === null || signing === undefined) return value;
		const { key } = parseSecret(signing.secret, signing.scheme.secretFormat);
		return createHmac('sha256', key)
			.update(String(readFirstValue(body, signed[1])))
			.digest('hex');
	};
	return Object.fromEntries(Object.entries(reply).map(([name, value]) => [name, fillIn(value)]));
}
