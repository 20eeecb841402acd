import type { Unit } from './periods';

const numberFormat = new Intl.NumberFormat('en-US');

/** Writes a number with its thousands separated, e.g. `1,234`. */
export const formatNumber = (number: number): string => numberFormat.format(number);

const createDateFormat = (options: Intl.DateTimeFormatOptions): ((ms: number) => string) => {
	const format = new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' });
	return (ms) => format.format(ms);
};
const formatDay = createDateFormat({ month: 'short', day: 'numeric' });
const formatMonth = createDateFormat({ month: 'short' });

/** Writes the year of a wall-clock time, e.g. `2026`. */
export const formatYear = createDateFormat({ year: 'numeric' });

/** Writes the day of a wall-clock time, e.g. `Jan 15, 2026`. */
export const formatDate = createDateFormat({ year: 'numeric', month: 'short', day: 'numeric' });

/** Names the periods, and labels a period by its start as a wall-clock time. */
export const UNITS: Record<Unit, { name: string; label: (ms: number) => string }> = {
	day: { name: 'Days', label: formatDay },
	week: { name: 'Weeks from Monday', label: formatDay },
	month: { name: 'Months', label: formatMonth },
	year: { name: 'Years', label: formatYear },
};

const MIN_MS_IN_SECONDS = 10_000;

/** Returns a function that writes durations, in seconds if the longest is 10 s or more. */
export const createDurationFormat = (topMs: number): ((ms: number) => string) =>
	topMs < MIN_MS_IN_SECONDS
		? (ms) => `${formatNumber(ms)} ms`
		: (ms) => `${formatNumber(ms / 1000)} s`;
