import { createHash } from 'crypto';

import sortBy from 'lodash/sortBy';
import uniq from 'lodash/uniq';

import { parseExactJson, stringifyExactJson } from '../../lib/exactJson';
import { getValuesAt, parsePath } from '../../lib/fieldPath';
import { toSortedJson } from '../../lib/sortedJson';
import { toIsoTime } from '../../lib/time';
import { isUnreadable } from '../endpoint/repository';
import type {
	AttemptJob,
	Delivery,
	EndpointSettings,
	OrderPlace,
	OutboxEvent,
	RegisteredEndpoint,
} from '../model';
import type { OutboxPorts } from '../ports';
import { findAfterLeases, readEvent, type StoredEvent } from '../store/events';
import { isLeasedForRecovery } from '../store/eventOwnership';
import {
	findRivals,
	findUnsettledRows,
	SETTLED,
	type PlacedQuery,
} from '../store/orderedDeliveries';
import { MAX_FINDS, MAX_FOUND, type StoredRow, type Tables } from '../store/tables';

import { compileSubscriptions } from './subscribers';

/**
 * An endpoint can get its events in order: all, or those with the same value in a field. Its deliveries then
 * have a place, and none is attempted before those that precede it are delivered, failed or cancelled. The
 * row ID of an event decides, since it is higher than that of any event that was on record before. Events of
 * which a run is making the first deliveries precede later ones, even if they have no delivery yet.
 */

/** Says why a delivery is not attempted yet. */
export const WAITS_FOR_ELDER = 'An earlier delivery of its order comes first';

/** Returns whether a delivery no longer keeps later ones of its order waiting. */
export const isSettled = ({ status }: Pick<Delivery, 'status'>): boolean =>
	SETTLED.includes(status);

const getSettings = (endpoint: RegisteredEndpoint): EndpointSettings | undefined =>
	isUnreadable(endpoint) ? endpoint.subscription?.settings : endpoint.settings;

/** Returns whether an endpoint gets events in order. */
export const isInOrder = (endpoint: RegisteredEndpoint): boolean =>
	getSettings(endpoint)?.in_order !== undefined;

/**
 * Returns the key of the order of an endpoint that gets all events in order. Batches contain events of several
 * keys. No two endpoints have a key in common: their deliveries never wait for each other.
 */
export const getSingleKey = ({ id }: RegisteredEndpoint): string => id;

/** Returns an event's values of an order's key as its row has them: its item may have `undefined` or a date. */
function readKeyValues({ data }: OutboxEvent, path: string): unknown[] {
	const json = stringifyExactJson(getValuesAt(data, parsePath(path)));
	return parseExactJson(json)?.value as unknown[];
}

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
		return { key: getSingleKey(endpoint), number };
	}
	const values = readKeyValues(event, in_order.key);
	if (values.every((value) => value === null)) return null;
	const text = toSortedJson([endpoint.id, ...values]);
	const digest = createHash('sha256').update(text).digest('hex');
	return { key: digest.slice(0, 32), number };
}

/** Splits jobs into those that follow one another in an order, eldest first, and single ones. */
export function splitIntoChains(jobs: AttemptJob[]): AttemptJob[][] {
	const chains = new Map<string, AttemptJob[]>();
	const inOrder = sortBy(jobs, ({ delivery }) => delivery.place?.number ?? 0);
	return inOrder.flatMap((job) => {
		const { place } = job.delivery;
		if (place === null) return [[job]];
		const chain = chains.get(place.key);
		chain?.push(job);
		if (chain !== undefined) return [];
		const first = [job];
		chains.set(place.key, first);
		return [first];
	});
}

/**
 * Returns the numbers of the events of an order that have no delivery yet, but are about to get one.
 * @param acceptedUntil only those that were accepted until this time, ISO 8601
 */
export type FindUnderWay = (
	endpoint: RegisteredEndpoint,
	key: string,
	acceptedUntil?: string,
) => number[];

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
	// A run may look for more orders than it could compare with each event.
	const byOrder = new Map<string, Array<{ number: number; acceptedAt: string }>>();
	for (const { event, rowId } of stored) {
		// Its place counts from the time at which it is due.
		if (event.deliverAt !== null) continue;
		for (const endpoint of findSubscribers(event)) {
			const place = computePlace(endpoint, event, rowId);
			if (place === null) continue;
			const order = `${endpoint.id} ${place.key}`;
			const entry = { number: rowId, acceptedAt: event.acceptedAt };
			const entries = byOrder.get(order);
			if (entries === undefined) byOrder.set(order, [entry]);
			else entries.push(entry);
		}
	}
	return (endpoint, key, acceptedUntil) =>
		(byOrder.get(`${endpoint.id} ${key}`) ?? []).flatMap(({ acceptedAt, number }) =>
			acceptedUntil === undefined || acceptedAt <= acceptedUntil ? number : [],
		);
}

