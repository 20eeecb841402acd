import orderBy from 'lodash/orderBy';

import { BATCH_EVENT_TYPE } from '../event/envelope';
import { findDeliveries, type LogPosition, type LogQuery } from '../outbox/log/query';
import type { StoredDelivery } from '../outbox/model';
import type { TenantPorts } from '../outbox/ports';

/** The most deliveries of one reading, and how many times as many each reading has as the one before. */
const MAX_READ = 900;
const GROWTH = 4;

/** Where a page of the log begins, and how many entries it needs. */
export interface LogWalk {
	ports: TenantPorts;
	query: LogQuery;
	/** The place that the page follows, or precedes; absent for the first page. */
	start?: LogPosition;
	isBackward: boolean;
	wanted: number;
}

/**
 * Reads deliveries, and with the filter of an event type also batches: they have a type of their own, whatever type
 * their events have. The caller compares that of the first event.
 */
async function readLog(
	ports: TenantPorts,
	query: LogQuery,
	size: number,
	isBackward: boolean,
): Promise<StoredDelivery[]> {
	const { eventType } = query;
	const types =
		eventType === undefined || eventType === BATCH_EVENT_TYPE
			? [eventType]
			: [eventType, BATCH_EVENT_TYPE];
	const lists = await Promise.all(
		types.map(async (type) => await findDeliveries(ports, { ...query, eventType: type }, size)),
	);
	if (lists.length === 1) return lists[0];
	const sorted = orderBy(lists.flat(), ['acceptedAt', 'id'], ['desc', 'desc']);
	return isBackward ? sorted.slice(-size) : sorted.slice(0, size);
}

/**
 * Collects entries from the log, in as many readings as it takes: some deliveries have none that match. Readings
 * grow, so that a filter that matches hardly anything does not read the whole log a few deliveries at a time.
 * @param pick returns the entries of deliveries, in the log's order
 * @returns up to `wanted` entries: those closest to the start, in the log's order
 */
export async function collectFromLog<T>(
	{ isBackward, ports, query, start, wanted }: LogWalk,
	pick: (deliveries: StoredDelivery[]) => Promise<T[]>,
): Promise<T[]> {
	const side = isBackward ? 'before' : 'after';
	const found: T[] = [];
	let position = start;
	// The delivery of the place itself may be read again, for its other attempts.
	let size = start === undefined ? wanted : wanted + 1;
	for (;;) {
		const next = position && { [side]: position };
		const deliveries = await readLog(ports, { ...query, ...next }, size, isBackward);
		const entries = await pick(deliveries);
		if (isBackward) found.unshift(...entries);
		else found.push(...entries);
		if (deliveries.length < size || found.length >= wanted) break;
		const edge = isBackward ? deliveries[0] : deliveries[deliveries.length - 1];
		position = { acceptedAt: edge.acceptedAt, deliveryId: edge.id };
		size = Math.min(size * GROWTH, MAX_READ);
	}
	return isBackward ? found.slice(-wanted) : found.slice(0, wanted);
}
