/** Lengths of time in ms. */
export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/**
 * Writes a time as ISO 8601 in UTC with milliseconds, e.g. `2026-11-29T01:13:42.000Z`.
 * @param ms since 1970
 * @throws RangeError if `ms` is outside the range of a `Date`
 */
export const toIsoTime = (ms: number): string => new Date(ms).toISOString();

/**
 * Returns whether something that is repeated at most once in a period is due again. If the clock was set back, the last
 * time is in the future, and must not delay the next one by more than the period.
 */
export const isDueAgain = (lastMs: number, nowMs: number, periodMs: number): boolean =>
	Math.abs(nowMs - lastMs) >= periodMs;

/** Returns whether a time is in one of the years 0 to 9999 in UTC: only such times can be compared as text. */
export const isComparableTime = (ms: number): boolean =>
	!Number.isNaN(new Date(ms).getTime()) && /^\d/.test(toIsoTime(ms));
