import groupBy from 'lodash/groupBy';
import maxBy from 'lodash/maxBy';
import sortBy from 'lodash/sortBy';

import { toIsoTime } from '../../lib/time';
import { formatDay, UTC } from '../../lib/timeZone';
import { DEFAULT_TENANT, type Delivery } from '../model';
import type { StatsPart } from '../store/tallies';

export type { StatsPart } from '../store/tallies';

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

/** Counts one delivery of the log. */
function toStatsPart(delivery: Delivery): StatsPart {
	const { acceptedAt, attemptLog, lastAttemptAt, tallied } = delivery;
	// A delivery whose replay was cancelled counts as it did before.
	const status = delivery.status === 'cancelled' ? tallied : delivery.status;
	const timesMs = attemptLog.flatMap(({ duration_ms, status_code }) =>
		status_code === null ? [] : [duration_ms],
	);
	const isPending = ['gathering', 'pending', 'sending'].includes(String(status));
	return {
		tenantId: delivery.tenantId,
		endpointId: delivery.endpointId,
		endpointName: delivery.endpointName,
		acceptedMs: Date.parse(acceptedAt),
		delivered: Number(status === 'delivered'),
		failed: Number(status === 'failed'),
		pending: Number(isPending),
		held: Number(status === 'held'),
		attempts: delivery.attempts,
		times: timesMs.map((ms) => [ms, 1]),
		maxMs: Math.max(0, ...timesMs),
		lastAttemptMs: lastAttemptAt === null ? 0 : Date.parse(lastAttemptAt),
	};
}

/** Counts deliveries of the log one by one. */
export const toStatsParts = (deliveries: Delivery[]): StatsPart[] => deliveries.map(toStatsPart);

/** Computes percentiles: the smallest time that this share of the responses did not exceed (nearest rank). */
function computeResponseTimes(parts: StatsPart[]): DeliveryStats['response_time_ms'] {
	const times = parts.flatMap((part) => part.times).sort(([a], [b]) => a - b);
	const total = times.reduce((sum, [, count]) => sum + count, 0);
	if (total === 0) return null;
	const max = parts.reduce((longest, { maxMs }) => Math.max(longest, maxMs), 0);
	const getPercentile = (share: number): number => {
		let rank = Math.ceil(total * share);
		const found = times.find(([, count]) => (rank -= count) <= 0);
		return Math.min(found?.[0] ?? max, max);
	};
	return {
		p50: getPercentile(0.5),
		p90: getPercentile(0.9),
		p95: getPercentile(0.95),
		p99: getPercentile(0.99),
		max,
	};
}

/** Adds parts up. */
export function countDeliveries(parts: StatsPart[]): DeliveryStats {
	const add = (name: 'delivered' | 'failed' | 'pending' | 'held' | 'attempts'): number =>
		parts.reduce((sum, part) => sum + part[name], 0);
	const [successful, failed, pending, held] = [
		add('delivered'),
		add('failed'),
		add('pending'),
		add('held'),
	];
	const completed = successful + failed;
	const lastMs = parts.reduce((last, { lastAttemptMs }) => Math.max(last, lastAttemptMs), 0);
	return {
		total_deliveries: completed + pending + held,
		successful_deliveries: successful,
		failed_deliveries: failed,
		pending_deliveries: pending,
		held_deliveries: held,
		success_rate: completed === 0 ? null : successful / completed,
		total_attempts: add('attempts'),
		response_time_ms: computeResponseTimes(parts),
		last_delivery: lastMs === 0 ? null : toIsoTime(lastMs),
	};
}

const isEmpty = ({ total_attempts, total_deliveries }: DeliveryStats): boolean =>
	total_attempts === 0 && total_deliveries === 0;

/**
 * Counts deliveries in total, by endpoint, and by the day on which their event was accepted; by tenant if
 * the outbox has any.
 * @param zone the zone of the days
 */
export function computeStats(
	parts: StatsPart[],
	zone = UTC,
): DeliveryStats & {
	by_tenant?: Array<DeliveryStats & { tenant_id: string }>;
	by_endpoint: Array<DeliveryStats & { endpoint_id: string; endpoint_name: string | null }>;
	by_day: Array<DeliveryStats & { day: string }>;
} {
	const byTenant = groupBy(parts, ({ tenantId }) => tenantId);
	const byEndpoint = groupBy(parts, ({ endpointId }) => endpointId);
	const byDay = groupBy(parts, ({ acceptedMs }) => formatDay(acceptedMs, zone));
	const hasTenants = parts.some(({ tenantId }) => tenantId !== DEFAULT_TENANT);
	return {
		...countDeliveries(parts),
		...(hasTenants && {
			by_tenant: sortBy(Object.entries(byTenant), '0').map(([tenant_id, group]) => ({
				...countDeliveries(group),
				tenant_id,
			})),
		}),
		by_endpoint: sortBy(Object.entries(byEndpoint), '0').map(([endpoint_id, group]) => ({
			endpoint_name: maxBy(group, 'acceptedMs')?.endpointName ?? null,
			...countDeliveries(group),
			endpoint_id,
		})),
		by_day: Object.entries(byDay)
			.sort(([a], [b]) => a.localeCompare(b))
			.map(([day, group]) => ({ day, ...countDeliveries(group) }))
			.filter((counts) => !isEmpty(counts)),
	};
}
