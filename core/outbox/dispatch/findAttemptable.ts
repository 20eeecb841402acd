import type { Endpoint, RegisteredEndpoint, StoredDelivery } from '../model';
import type { OutboxPorts } from '../ports';
import { findEach } from '../store/changeGroups';
import { findDueRows, type DueQuery } from '../store/deliveryLeases';
import { readDelivery } from '../store/deliveryRows';
import { findAfterLeases } from '../store/events';
import {
	findUnsettledRows,
	readOtherEndpoints,
	readUnsettledRows,
	type PlacedQuery,
} from '../store/orderedDeliveries';
import type { StoredRow, Tables } from '../store/tables';

import { isBatching } from './batches';
import { compileUnderWay, isInOrder } from './order';
import {
	limitChains,
	listChains,
	listDecidedKeys,
	orderChains,
	shareAmongEndpoints,
	type OrderChain,
} from './orderedDue';
import type { Probe } from './probes';

/** Due deliveries, apart from those that have to wait. */
interface Attemptable {
	/** Due deliveries without a place, oldest first. */
	page: StoredRow[];
	chains: OrderChain[];
	probes: Probe[];
	/** `true` if there may be chains that do not fit into the run. */
	isCut: boolean;
}

/** The parts of the first look that decide where to look again. */
interface FirstLook {
	registered: RegisteredEndpoint[];
	due: DueQuery;
	/** `true` if some of what is due may have a place in an order. */
	isAnyPlaced: boolean;
	/** Endpoints that get one attempt. */
	probeable: Endpoint[];
	/** Maximum number of deliveries to lease for each of them. */
	probeWidth: number;
	/** Number of deliveries that the run leases at once. */
	limit: number;
}

/** Selects deliveries with a place, whatever endpoint they are for, without those that the run leaves out. */
const toPlacedQuery = ({ exceptEndpointIds, exceptTenantIds }: DueQuery): PlacedQuery => ({
	exceptEndpointIds,
	exceptTenantIds,
});

/** Finds due deliveries, and if asked, those with a place. */
async function findRows(
	{ tables }: OutboxPorts,
	{ due, isAnyPlaced, limit, probeable, probeWidth }: FirstLook,
	shares: DueQuery[],
): Promise<{ eventRows: StoredRow[]; rows: Record<'due' | 'unsettled', StoredRow[][]> }> {
	const dueFinds = [
		findDueRows({ ...due, onlyUnplaced: true }, limit),
		...shares.map((share) => findDueRows(share, probeWidth)),
	];
	if (!isAnyPlaced) {
		return { eventRows: [], rows: { due: await findEach(tables, dueFinds), unsettled: [] } };
	}
	const { exceptTenantIds } = due;
	const { eventRows, pages } = await findAfterLeases(tables, [
		...dueFinds,
		findUnsettledRows(toPlacedQuery(due)),
		...probeable.map(({ id }) => findUnsettledRows({ endpointId: id, exceptTenantIds })),
	]);
	const rows = { due: pages.slice(0, dueFinds.length), unsettled: pages.slice(dueFinds.length) };
	return { eventRows, rows };
}

/** Chains, and the deliveries among which they were found. */
interface FoundChains {
	chains: OrderChain[];
	/** IDs of the endpoints that have any of these deliveries. */
	endpointIds: Set<string>;
	/** `true` if no others can be attempted. */
	isComplete: boolean;
}

/** Reads deliveries with a place, oldest first, until enough of them can be attempted. */
async function readChains(
	tables: Tables,
	query: PlacedQuery,
	firstPage: StoredRow[],
	list: (stored: StoredDelivery[]) => OrderChain[],
	isEnough: (chains: OrderChain[]) => boolean,
): Promise<FoundChains> {
	const stored: StoredDelivery[] = [];
	let chains: OrderChain[] = [];
	const isComplete = await readUnsettledRows(tables, query, firstPage, (found) => {
		stored.push(...found.map(readDelivery));
		chains = list(stored);
		return { isEnough: isEnough(chains), decidedKeys: listDecidedKeys(stored, chains) };
	});
	const endpointIds = new Set(stored.map(({ endpointId }) => endpointId));
	return { chains, endpointIds, isComplete };
}

