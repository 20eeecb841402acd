import countBy from 'lodash/countBy';
import difference from 'lodash/difference';
import groupBy from 'lodash/groupBy';
import orderBy from 'lodash/orderBy';
import sortBy from 'lodash/sortBy';
import uniqBy from 'lodash/uniqBy';

import { toIsoTime } from '../../lib/time';
import { isUnreadable } from '../endpoint/repository';
import type { Lease, OrderPlace, RegisteredEndpoint, StoredDelivery } from '../model';
import { latestPerDelivery } from '../store/deliveryRows';
import { leaseRanges, type OrderRange } from '../store/orderedDeliveries';
import type { Tables } from '../store/tables';

import { orderByTurns } from './attemptTurns';
import { isBatching } from './batches';
import type { FindUnderWay } from './order';
import { sharePlaces } from './turns';

/** Chooses and leases what is due of the deliveries that have a place in an order. */

/** Most deliveries of one order that a run leases at once. */
const MAX_CHAIN = 100;

/** Maximum number of orders that a run leases at once. Each takes an update, and a call makes 50 updates. */
const MAX_CHAINS = 300;

/** A delivery that has a place. */
type PlacedDelivery = StoredDelivery & { place: OrderPlace };

/** The first deliveries of an order, which a run may attempt one after another. */
export interface OrderChain {
	/** At least one, all due. */
	deliveries: PlacedDelivery[];
	/** `true` if more of the order is due than a run leases at once. */
	hasMore: boolean;
	/** `true` if the endpoint was deleted or is disabled, so that what is on hold keeps nothing waiting. */
	ignoresHeld: boolean;
}

const hasPlace = (delivery: StoredDelivery): delivery is PlacedDelivery => delivery.place !== null;

/** Takes the first deliveries of an order that are due. */
function takeChain(
	order: PlacedDelivery[],
	firstUnderWay: number,
	isDue: (delivery: PlacedDelivery) => boolean,
	maxLength: number,
): Omit<OrderChain, 'ignoresHeld'> | undefined {
	const stop = order.findIndex(
		(delivery) => !isDue(delivery) || delivery.place.number > firstUnderWay,
	);
	const due = stop === -1 ? order : order.slice(0, stop);
	if (due.length === 0) return undefined;
	// While an endpoint fails, its other deliveries need not be leased and released again and again.
	const length = due[0].attempts > 0 ? 1 : maxLength;
	return { deliveries: due.slice(0, length), hasMore: due.length > length };
}

/** Time by which the row of a delivery may be written later than it says. */
const WRITE_MARGIN_MS = 10_000;

/**
 * Returns the time until which events may have been sent without regard to a delivery, since it was not on record as
 * unsettled: it was replayed, or got its place late; `undefined` if there is none.
 */
function getLateTime({
	acceptedAt,
	attempts,
	nextAttemptAt,
	replayedAt,
}: PlacedDelivery): string | undefined {
	const isLate = attempts === 0 && nextAttemptAt !== acceptedAt;
	const since = replayedAt ?? (isLate ? nextAttemptAt : null);
	return since === null ? undefined : toIsoTime(Date.parse(since) + WRITE_MARGIN_MS);
}

/** Everything that decides which deliveries with a place can be attempted. */
export interface OrderedDue {
	/** The unsettled deliveries with a place, or the eldest ones of each order. */
	stored: StoredDelivery[];
	registered: RegisteredEndpoint[];
	findUnderWay: FindUnderWay;
	dueMs: number;
	/** Endpoints that get only one attempt in this run. */
	probedIds: Set<string>;
	/** Maximum number of deliveries to lease for that attempt. */
	probeWidth: number;
}

const getEndpointId = ({ deliveries: [{ endpointId }] }: OrderChain): string => endpointId;

/** Orders chains so that tenants take turns, and so do the endpoints of each. */
export const orderChains = (chains: OrderChain[]): OrderChain[] =>
	orderByTurns(chains, ({ deliveries: [{ endpointId, tenantId }] }) => ({
		id: endpointId,
		tenantId,
	}));

/**
 * Chooses, for each order, the deliveries that nothing keeps waiting: no elder that waits for its retry, is on
 * hold or being attempted, and no event that has no delivery yet.
 */
