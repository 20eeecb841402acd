import { DAY_MS } from '../lib/time';

/** A period of the calendar, in wall-clock time. It ends when the next one starts. */
export interface Period {
	startMs: number;
	endMs: number;
}

export type Unit = 'day' | 'week' | 'month' | 'year';

/** A way to divide time into periods. */
interface Division {
	unit: Unit;
	/** Returns the start of the period that contains `ms`, or of the one `offset` periods later. */
	getStart: (ms: number, offset: number) => number;
}

// 1 January 1970 was a Thursday.
const DAYS_SINCE_MONDAY = 3;

/** Returns the start of the week that contains `ms`. */
function getMonday(ms: number): number {
	const days = Math.floor(ms / DAY_MS) + DAYS_SINCE_MONDAY;
	return (days - (days % 7) - DAYS_SINCE_MONDAY) * DAY_MS;
}

const DIVISIONS: Division[] = [
	{ unit: 'day', getStart: (ms, offset) => (Math.floor(ms / DAY_MS) + offset) * DAY_MS },
	{ unit: 'week', getStart: (ms, offset) => getMonday(ms) + offset * 7 * DAY_MS },
	{
		unit: 'month',
		getStart: (ms, offset) => {
			const date = new Date(ms);
			return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset);
		},
	},
	{
		unit: 'year',
		getStart: (ms, offset) => Date.UTC(new Date(ms).getUTCFullYear() + offset, 0),
	},
];

function listPeriods({ getStart }: Division, fromMs: number, toMs: number): Period[] {
	const periods: Period[] = [];
	for (let startMs = getStart(fromMs, 0); startMs <= toMs; ) {
		const endMs = getStart(startMs, 1);
		periods.push({ startMs, endMs });
		startMs = endMs;
	}
	return periods;
}

/**
 * Splits a span of time into days; or into weeks from Monday, months or years if there would be too many.
 * @param fromMs not before 1970
 * @param toMs is in the last period
 * @param maxPeriods exceeded only if there are more years than that
 */
export function splitIntoPeriods(
	fromMs: number,
	toMs: number,
	maxPeriods: number,
): { unit: Unit; periods: Period[] } {
	const [first, ...longer] = DIVISIONS;
	let result = { unit: first.unit, periods: listPeriods(first, fromMs, toMs) };
	for (const division of longer) {
		if (result.periods.length <= maxPeriods) break;
		result = { unit: division.unit, periods: listPeriods(division, fromMs, toMs) };
	}
	return result;
}