/**
 * Finds the chains that a run leases at once, with some of each endpoint: one with many due deliveries keeps no other
 * one waiting, however old they are.
 */
async function findFairChains(
	tables: Tables,
	{ due, limit, registered }: FirstLook,
	firstPage: StoredRow[],
	list: (stored: StoredDelivery[]) => OrderChain[],
): Promise<Pick<Attemptable, 'chains' | 'isCut'>> {
	const query = toPlacedQuery(due);
	const isCut = (chains: OrderChain[]): boolean =>
		limitChains(chains, limit).length < chains.length;
	const first = await readChains(tables, query, firstPage, list, isCut);
	let all = first.chains;
	if (!first.isComplete && isCut(all)) {
		const endpointIds = registered.map(({ id }) => id);
		const rows = await readOtherEndpoints(tables, query, first.endpointIds, endpointIds);
		all = orderChains([...all, ...list(rows.map(readDelivery))]);
	}
	const chains = limitChains(shareAmongEndpoints(all, limit), limit);
	return { chains, isCut: !first.isComplete || chains.length < all.length };
}

/** Finds a chain of each endpoint that can be probed, even if it comes after many deliveries that have to wait. */
async function findProbeChains(
	tables: Tables,
	{ due: { exceptTenantIds }, probeable }: FirstLook,
	firstPages: StoredRow[][],
	list: (stored: StoredDelivery[]) => OrderChain[],
): Promise<OrderChain[]> {
	const all: OrderChain[] = [];
	for (const [index, firstPage] of firstPages.entries()) {
		const query = { endpointId: probeable[index].id, exceptTenantIds };
		const isEnough = (chains: OrderChain[]): boolean => chains.length > 0;
		all.push(...(await readChains(tables, query, firstPage, list, isEnough)).chains);
	}
	return all;
}

/** Looks again when some of what is due has to wait, or has a place in an order. */
export async function findAttemptable(ports: OutboxPorts, look: FirstLook): Promise<Attemptable> {
	const { due, probeable, probeWidth, registered } = look;
	const { dueMs, exceptTenantIds } = due;
	const shares = probeable.map((endpoint) => ({
		dueMs,
		exceptTenantIds,
		endpointId: endpoint.id,
		onlyUnplaced: true,
		// Those without a place cannot be in the queue of an order: leased, they get one.
		exceptGathering: isBatching(endpoint) && !isInOrder(endpoint),
	}));
	const { eventRows, rows } = await findRows(ports, look, shares);
	const [page, ...candidates] = rows.due;
	const [firstUnsettled = [], ...unsettled] = rows.unsettled;
	const probedIds = new Set(probeable.map(({ id }) => id));
	const findUnderWay = compileUnderWay(eventRows, registered);
	const listDueChains = (stored: StoredDelivery[]): OrderChain[] =>
		listChains({ stored, registered, findUnderWay, probedIds, probeWidth, dueMs }, ports.nowMs());

	const { chains, isCut } = await findFairChains(ports.tables, look, firstUnsettled, listDueChains);
	const probeChains = await findProbeChains(ports.tables, look, unsettled, listDueChains);
	const isGathering = ({ status }: StoredRow): boolean => status === 'gathering';
	return {
		page,
		chains: [...chains, ...probeChains],
		isCut,
		probes: probeable.map((endpoint, index) => ({
			endpoint,
			share: { due: shares[index], candidates: candidates[index] },
			needsBatch:
				isBatching(endpoint) &&
				candidates[index].length === 0 &&
				// In an order, the eldest decides.
				(unsettled[index] ?? []).slice(0, 1).every(isGathering),
		})),
	};
}