export function listChains(
	{ dueMs, findUnderWay, probedIds, probeWidth, registered, stored }: OrderedDue,
	nowMs: number,
): OrderChain[] {
	const placed = stored.filter(hasPlace);
	const endpointsById = new Map(registered.map((endpoint) => [endpoint.id, endpoint]));
	const isUnderWay = ({ lease }: PlacedDelivery): boolean =>
		lease !== null && lease.expiresAtMs > nowMs;
	const batchingIds = new Set(
		registered.flatMap((endpoint) =>
			!isUnreadable(endpoint) && isBatching(endpoint) ? endpoint.id : [],
		),
	);
	const isDue = ({ endpointId, nextAttemptAt, status }: PlacedDelivery): boolean =>
		(status !== 'gathering' || !batchingIds.has(endpointId)) &&
		nextAttemptAt !== null &&
		Date.parse(nextAttemptAt) <= dueMs;
	const recorded = new Set(placed.map(({ endpointId, place }) => `${place.number} ${endpointId}`));
	const chains = Object.values(groupBy(placed, 'place.key')).flatMap((sameOrder) => {
		if (sameOrder.some(isUnderWay)) return [];
		const [{ endpointId, place }] = sameOrder;
		const endpoint = endpointsById.get(endpointId);
		const findMissing = (acceptedUntil?: string): number[] =>
			(endpoint === undefined ? [] : findUnderWay(endpoint, place.key, acceptedUntil)).filter(
				(number) => !recorded.has(`${number} ${endpointId}`),
			);
		const latest = latestPerDelivery(sameOrder).filter(hasPlace);
		// Nobody can replay what is on hold for a deleted endpoint, and what comes after it has to end. At a disabled
		// endpoint, later deliveries are put on hold, too.
		const ignoresHeld = endpoint === undefined || endpoint.status === 'disabled';
		const blocking = ignoresHeld ? latest.filter(({ status }) => status !== 'held') : latest;
		const order = sortBy(blocking, 'place.number');
		const maxLength = probedIds.has(endpointId) ? probeWidth : MAX_CHAIN;
		const chain = takeChain(order, Math.min(Infinity, ...findMissing()), isDue, maxLength);
		const lateTime = chain && getLateTime(chain.deliveries[0]);
		if (lateTime !== undefined && findMissing(lateTime).length > 0) return [];
		return chain === undefined ? [] : { ...chain, ignoresHeld };
	});
	const isProbed = (chain: OrderChain): boolean => probedIds.has(getEndpointId(chain));
	const kept = uniqBy(chains, (chain) => (isProbed(chain) ? getEndpointId(chain) : chain));
	return orderChains(kept);
}

/**
 * Lists the orders of which no further deliveries are needed, since the first ones keep them waiting or are
 * enough: those with the most deliveries first.
 * @param chains those of the deliveries
 */
export function listDecidedKeys(stored: StoredDelivery[], chains: OrderChain[]): string[] {
	const lengths = new Map(
		chains.map(({ deliveries }) => [deliveries[0].place.key, deliveries.length]),
	);
	const counts = Object.entries(countBy(stored.filter(hasPlace), 'place.key'));
	const decided = counts.filter(([key, count]) => (lengths.get(key) ?? 0) < count);
	return orderBy(decided, ([, count]) => count, 'desc').map(([key]) => key);
}

/**
 * Lists the first chain of each endpoint before the others, and shortens it so that those of all endpoints fit into the
 * places of a run, if there are enough.
 */
export function shareAmongEndpoints(chains: OrderChain[], places: number): OrderChain[] {
	const first = uniqBy(chains, getEndpointId);
	const shares = sharePlaces(
		first.map(({ deliveries }) => deliveries.length),
		places,
	);
	const shortened = first.map((chain, index) => {
		const { deliveries, hasMore } = chain;
		const length = Math.max(1, shares[index]);
		const isCut = length < deliveries.length;
		return { ...chain, deliveries: deliveries.slice(0, length), hasMore: hasMore || isCut };
	});
	return [...shortened, ...difference(chains, first)];
}

/** Chooses the chains that a run leases at once: at most `places` deliveries, but at least one chain. */
export function limitChains(chains: OrderChain[], places: number): OrderChain[] {
	let count = 0;
	return chains.slice(0, MAX_CHAINS).filter(({ deliveries }, index) => {
		count += deliveries.length;
		return index === 0 || count <= places;
	});
}

/** Leased parts of some chains. */
export interface LeasedChains {
	/** To be attempted, if nothing else keeps them waiting. */
	deliveries: StoredDelivery[];
	/** Leased without what precedes them, since another run was faster, or something precedes them now. */
	released: StoredDelivery[];
	/** IDs of those that may have been leased before by a run that was killed. */
	expiredIds: Set<string>;
}

const toRange = ({ deliveries, ignoresHeld }: OrderChain): OrderRange => {
	const [first] = deliveries;
	const last = deliveries[deliveries.length - 1];
	const { endpointId, place } = first;
	return { endpointId, key: place.key, from: place.number, to: last.place.number, ignoresHeld };
};

/**
 * Leases chains. Of each, only what follows its beginning without a gap can be attempted, and nothing if an earlier
 * delivery has come before it. The later one gives way, so that two runs never wait for each other.
 */
export async function leaseChains(
	tables: Tables,
	chains: OrderChain[],
	dueMs: number,
	lease: Lease,
): Promise<LeasedChains> {
	if (chains.length === 0) return { deliveries: [], released: [], expiredIds: new Set() };
	const waitingRowIds = new Set(
		chains.flatMap(({ deliveries }) =>
			deliveries.flatMap((delivery) => (delivery.lease === null ? delivery.rowId : [])),
		),
	);
	const ranges = chains.map(toRange);
	const leased = await leaseRanges(tables, ranges, dueMs, lease, waitingRowIds);
	const byId = new Map(leased.deliveries.map((delivery) => [delivery.id, delivery]));
	const taken = chains.flatMap(({ deliveries }) => {
		if (leased.precededKeys.has(deliveries[0].place.key)) return [];
		const gap = deliveries.findIndex(({ id }) => !byId.has(id) && !leased.settledIds.has(id));
		const unbroken = gap === -1 ? deliveries : deliveries.slice(0, gap);
		return unbroken.flatMap(({ id }) => byId.get(id) ?? []);
	});
	const takenIds = new Set(taken.map(({ id }) => id));
	return {
		deliveries: taken,
		released: leased.deliveries.filter(({ id }) => !takenIds.has(id)),
		expiredIds: leased.expiredIds,
	};
}
