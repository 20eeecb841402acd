import { UTC, type TimeZone } from '../lib/timeZone';
import { countDeliveries, type DeliveryStats, type StatsPart } from '../outbox/log/stats';

import { splitIntoPeriods, type Period } from './periods';

const MAX_BARS = 62;

/** The parts of a bar, from the bottom up. */
export const PARTS = [
	{ name: 'delivered', label: 'Delivered' },
	{ name: 'failed', label: 'Failed' },
	{ name: 'other', label: 'Pending or on hold' },
] as const;

export type Counts = Record<(typeof PARTS)[number]['name'], number>;

/** A period, with its deliveries counted by outcome. */
export interface Bar extends Period {
	counts: Counts;
	answered: DeliveryStats['response_time_ms'];
}

/** The subject of a chart. */
export interface ChartSubject {
	/** E.g. the name of the endpoint. */
	title: string;
	/** Start of the chart's time; by default, that of the first delivery. */
	sinceMs?: number;
	/** End of the chart's time, at most `nowMs`, which is also the default. */
	untilMs?: number;
	nowMs: number;
	/** The zone of its days; UTC by default. */
	zone?: TimeZone;
	/** Also draws a bar for each of these; none by default. */
	breakdown?: 'endpoint' | 'tenant';
}

/** Adds numbers up. */
export const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

/** Counts all deliveries of a period. */
export const countBar = ({ counts }: Bar): number => sum(PARTS.map(({ name }) => counts[name]));

/** Counts deliveries by the parts of a bar. */
export function countParts(stats: DeliveryStats): Counts {
	const { failed_deliveries: failed, successful_deliveries: delivered } = stats;
	return { delivered, failed, other: stats.total_deliveries - delivered - failed };
}

function buildBar(period: Period, parts: StatsPart[]): Bar {
	const stats = countDeliveries(parts);
	return { ...period, counts: countParts(stats), answered: stats.response_time_ms };
}

/**
 * Counts deliveries by period: days, weeks, months or years, whichever fit into the chart. All times that
 * it returns are wall-clock times of the zone.
 */
export function buildBars(
	parts: StatsPart[],
	{ nowMs, sinceMs, untilMs, zone = UTC }: ChartSubject,
) {
	const { toWallClock } = zone;
	const times = parts.map(({ acceptedMs }) => toWallClock(acceptedMs));
	const firstMs = times.reduce(
		(first, ms) => Math.min(first, ms),
		sinceMs === undefined ? Infinity : toWallClock(sinceMs),
	);
	const lastMs = times.reduce((last, ms) => Math.max(last, ms), -Infinity);
	const toMs = Math.max(
		lastMs,
		toWallClock(untilMs === undefined ? nowMs : Math.min(untilMs - 1, nowMs)),
	);
	const fromMs = Math.max(0, Math.min(firstMs, toMs));
	const { periods, unit } = splitIntoPeriods(fromMs, toMs, MAX_BARS);
	const partsByPeriod: StatsPart[][] = periods.map(() => []);
	parts.forEach((part, index) => {
		partsByPeriod[periods.findIndex(({ endMs }) => times[index] < endMs)].push(part);
	});
	return {
		bars: periods.map((period, index) => buildBar(period, partsByPeriod[index])),
		unit,
		fromMs,
		toMs,
	};
}
