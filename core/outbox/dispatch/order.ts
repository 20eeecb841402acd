import { createHash } from 'crypto';

import sortBy from 'lodash/sortBy';

import { stringifyExactJson } from '../../lib/exactJson';
import { getValuesAt, parsePath } from '../../lib/fieldPath';
import { isUnreadable } from '../endpoint/repository';
import type {
	AttemptJob,
	Delivery,
	DeliveryStatus,
	EndpointSettings,
	OrderPlace,
	OutboxEvent,
	RegisteredEndpoint,
} from '../model';
import type { OutboxPorts } from '../ports';
import { completeLeasedRows, findLeasedRows, readEvent, type StoredEvent } from '../store/events';
import { isLeasedForRecovery } from '../store/eventOwnership';
import {
	completeUnsettledRows,
	findUnsettledRows,
	type PlacedQuery,
} from '../store/orderedDeliveries';
import { MAX_FINDS, type StoredRow, type Tables } from '../store/tables';

import { compileSubscriptions } from './subscribers';

/**
 * An endpoint can get its events in order: all, or those with the same value in a field. Its deliveries then
 * have a place, and none is attempted before those that precede it are delivered, failed or cancelled. The
 * row ID of an event decides, since it is higher than that of any event that was on record before. Events of
 * which a run is making the first deliveries precede later ones, even if they have no delivery yet.
 */

/** Says why a delivery is not attempted yet. */
export const WAITS_FOR_ELDER = 'An earlier delivery of its order comes first';

const SETTLED: DeliveryStatus[] = ['delivered', 'failed', 'cancelled'];

/** Returns whether a delivery no longer keeps later ones of its order waiting. */
export const isSettled = ({ status }: Pick<Delivery, 'status'>): boolean =>
	SETTLED.includes(status);

const getSettings = (endpoint: RegisteredEndpoint): EndpointSettings | undefined =>
	isUnreadable(endpoint) ? endpoint.subscription?.settings : endpoint.settings;

/** Returns whether an endpoint gets events in order. */
export const isInOrder = (endpoint: RegisteredEndpoint): boolean =>
	getSettings(endpoint)?.in_order !== undefined;

/** The order of endpoints that get all events in order. Batches contain events of several keys. */
export const SINGLE_ORDER = 'all';

/**
 * Computes an event's place at an endpoint.
 * @param number the event's row ID
 * @returns `null` if it is sent without regard to others: it does not have the field
 */
export function computePlace(
	endpoint: RegisteredEndpoint,
	event: OutboxEvent,
	number: number,
): OrderPlace | null {
	const { batch_settings, in_order } = getSettings(endpoint) ?? {};
	if (in_order === undefined) return null;
	if (in_order.key === undefined || batch_settings !== undefined) {
		return { key: SINGLE_ORDER, number };
	}
	const values = getValuesAt(event.data, parsePath(in_order.key));
	if (values.every((value) => value === null)) return null;
	const digest = createHash('sha256').update(stringifyExactJson(values)).digest('hex');
	return { key: digest.slice(0, 32), number };
}

/** Names an order: deliveries of different endpoints never wait for each other. */
export const toOrderId = ({
	endpointId,
	place,
}: Pick<Delivery, 'endpointId'> & { place: OrderPlace }): string => `${place.key} ${endpointId}`;

/** Splits jobs into those that follow one another in an order, eldest first, and single ones. */
export function splitIntoChains(jobs: AttemptJob[]): AttemptJob[][] {
	const chains = new Map<string, AttemptJob[]>();
	const inOrder = sortBy(jobs, ({ delivery }) => delivery.place?.number ?? 0);
	return inOrder.flatMap((job) => {
		const { endpointId, place } = job.delivery;
		if (place === null) return [[job]];
		const id = toOrderId({ endpointId, place });
		const chain = chains.get(id);
		chain?.push(job);
		if (chain !== undefined) return [];
		const first = [job];
		chains.set(id, first);
		return [first];
	});
}

/** Returns the numbers of the events of an order that have no delivery yet, but are about to get one. */
export type FindUnderWay = (endpoint: RegisteredEndpoint, key: string) => number[];

/**
 * Finds the events that a run is making first deliveries of, or that a killed run left without them.
 * @param rows leased events
 * @param owner a run whose events do not count
 */
