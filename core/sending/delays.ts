import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/time';

/** An invalid list of waits. The message names the entry. */
export class InvalidDelaysError extends Error {
	override readonly name = 'InvalidDelaysError';
}

const UNIT_NAMES: Array<[number, string[]]> = [
	[SECOND_MS, ['s', 'sec', 'secs', 'second', 'seconds']],
	[MINUTE_MS, ['m', 'min', 'mins', 'minute', 'minutes']],
	[HOUR_MS, ['h', 'hr', 'hrs', 'hour', 'hours']],
	[DAY_MS, ['d', 'day', 'days']],
	[7 * DAY_MS, ['w', 'week', 'weeks']],
];
const UNITS_MS = new Map(
	UNIT_NAMES.flatMap(([unitMs, names]) => names.map((name): [string, number] => [name, unitMs])),
);

const MAX_DELAY_MS = 30 * DAY_MS;
const MAX_DELAYS = 50;
const EXAMPLE = 'e.g. 30 s, 5 min, 1 h';

const WAIT = /^(?:\d+(?:\.\d+)?\s*[a-z]+\s*)+$/i;

/** @returns ms; `NaN` if the entry is not a wait */
function parseDelayMs(entry: string): number {
	if (/^\d+(?:\.\d+)?$/.test(entry)) return Number(entry) * SECOND_MS;
	if (!WAIT.test(entry)) return NaN;
	const parts = [...entry.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)];
	const partsMs = parts.map(([, count, unit]) => ({
		unitMs: UNITS_MS.get(unit.toLowerCase()) ?? NaN,
		count: Number(count),
	}));
	// 1 h 30 min is one wait, but 30 s 5 min lacks a comma.
	const isDescending = partsMs.every(
		({ unitMs }, index) => index === 0 || unitMs < partsMs[index - 1].unitMs,
	);
	return isDescending ? partsMs.reduce((sum, { count, unitMs }) => sum + count * unitMs, 0) : NaN;
}

function requireUnits(entries: string[]): void {
	const withoutUnit = entries.filter((entry) => /\d$/.test(entry));
	const unclear = withoutUnit.find((entry) => Number(entry) !== 0);
	if (withoutUnit.length === entries.length || unclear === undefined) return;
	throw new InvalidDelaysError(
		`"${unclear}" in "Retry Delays" has no unit, but other waits do. Give each wait a unit, ${EXAMPLE}. Write decimals with a point, e.g. 1.5 h.`,
	);
}

/**
 * Parses a list of waits, separated by commas, semicolons or line breaks, e.g. `30 s, 5 min, 1h30m, 1 day`.
 * If no wait has a unit, all are in seconds.
 * @returns ms
 * @throws InvalidDelaysError
 */
export function parseDelays(text: string): number[] {
	const entries = text
		.split(/[,;\n]/)
		.map((entry) => entry.trim())
		.filter((entry) => entry !== '');
	const delays = entries.map((entry) => {
		const delayMs = parseDelayMs(entry);
		if (!(delayMs <= MAX_DELAY_MS)) {
			throw new InvalidDelaysError(
				`"${entry}" in "Retry Delays" is not a wait between attempts. Enter a number and s, min, h or d, up to 30 d, separated by commas, ${EXAMPLE}.`,
			);
		}
		return Math.round(delayMs);
	});
	requireUnits(entries);
	if (delays.length === 0 || delays.length > MAX_DELAYS) {
		throw new InvalidDelaysError(
			`"Retry Delays" has ${delays.length} waits. Enter 1 to ${MAX_DELAYS} waits, ${EXAMPLE}.`,
		);
	}
	return delays;
}

/** Writes a wait in the largest unit that gives it one decimal at most, e.g. `1.5 min`. */
export function formatDelay(delayMs: number): string {
	const units: Array<[number, string]> = [
		[HOUR_MS, 'h'],
		[MINUTE_MS, 'min'],
	];
	const [unitMs, name] = units.find(
		([ms]) => delayMs >= ms && Number.isInteger((delayMs / ms) * 10),
	) ?? [SECOND_MS, 's'];
	return `${delayMs / unitMs} ${name}`;
}
