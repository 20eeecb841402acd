/** At most `max` attempts begin in any `perSeconds`: they are spread evenly. */
export interface RateLimit {
	max: number;
	perSeconds: number;
}

/** How far apart attempts begin, in ms. */
export const rateLimitIntervalMs = ({ max, perSeconds }: RateLimit): number =>
	(perSeconds * 1000) / max;

/**
 * Gives attempts their times under a rate limit.
 * @param freeAtMs when the next attempt may begin, as the reservation before this one left it
 * @param count how many attempts are wanted
 * @param untilMs attempts that cannot begin by then get no reservation, and only a time to try again
 * @returns the times in order; the first `reserved` of them are reserved
 */
export function reserveAttempts(
	limit: RateLimit,
	freeAtMs: number | undefined,
	count: number,
	nowMs: number,
	untilMs: number,
): { timesMs: number[]; reserved: number; freeAtMs: number } {
	const intervalMs = rateLimitIntervalMs(limit);
	const firstMs = Math.max(freeAtMs ?? nowMs, nowMs);
	const timesMs = Array.from({ length: count }, (_, index) =>
		Math.ceil(firstMs + index * intervalMs),
	);
	const reserved = timesMs.filter((timeMs) => timeMs <= untilMs).length;
	return { timesMs, reserved, freeAtMs: Math.ceil(firstMs + reserved * intervalMs) };
}