export function compileUnderWay(
	rows: StoredRow[],
	registered: RegisteredEndpoint[],
	owner?: string,
): FindUnderWay {
	const stored = rows.flatMap((row): StoredEvent[] => {
		const event = readEvent(row);
		const counts = row.lease_owner !== owner && !isLeasedForRecovery(row);
		return counts && 'event' in event ? [event] : [];
	});
	const inOrder = registered.filter(isInOrder);
	const { findSubscribers } = compileSubscriptions(stored.length === 0 ? [] : inOrder);
	const places = stored.flatMap(({ event, rowId }) =>
		findSubscribers(event).flatMap((endpoint) => {
			// Its place counts from the time at which it is due.
			const place = event.deliverAt === null ? computePlace(endpoint, event, rowId) : null;
			return place === null ? [] : [{ endpointId: endpoint.id, ...place }];
		}),
	);
	return (endpoint, key) =>
		places.flatMap((place) =>
			place.endpointId === endpoint.id && place.key === key ? place.number : [],
		);
}

/** A delivery that a run has created and not stored, and what it delivers. */
export interface UnplacedDelivery {
	event: OutboxEvent;
	endpoint: RegisteredEndpoint;
	delivery: Delivery;
}

/** The eldest deliveries of some orders, and the events that runs have leased. */
interface OrderState {
	eventRows: StoredRow[];
	/** By the order's name, the number of its first unsettled delivery. */
	firstNumbers: Map<string, number>;
}

/** Reads what may precede new deliveries, in one call unless a send concerns many orders. */
async function loadOrders(tables: Tables, orders: PlacedQuery[]): Promise<OrderState> {
	const isFew = orders.length < MAX_FINDS;
	const finds = isFew
		? orders.map((query) => findUnsettledRows(query, 1))
		: [findUnsettledRows({})];
	// Events first: one that ends its lease in between has its deliveries on record.
	const [leasedRows, ...pages] = await tables.applyAndFind([], [findLeasedRows(), ...finds]);
	const rows = isFew ? pages.flat() : await completeUnsettledRows(tables, {}, pages[0]);
	const firstNumbers = new Map<string, number>();
	for (const { endpoint_id, order_key, order_number } of rows) {
		const id = `${order_key} ${endpoint_id}`;
		const number = Number(order_number);
		firstNumbers.set(id, Math.min(firstNumbers.get(id) ?? number, number));
	}
	return { eventRows: await completeLeasedRows(tables, leasedRows), firstNumbers };
}

/** Returns the state of a delivery that others of its order precede. */
const waitForElder = (delivery: Delivery): Delivery =>
	delivery.status === 'sending'
		? { ...delivery, status: 'pending', nextAttemptAt: delivery.acceptedAt, error: WAITS_FOR_ELDER }
		: delivery;

/**
 * Gives a run's new deliveries their places, and lets those wait that others precede. It makes no call if no
 * endpoint gets its events in order.
 * @param owner the run, which has leased the events
 */
export async function placeDeliveries<T extends UnplacedDelivery>(
	{ tables }: Pick<OutboxPorts, 'tables'>,
	deliveries: T[],
	registered: RegisteredEndpoint[],
	owner: string,
): Promise<T[]> {
	const orders = new Map<string, PlacedQuery>();
	for (const { endpoint, event } of deliveries) {
		const place = event.deliverAt === null ? computePlace(endpoint, event, 0) : null;
		if (place === null) continue;
		const query = { endpointId: endpoint.id, key: place.key };
		orders.set(toOrderId({ endpointId: endpoint.id, place }), query);
	}
	if (orders.size === 0) return deliveries;
	const { eventRows, firstNumbers } = await loadOrders(tables, [...orders.values()]);
	const numbers = new Map(
		eventRows.flatMap(({ event_id, id, lease_owner }) =>
			lease_owner === owner ? [[String(event_id), id] as const] : [],
		),
	);
	const findUnderWay = compileUnderWay(eventRows, registered, owner);
	return deliveries.map((entry) => {
		const { delivery, endpoint, event } = entry;
		const number = event.deliverAt === null ? numbers.get(event.id) : undefined;
		const place = number === undefined ? null : computePlace(endpoint, event, number);
		if (place === null) return entry;
		const first = firstNumbers.get(toOrderId({ endpointId: endpoint.id, place })) ?? Infinity;
		const isPreceded = Math.min(first, ...findUnderWay(endpoint, place.key)) < place.number;
		const placed = { ...delivery, place };
		return { ...entry, delivery: isPreceded ? waitForElder(placed) : placed };
	});
}
