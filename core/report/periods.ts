import { DAY_MS } from '../lib/time';

/** A stretch of the calendar, in UTC, from its beginning to the next one's. */
export interface Period {
	startMs: number;
	endMs: number;
}

export type Unit = 'day' | 'week' | 'month' | 'year';

/** How time is divided. */
interface Division {
	unit: Unit;
	/** The beginning of the period in which a moment is, or of one that comes `further` periods later. */
	start: (ms: number, further: number) => number;
}

// The first of January 1970 was a Thursday.
const DAYS_SINCE_MONDAY = 3;

function monday(ms: number): number {
	const days = Math.floor(ms / DAY_MS) + DAYS_SINCE_MONDAY;
	return (days - (days % 7) - DAYS_SINCE_MONDAY) * DAY_MS;
}

const DIVISIONS: Division[] = [
	{ unit: 'day', start: (ms, further) => (Math.floor(ms / DAY_MS) + further) * DAY_MS },
	{ unit: 'week', start: (ms, further) => monday(ms) + further * 7 * DAY_MS },
	{
		unit: 'month',
		start: (ms, further) => {
			const date = new Date(ms);
			return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + further);
		},
	},
	{
		unit: 'year',
		start: (ms, further) => Date.UTC(new Date(ms).getUTCFullYear() + further, 0),
	},
];

function divided({ start }: Division, fromMs: number, toMs: number): Period[] {
	const periods: Period[] = [];
	for (let startMs = start(fromMs, 0); startMs <= toMs; ) {
		const endMs = start(startMs, 1);
		periods.push({ startMs, endMs });
		startMs = endMs;
	}
	return periods;
}

/**
 * Divides a time into days, or into weeks (from Monday), months or years where there would be too many.
 * @param fromMs not before 1970
 * @param toMs is in the last period
 * @param max more than that there are at most where even years are too short
 */
export function splitIntoPeriods(
	fromMs: number,
	toMs: number,
	max: number,
): { unit: Unit; periods: Period[] } {
	const [first, ...longer] = DIVISIONS;
	let result = { unit: first.unit, periods: divided(first, fromMs, toMs) };
	for (const division of longer) {
		if (result.periods.length <= max) break;
		result = { unit: division.unit, periods: divided(division, fromMs, toMs) };
	}
	return result;
}
