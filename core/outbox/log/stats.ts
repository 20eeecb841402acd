import groupBy from 'lodash/groupBy';
import maxBy from 'lodash/maxBy';

import { formatDay, UTC } from '../../lib/timeZone';
import type { Delivery, DeliveryStatus } from '../model';

/** Counts of deliveries, with the names that items and the management API use. */
export interface DeliveryStats {
	total_deliveries: number;
	successful_deliveries: number;
	failed_deliveries: number;
	/** Waiting for a batch or an attempt, or being attempted. */
	pending_deliveries: number;
	/** On hold, since their endpoint is disabled. */
	held_deliveries: number;
	/** Successful among completed deliveries, 0 to 1; `null` if none is completed. */
	success_rate: number | null;
	total_attempts: number;
	/** Percentiles over the attempts that got a response; `null` if none did. */
	response_time_ms: { p50: number; p90: number; p95: number; p99: number; max: number } | null;
	/** ISO 8601, UTC; `null` if there was no attempt. */
	last_delivery: string | null;
}

/** Returns the smallest value that this share of the sorted values does not exceed (nearest rank). */
const getPercentile = (sorted: number[], share: number): number =>
	sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];

/** Counts deliveries. */
export function countDeliveries(deliveries: Delivery[]): DeliveryStats {
	const count = (...statuses: DeliveryStatus[]): number =>
		deliveries.filter(({ status }) => statuses.includes(status)).length;
	const [successful, failed] = [count('delivered'), count('failed')];
	const completed = successful + failed;
	const timesMs = deliveries
		.flatMap(({ attemptLog }) => attemptLog)
		.filter(({ status_code }) => status_code !== null)
		.map(({ duration_ms }) => duration_ms)
		.sort((a, b) => a - b);
	const lastAttempts = deliveries.flatMap(({ lastAttemptAt }) => lastAttemptAt ?? []).sort();
	return {
		total_deliveries: deliveries.length,
		successful_deliveries: successful,
		failed_deliveries: failed,
		pending_deliveries: count('gathering', 'pending', 'sending'),
		held_deliveries: count('held'),
		success_rate: completed === 0 ? null : successful / completed,
		total_attempts: deliveries.reduce((sum, { attempts }) => sum + attempts, 0),
		response_time_ms:
			timesMs.length === 0
				? null
				: {
						p50: getPercentile(timesMs, 0.5),
						p90: getPercentile(timesMs, 0.9),
						p95: getPercentile(timesMs, 0.95),
						p99: getPercentile(timesMs, 0.99),
						max: timesMs[timesMs.length - 1],
					},
		last_delivery: lastAttempts[lastAttempts.length - 1] ?? null,
	};
}

/**
 * Counts deliveries in total, by endpoint, and by the day on which their event was accepted.
 * @param zone the zone of the days
 */
export function computeStats(
	deliveries: Delivery[],
	zone = UTC,
): DeliveryStats & {
	by_endpoint: Array<DeliveryStats & { endpoint_id: string; endpoint_name: string | null }>;
	by_day: Array<DeliveryStats & { day: string }>;
} {
	const byEndpoint = groupBy(deliveries, ({ endpointId }) => endpointId);
	const byDay = groupBy(deliveries, ({ acceptedAt }) => formatDay(Date.parse(acceptedAt), zone));
	return {
		...countDeliveries(deliveries),
		by_endpoint: Object.entries(byEndpoint).map(([endpoint_id, group]) => ({
			endpoint_name: maxBy(group, 'acceptedAt')?.endpointName ?? null,
			...countDeliveries(group),
			endpoint_id,
		})),
		by_day: Object.entries(byDay)
			.sort(([a], [b]) => a.localeCompare(b))
			.map(([day, group]) => ({ day, ...countDeliveries(group) })),
	};
}
