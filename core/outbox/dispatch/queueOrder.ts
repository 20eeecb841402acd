import type { Endpoint, StoredDelivery } from '../model';
import type { OutboxPorts } from '../ports';
import { findAfterLeases } from '../store/events';
import { completeUnsettledRows, findUnsettledRows } from '../store/orderedDeliveries';

import { compileUnderWay, isInOrder, getSingleKey } from './order';

/** Keeps the order of events that join batches: no batch may span what another one, or none yet, contains. */

const getNumber = ({ place }: StoredDelivery): number => place?.number ?? 0;

/** Deliveries of a batching queue, in order. */
export interface QueueSections {
	/** Each has no gap that another delivery fills. */
	sections: StoredDelivery[][];
	/** Those that follow an event which has not joined the queue yet. */
	early: StoredDelivery[];
}

/** Splits sorted deliveries wherever one of the numbers lies between two of them. */
function splitAt(sorted: StoredDelivery[], numbers: number[]): StoredDelivery[][] {
	const sections: StoredDelivery[][] = [];
	for (const [index, delivery] of sorted.entries()) {
		const previous = index === 0 ? -Infinity : getNumber(sorted[index - 1]);
		const isParted = numbers.some((number) => previous < number && number < getNumber(delivery));
		if (index === 0 || isParted) sections.push([]);
		sections[sections.length - 1].push(delivery);
	}
	return sections;
}

/**
 * Splits what a run has leased of an endpoint's batching queue into parts that can become batches. It makes no
 * call unless the endpoint gets its events in order.
 * @param sorted in order of arrival
 * @param owner the run, the events of which have joined the queue
 */
export async function splitQueue(
	{ tables }: OutboxPorts,
	endpoint: Endpoint,
	sorted: StoredDelivery[],
	owner: string,
): Promise<QueueSections> {
	if (!isInOrder(endpoint)) return { sections: [sorted], early: [] };
	// Only events between them can separate them.
	const numbers = sorted.map(getNumber);
	const range = { endpointId: endpoint.id, from: numbers[0], to: numbers[numbers.length - 1] };
	const { eventRows, pages } = await findAfterLeases(tables, [findUnsettledRows(range)]);
	const underWay = compileUnderWay(eventRows, [endpoint], owner)(endpoint, getSingleKey(endpoint));
	const firstUnderWay = Math.min(Infinity, ...underWay);
	const ids = new Set(sorted.map(({ id }) => id));
	const others = (await completeUnsettledRows(tables, range, pages[0])).flatMap(
		({ delivery_id, order_number }) => (ids.has(String(delivery_id)) ? [] : Number(order_number)),
	);
	const isEarly = (delivery: StoredDelivery): boolean => getNumber(delivery) > firstUnderWay;
	return {
		sections: splitAt(
			sorted.filter((delivery) => !isEarly(delivery)),
			others,
		),
		early: sorted.filter(isEarly),
	};
}
