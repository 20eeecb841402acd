import { SECOND_MS } from '../lib/time';
import type { JwtScheme, Scheme } from '../signing/scheme';
import { isContentScheme } from '../signing/schemeFacts';

/** The times of a verified signature. */
interface SignedTimes {
	/** The time that the scheme has, whether or not it is signed. */
	timestampMs?: number;
	/** The claims of a token. */
	claims?: Record<string, unknown>;
}

/** Returns the seconds since 1970 until which a token is valid; `undefined` if it never expires. */
function findTokenEnd(
	{ maxAgeSeconds }: JwtScheme,
	{ claims, timestampMs }: SignedTimes,
): number | undefined {
	if (typeof claims?.exp === 'number') return claims.exp;
	return timestampMs === undefined || maxAgeSeconds === undefined
		? undefined
		: timestampMs / SECOND_MS + maxAgeSeconds;
}

/**
 * Returns the time until which a replay of a signed request is not too late, in ms.
 * @param ownTolerance seconds in place of the scheme's own tolerance
 * @returns `undefined` if its time does not limit it
 */
export function findReplayEnd(
	scheme: Scheme,
	signed: SignedTimes,
	ownTolerance?: number,
): number | undefined {
	const isToken = !isContentScheme(scheme) && scheme.kind === 'jwt';
	const { toleranceSeconds } = isContentScheme(scheme) ? (scheme.timestamp ?? {}) : scheme;
	const tolerance = ownTolerance ?? toleranceSeconds;
	const end = isToken ? findTokenEnd(scheme, signed) : (signed.timestampMs ?? NaN) / SECOND_MS;
	const endMs = ((end ?? NaN) + (tolerance ?? NaN)) * SECOND_MS;
	return Number.isFinite(endMs) ? endMs : undefined;
}
