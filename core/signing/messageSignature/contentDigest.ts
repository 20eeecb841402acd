import { hash, timingSafeEqual } from 'crypto';

import { isInnerList, parseDictionary, writeDictionary } from './structuredFields';

/** The algorithms that a receiver may rely on (https://www.rfc-editor.org/rfc/rfc9530#section-5), and Node's names. */
const ALGORITHMS: Record<string, string> = { 'sha-256': 'sha256', 'sha-512': 'sha512' };

const computeDigest = (name: string, body: Buffer): Buffer =>
	hash(ALGORITHMS[name], body, 'buffer');

/** Writes the value of a Content-Digest header, e.g. `sha-256=:…:`. */
export const writeContentDigest = (body: Buffer, name: 'sha-256' | 'sha-512' = 'sha-256'): string =>
	writeDictionary(
		new Map([[name, { value: computeDigest(name, body), parameters: new Map<string, never>() }]]),
	);

/**
 * Checks a Content-Digest header: all digests that are known must match, and there must be one.
 * @param required the algorithm that must be among them, if only its digest is signed
 */
export function matchesContentDigest(value: string, body: Buffer, required?: string): boolean {
	const digests = parseDictionary(value);
	if (digests === undefined) return false;
	const known = [...digests].filter(([name]) =>
		Object.prototype.hasOwnProperty.call(ALGORITHMS, name),
	);
	const hasRequired = required === undefined || known.some(([name]) => name === required);
	return (
		known.length > 0 &&
		hasRequired &&
		known.every(([name, member]) => {
			if (isInnerList(member) || !Buffer.isBuffer(member.value)) return false;
			const expected = computeDigest(name, body);
			return expected.length === member.value.length && timingSafeEqual(expected, member.value);
		})
	);
}
