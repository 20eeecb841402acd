import { DAY_MS, MINUTE_MS, SECOND_MS } from './time';

/**
 * A time zone. A wall-clock time is written as the ms since 1970 that a clock of the zone would show in
 * UTC, so that its days and months can be computed without the zone's rules.
 */
export interface TimeZone {
	/** As IANA names it, e.g. `Europe/Berlin`. */
	name: string;
	/** Returns the wall-clock time at `ms`. */
	toWallClock: (ms: number) => number;
	/**
	 * Returns when the zone's clocks show a wall-clock time: the first time if they show it twice, and as
	 * much later as clocks are put forward if they skip it.
	 */
	fromWallClock: (wallClockMs: number) => number;
}

/** A time zone that the platform does not know. */
export class UnknownTimeZoneError extends Error {
	override readonly name = 'UnknownTimeZoneError';
}

export const UTC: TimeZone = {
	name: 'UTC',
	toWallClock: (ms) => ms,
	fromWallClock: (wallClockMs) => wallClockMs,
};

/** Offsets from UTC change on quarters of an hour at most. */
const OFFSET_BLOCK_MS = 15 * MINUTE_MS;

function tryCreateFormat(name: string): Intl.DateTimeFormat | undefined {
	try {
		return new Intl.DateTimeFormat('en-US', {
			timeZone: name,
			hourCycle: 'h23',
			era: 'short',
			year: 'numeric',
			month: 'numeric',
			day: 'numeric',
			hour: 'numeric',
			minute: 'numeric',
			second: 'numeric',
		});
	} catch {
		return undefined;
	}
}

/**
 * Creates a time zone from its IANA name, with the rules for daylight saving time that the platform has.
 * @throws UnknownTimeZoneError
 */
export function createTimeZone(name: string): TimeZone {
	if (/^(?:Etc\/)?(?:UTC|GMT)$/.test(name)) return { ...UTC, name };
	const format = tryCreateFormat(name);
	if (format === undefined) {
		throw new UnknownTimeZoneError(
			`The time zone "${name}" is unknown. Choose one from the list in the workflow's settings, e.g. Europe/Berlin.`,
		);
	}
	const offsets = new Map<number, number>();

	const computeOffsetMs = (ms: number): number => {
		const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
		const read = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
		const year = parts.get('era') === 'BC' ? 1 - read('year') : read('year');
		const wallClock = new Date(0);
		wallClock.setUTCFullYear(year, read('month') - 1, read('day'));
		wallClock.setUTCHours(read('hour'), read('minute'), read('second'));
		return wallClock.getTime() - Math.floor(ms / SECOND_MS) * SECOND_MS;
	};
	const getOffsetMs = (ms: number): number => {
		const block = Math.floor(ms / OFFSET_BLOCK_MS);
		const computed = offsets.get(block) ?? computeOffsetMs(ms);
		offsets.set(block, computed);
		return computed;
	};

	return {
		name,
		toWallClock: (ms) => ms + getOffsetMs(ms),
		fromWallClock: (wallClockMs) => {
			const before = getOffsetMs(wallClockMs - DAY_MS);
			const after = getOffsetMs(wallClockMs + DAY_MS);
			const candidates = [before, after]
				.map((offsetMs) => wallClockMs - offsetMs)
				.filter((ms) => ms + getOffsetMs(ms) === wallClockMs);
			return candidates.length > 0 ? Math.min(...candidates) : wallClockMs - before;
		},
	};
}

/** Returns the day of the zone's calendar at `ms`, e.g. `2026-11-29`. */
export const formatDay = (ms: number, zone: TimeZone): string =>
	new Date(zone.toWallClock(ms)).toISOString().slice(0, 10);

const EXTENDED_TIME =
	/^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?: ?(Z|[+-]\d{2}(?::?\d{2})?))?)?$/i;
const BASIC_TIME =
	/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(?:(\d{2})(?:[.,](\d+))?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

/** @returns `undefined` for an offset that no clock has, e.g. `+25:00` */
function parseOffsetMs(offset: string): number | undefined {
	if (/^z$/i.test(offset)) return 0;
	const [hours, minutes = '0'] = offset.slice(1).match(/\d{2}/g) ?? [];
	if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
	const ms = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
	return offset.startsWith('-') ? -ms : ms;
}

/**
 * Parses a date, or a date and time, in ISO 8601 or as n8n's date picker writes it.
 * @param zone the zone of a time without an offset
 * @returns ms since 1970; `undefined` for any other text, and for a date or an offset that does not exist
 * @example
 * parseTime('2026-07-01T09:00:00', createTimeZone('Europe/Berlin')); // 07:00 in UTC
 */
export function parseTime(text: string, zone: TimeZone): number | undefined {
	const trimmed = text.trim();
	const match = EXTENDED_TIME.exec(trimmed) ?? BASIC_TIME.exec(trimmed);
	if (match === null) return undefined;
	const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', offset] =
		match;
	const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
	const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`;
	const wallClockMs = Date.parse(iso);
	// Date.parse takes 30 February for 2 March, and 24:00 for the next day.
	if (Number.isNaN(wallClockMs) || new Date(wallClockMs).toISOString() !== iso) return undefined;
	if (offset === undefined) return zone.fromWallClock(wallClockMs);
	const offsetMs = parseOffsetMs(offset);
	return offsetMs === undefined ? undefined : wallClockMs - offsetMs;
}
