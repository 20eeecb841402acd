import type { Endpoint, RegisteredEndpoint, StoredDelivery } from '../model';
import type { OutboxPorts } from '../ports';
import { findEach } from '../store/changeGroups';
import { findDueRows, type DueQuery } from '../store/deliveryLeases';
import { readDelivery } from '../store/deliveryRows';
import { findAfterLeases } from '../store/events';
import { findUnsettledRows, readUnsettledRows, type PlacedQuery } from '../store/orderedDeliveries';
import type { StoredRow, Tables } from '../store/tables';

import { isBatching } from './batches';
import { compileUnderWay, isInOrder } from './order';
import { limitChains, listChains, listDecidedKeys, type OrderChain } from './orderedDue';
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

/** Finds due deliveries, and if asked, those with a place. */
async function findRows(
	{ tables }: OutboxPorts,
	{ due, isAnyPlaced, limit, probeable, probeWidth }: FirstLook,
	placed: PlacedQuery,
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
		findUnsettledRows(placed),
		...probeable.map(({ id }) => findUnsettledRows({ endpointId: id, exceptTenantIds })),
	]);
	const rows = { due: pages.slice(0, dueFinds.length), unsettled: pages.slice(dueFinds.length) };
	return { eventRows, rows };
}

/** Chains, and the deliveries among which they were found. */
interface FoundChains {
	chains: OrderChain[];
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
	return { chains, isComplete };
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
	const { due, limit, probeable, probeWidth, registered } = look;
	const { dueMs, exceptEndpointIds, exceptTenantIds } = due;
	const placed = { exceptEndpointIds, exceptTenantIds };
	const shares = probeable.map((endpoint) => ({
		dueMs,
		exceptTenantIds,
		endpointId: endpoint.id,
		onlyUnplaced: true,
		// Those without a place cannot be in the queue of an order: leased, they get one.
		exceptGathering: isBatching(endpoint) && !isInOrder(endpoint),
	}));
	const { eventRows, rows } = await findRows(ports, look, placed, shares);
	const [page, ...candidates] = rows.due;
	const [firstUnsettled = [], ...unsettled] = rows.unsettled;
	const probedIds = new Set(probeable.map(({ id }) => id));
	const findUnderWay = compileUnderWay(eventRows, registered);
	const listDueChains = (stored: StoredDelivery[]): OrderChain[] =>
		listChains({ stored, registered, findUnderWay, probedIds, probeWidth, dueMs }, ports.nowMs());

	const { chains: all, isComplete } = await readChains(
		ports.tables,
		placed,
		firstUnsettled,
		listDueChains,
		(found) => limitChains(found, limit).length < found.length,
	);
	const chains = limitChains(all, limit);
	const probeChains = await findProbeChains(ports.tables, look, unsettled, listDueChains);
	const isGathering = ({ status }: StoredRow): boolean => status === 'gathering';
	return {
		page,
		chains: [...chains, ...probeChains],
		isCut: !isComplete || chains.length < all.length,
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