/**
 * Returns whether a delivery has to wait: for an unsettled one of its order with a lower number, or for another one that a
 * run is sending, whatever its number. It makes no call for a delivery without a place.
 * @param before another number to compare with, e.g. the highest one to wait for all others
 */
export async function isPreceded(
	{ tables }: Pick<OutboxPorts, 'tables'>,
	{ id, place }: Pick<Delivery, 'id' | 'place'>,
	endpoint: RegisteredEndpoint,
	before?: number,
): Promise<boolean> {
	if (place === null) return false;
	const { key, number } = place;
	const rivals = findRivals({ endpointId: endpoint.id, key }, before ?? number, id);
	const { eventRows, pages } = await findAfterLeases(tables, rivals);
	const underWay = compileUnderWay(eventRows, [endpoint])(endpoint, key);
	return pages.flat().length > 0 || underWay.some((other) => other !== number);
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
	/** By the order's key, the number of its first unsettled delivery. */
	firstNumbers: Map<string, number>;
	/** IDs of the endpoints that have more waiting deliveries than were read. */
	longIds: Set<string>;
}

/** Reads what may precede new deliveries: each order's first delivery, or a page of each endpoint's. */
async function loadOrders(
	tables: Tables,
	orders: Array<Required<Pick<PlacedQuery, 'endpointId' | 'key'>>>,
): Promise<OrderState> {
	const endpointIds = uniq(orders.map(({ endpointId }) => endpointId));
	const isFew = orders.length < MAX_FINDS;
	const finds = isFew
		? orders.map((query) => findUnsettledRows(query, 1))
		: endpointIds.map((endpointId) => findUnsettledRows({ endpointId }));
	const { eventRows, pages } = await findAfterLeases(tables, finds);
	const isLong = (_: string, index: number): boolean => pages[index].length === MAX_FOUND;
	const firstNumbers = new Map<string, number>();
	for (const { order_key, order_number } of pages.flat()) {
		const key = String(order_key);
		const number = Number(order_number);
		firstNumbers.set(key, Math.min(firstNumbers.get(key) ?? number, number));
	}
	return {
		eventRows,
		firstNumbers,
		longIds: new Set(isFew ? [] : endpointIds.filter(isLong)),
	};
}

/** Returns the state of a delivery that others of its order precede. */
const waitForElder = (delivery: Delivery, nextAttemptAt: string): Delivery =>
	delivery.status === 'sending'
		? { ...delivery, status: 'pending', nextAttemptAt, error: WAITS_FOR_ELDER }
		: delivery;

/**
 * Gives a run's new deliveries their places, and makes those wait that others precede. It makes no call if no
 * endpoint gets its events in order.
 * @param owner the run, which has leased the events
 * @param sentBefore events that were sent before: later ones may be under way, so they wait for all others
 */
export async function placeDeliveries<T extends UnplacedDelivery>(
	{ nowMs, tables }: Pick<OutboxPorts, 'nowMs' | 'tables'>,
	deliveries: T[],
	registered: RegisteredEndpoint[],
	owner: string,
	sentBefore: Pick<Set<string>, 'has'>,
): Promise<T[]> {
	const orders = new Map<string, { endpointId: string; key: string }>();
	for (const { endpoint, event } of deliveries) {
		const place = event.deliverAt === null ? computePlace(endpoint, event, 0) : null;
		if (place === null) continue;
		orders.set(place.key, { endpointId: endpoint.id, key: place.key });
	}
	if (orders.size === 0) return deliveries;
	const { eventRows, firstNumbers, longIds } = await loadOrders(tables, [...orders.values()]);
	const numbers = new Map(
		eventRows.flatMap(({ event_id, id, lease_owner }) =>
			lease_owner === owner ? [[String(event_id), id] as const] : [],
		),
	);
	const findUnderWay = compileUnderWay(eventRows, registered, owner);
	return deliveries.map((entry) => {
		const { delivery, endpoint, event } = entry;
		const rowId = event.deliverAt === null ? numbers.get(event.id) : undefined;
		const place = rowId === undefined ? null : computePlace(endpoint, event, rowId);
		if (place === null) return entry;
		// Deliver Due finds out what precedes a delivery if there is too much to look through.
		const first = firstNumbers.get(place.key) ?? (longIds.has(endpoint.id) ? 0 : Infinity);
		const isLate = sentBefore.has(event.id);
		const number = isLate ? Infinity : place.number;
		const placed = { ...delivery, place };
		return Math.min(first, ...findUnderWay(endpoint, place.key)) < number
			? { ...entry, delivery: waitForElder(placed, isLate ? toIsoTime(nowMs()) : event.acceptedAt) }
			: { ...entry, delivery: placed };
	});
}
