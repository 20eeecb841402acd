import { createHash } from 'crypto';

import trimEnd from 'lodash/trimEnd';

import { safeEqual } from '../constantTime';
import type { HashClaim, JwtScheme } from '../scheme';
import { SECOND_MS } from '../../lib/time';
import { createFailure, type VerificationFailure, type VerificationInput } from '../verification';

type Claims = Record<string, unknown>;

const rejectClaim = (claim: string, expected: string, received: string): VerificationFailure =>
	createFailure('CLAIM_INVALID', `The token’s claim ${claim} must be ${expected}`, {
		field: claim,
		expected,
		received,
	});

/** Describes a claim's value without repeating it: it can be of any size. */
const describe = (value: unknown): string => {
	if (value === undefined) return 'no such claim';
	return typeof value === 'string' ? 'another text' : `another value`;
};

/** The seconds before and after 1970 that a date can have. */
const MAX_TIME_SECONDS = 8_640_000_000_000;

/** Reads a time claim in seconds (https://www.rfc-editor.org/rfc/rfc7519#section-2, NumericDate). */
function readTime(claims: Claims, name: string): number | undefined | VerificationFailure {
	const value = claims[name];
	if (value === undefined) return undefined;
	return typeof value === 'number' && Math.abs(value) <= MAX_TIME_SECONDS
		? value
		: rejectClaim(name, 'a Unix time in seconds', describe(value));
}

const isTime = (value: number | undefined | VerificationFailure): value is number | undefined =>
	typeof value !== 'object';

function rejectTime(
	code: 'TIMESTAMP_MISSING' | 'TIMESTAMP_OUT_OF_TOLERANCE',
	message: string,
	expected: string,
	received: string,
): VerificationFailure {
	return createFailure(code, message, { field: 'token', expected, received });
}

/**
 * Checks `exp`, `nbf` and `iat` against the clock.
 * @returns the time at which the token was issued, in ms; `undefined` if it has none
 */
function checkTimes(
	{ maxAgeSeconds, toleranceSeconds: ownTolerance }: JwtScheme,
	claims: Claims,
	{ nowMs, toleranceSeconds = ownTolerance }: VerificationInput,
): { issuedMs: number | undefined } | VerificationFailure {
	const [expires, notBefore, issued] = ['exp', 'nbf', 'iat'].map((name) => readTime(claims, name));
	if (!isTime(expires)) return expires;
	if (!isTime(notBefore)) return notBefore;
	if (!isTime(issued)) return issued;
	const now = nowMs / SECOND_MS;
	const start = Math.max(notBefore ?? -Infinity, issued ?? -Infinity);
	if (start > now + toleranceSeconds) {
		return rejectTime(
			'TIMESTAMP_OUT_OF_TOLERANCE',
			'The token is not valid yet, by the receiver’s clock',
			`nbf and iat up to ${toleranceSeconds} seconds after ${Math.floor(now)}`,
			String(start),
		);
	}
	if (expires === undefined && issued === undefined && maxAgeSeconds !== undefined) {
		return rejectTime(
			'TIMESTAMP_MISSING',
			'The token has no time: it needs exp or iat',
			'exp or iat',
			'neither of them',
		);
	}
	const end =
		expires ??
		(issued === undefined || maxAgeSeconds === undefined ? Infinity : issued + maxAgeSeconds);
	if (now >= end + toleranceSeconds) {
		return rejectTime(
			'TIMESTAMP_OUT_OF_TOLERANCE',
			expires === undefined
				? `The token has no exp and is more than ${maxAgeSeconds} seconds old`
				: 'The token has expired',
			`valid at ${Math.floor(now)}`,
			`valid until ${end}`,
		);
	}
	return { issuedMs: issued === undefined ? undefined : issued * SECOND_MS };
}

const includesText = (value: unknown, text: string): boolean =>
	value === text || (Array.isArray(value) && value.includes(text));

/** Checks issuer, audience and the claims that must be there. */
function checkNames(
	{ audience, issuer, requiredClaims = [] }: JwtScheme,
	claims: Claims,
): VerificationFailure | undefined {
	if (issuer !== undefined && claims.iss !== issuer) {
		return rejectClaim('iss', 'the expected issuer', describe(claims.iss));
	}
	if (audience !== undefined && !includesText(claims.aud, audience)) {
		return rejectClaim('aud', 'the expected audience, or a list with it', describe(claims.aud));
	}
	const missing = requiredClaims.find(
		(name) =>
			!Object.prototype.hasOwnProperty.call(claims, name) ||
			claims[name] === null ||
			claims[name] === '',
	);
	return missing === undefined ? undefined : rejectClaim(missing, 'present', describe(undefined));
}

/** Computes a hash as a claim has it. */
function computeHash({ digest }: HashClaim, content: Buffer | string): string {
	if (digest === 'text') return content.toString();
	const [algorithm, encoding] = digest.split('-') as [string, 'base64' | 'base64url' | 'hex'];
	return createHash(algorithm).update(content).digest(encoding);
}

/** Returns a hash as {@link computeHash} writes it: hex in any case, base64 with or without padding. */
function normalizeHash({ digest }: HashClaim, value: string): string {
	if (digest === 'text') return value;
	if (digest.endsWith('-hex')) return value.toLowerCase();
	const encoding = digest.endsWith('base64url') ? 'base64url' : 'base64';
	const canonical = Buffer.from(value, encoding).toString(encoding);
	return trimEnd(canonical, '=') === trimEnd(value, '=') ? canonical : value;
}

/** Returns whether a claim has the hash of one of the contents. */
function matchesHash(hash: HashClaim, claims: Claims, contents: Array<Buffer | string>): boolean {
	const value = claims[hash.claim];
	if (typeof value !== 'string') return false;
	const normalized = normalizeHash(hash, value);
	return contents.some((content) => safeEqual(computeHash(hash, content), normalized));
}

function rejectHash(subject: string, { claim, digest }: HashClaim, value: unknown) {
	const expected = digest === 'text' ? `the ${subject}` : `the ${subject}’s ${digest}`;
	return createFailure('BODY_DIGEST_INVALID', `The token’s claim ${claim} is not ${expected}`, {
		field: claim,
		expected,
		received: value === undefined ? 'no such claim' : 'another value',
	});
}

/** Checks the claims that bind the token to its request. */
function checkHashes(
	{ bodyHash, isBodyHashOptional, urlHash }: JwtScheme,
	claims: Claims,
	{ body }: VerificationInput,
	listUrls: () => string[],
): VerificationFailure | undefined {
	if (urlHash !== undefined && !matchesHash(urlHash, claims, listUrls())) {
		return rejectHash('URL', urlHash, claims[urlHash.claim]);
	}
	const isMissing = bodyHash !== undefined && claims[bodyHash.claim] === undefined;
	if (isBodyHashOptional && isMissing && body.length === 0) return undefined;
	return bodyHash !== undefined && !matchesHash(bodyHash, claims, [body])
		? rejectHash('body', bodyHash, claims[bodyHash.claim])
		: undefined;
}

/**
 * Checks the claims of a token whose signature is valid.
 * @param listUrls the URLs that may have been hashed; called only if the scheme has a claim for one
 * @returns the time at which the token was issued, in ms; `undefined` if it has none
 */
export function checkClaims(
	scheme: JwtScheme,
	claims: Claims,
	input: VerificationInput,
	listUrls: () => string[],
): { issuedMs: number | undefined } | VerificationFailure {
	const times = checkTimes(scheme, claims, input);
	if ('valid' in times) return times;
	return checkNames(scheme, claims) ?? checkHashes(scheme, claims, input, listUrls) ?? times;
}
