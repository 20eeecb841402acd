import partition from 'lodash/partition';
import uniq from 'lodash/uniq';
import uniqBy from 'lodash/uniqBy';

import { readRegisteredEndpoints, splitByReadability } from '../endpoint/repository';
import { describeWait } from '../endpoint/suspension';
import type { Endpoint, RegisteredEndpoint, UnreadableEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import type { WaitReason } from '../store/deliveries';
import { findDueRows, MAX_EXCEPTIONS, type DueQuery, type DueShare } from '../store/deliveryLeases';
import { findEndpointRows } from '../store/endpoints';
import { findExpiredEvent } from '../store/unfinishedEvents';
import {
	findInactiveTenants,
	readInactiveTenants,
	type DeletedTenant,
	type InactiveTenants,
} from '../store/tenants';
import type { StoredRow, Value } from '../store/tables';

import { describeUnreadable } from './deliveryStates';
import { findAttemptable } from './findAttemptable';
import { isInOrder, WAITS_FOR_ELDER } from './order';
import type { OrderChain } from './orderedDue';
import { listProbeable, type Probe } from './probes';
import type { SuspendedEndpoints } from './suspendedEndpoints';
import { takeTurns } from './turns';

/** Everything that a run of Deliver Due has to know before it starts, or goes on. */
export interface DueState {
	registered: RegisteredEndpoint[];
	/** Active endpoints that cannot be opened. */
	unreadable: UnreadableEndpoint[];
	/** The due deliveries that can be attempted: one share, or one for each tenant. */
	shares: DueShare[];
	/** Endpoints with an open circuit that can be probed. */
	probes: Probe[];
	/** `true` if more endpoints with due deliveries can be probed. */
	hasMoreProbes: boolean;
	/** Due deliveries that have a place in an order, also at endpoints that can be probed. */
	chains: OrderChain[];
	/** IDs of the endpoints with batches that are due. */
	gatheringIds: Set<string>;
	/** `true` if more is due than the run leases at once. */
	mayBeMore: boolean;
	/** Why due deliveries are not attempted, of endpoints with any that do not have it on record. */
	waitReasons: WaitReason[];
	/** Tenants that are disabled. */
	disabledIds: Set<string>;
	/** Tenants that were deleted not long ago. */
	deleted: DeletedTenant[];
	/** `true` if a killed run left events without all of their deliveries. */
	needsRepair: boolean;
}

/** Says why the deliveries of endpoints are not attempted, by the endpoints' IDs. */
function listWaitReasons(registered: RegisteredEndpoint[]): Map<string, string> {
	const { unreadable } = splitByReadability(registered);
	return new Map([
		...unreadable.map((endpoint) => [endpoint.id, describeUnreadable(endpoint)] as const),
		...registered.flatMap((endpoint) => {
			const reason = describeWait(endpoint);
			return reason === undefined ? [] : [[endpoint.id, reason] as const];
		}),
	]);
}

/**
 * Returns the reasons that rows of due deliveries do not have on record.
 * @param chains what is attempted of those that have a place
 */
function findUnrecorded(
	rows: StoredRow[],
	{ disabledIds, reasons }: Pick<Overview, 'disabledIds' | 'reasons'>,
	chains: OrderChain[],
): WaitReason[] {
	const chosenIds = new Set(chains.flatMap(({ deliveries }) => deliveries.map(({ id }) => id)));
	const unrecorded = rows.flatMap((row): WaitReason[] => {
		const endpointId = String(row.endpoint_id);
		const suspension = reasons.get(endpointId);
		const waitsForElder =
			row.order_number !== null &&
			!disabledIds.has(String(row.tenant_id)) &&
			!chosenIds.has(String(row.delivery_id));
		const reason = suspension ?? (waitsForElder ? WAITS_FOR_ELDER : undefined);
		return row.status !== 'pending' || reason === undefined || reason === row.error
			? []
			: [{ endpointId, reason, isOfOrder: suspension === undefined }];
	});
	return uniqBy(unrecorded, 'endpointId');
}

/** Tells a run what to look for. */
export interface DueLook {
	/** The time by which a delivery must be due. */
	dueMs: number;
	/** Number of deliveries that the run leases at once. */
	limit: number;
	/** Number of deliveries that it leases for a probe, of which it attempts one. */
	probeWidth: number;
	/** Endpoints for which deliveries probably still wait. */
	suspended: SuspendedEndpoints;
}

/** The endpoints, the tenants and the due deliveries that a run reads in one call. */
interface Overview extends InactiveTenants {
	registered: RegisteredEndpoint[];
	/** Reasons why deliveries are not attempted, by the IDs of their endpoints. */
	reasons: Map<string, string>;
	/** The oldest due deliveries, without those of suspended endpoints. */
	dueRows: StoredRow[];
	/** IDs of the endpoints that have due deliveries, as far as is known. */
	dueIds: Set<Value>;
	/** `true` if more may be due, also at other endpoints: they have to get their turn. */
	hasMore: boolean;
	needsRepair: boolean;
}

/** Reads the endpoints, the tenants and what is due, and remembers for which endpoints much waits. */
async function readOverview(ports: OutboxPorts, look: DueLook): Promise<Overview> {
	const { dueMs, limit, suspended } = look;
	const { tables } = ports;
	const suspendedIds = suspended.list(ports.nowMs());
	const [endpointRows, expiredEvents, inactiveRows, dueRows] = await tables.applyAndFind(
		[],
		[
			findEndpointRows(),
			findExpiredEvent(ports.nowMs()),
			findInactiveTenants(),
			findDueRows({ dueMs, exceptEndpointIds: suspendedIds }, limit),
		],
	);
	const registered = await readRegisteredEndpoints(ports, endpointRows);
	const inactive = await readInactiveTenants(tables, inactiveRows);
	const reasons = listWaitReasons(registered);
	if (suspendedIds.some((id) => !reasons.has(id))) {
		suspended.forget();
		return await readOverview(ports, look);
	}
	if (suspendedIds.length === 0) suspended.remember(dueRows, [...reasons.keys()], ports.nowMs());
	return {
		...inactive,
		registered,
		reasons,
		dueRows,
		dueIds: new Set([...dueRows.map(({ endpoint_id }) => endpoint_id), ...suspendedIds]),
		hasMore: dueRows.length === limit,
		needsRepair: expiredEvents.length > 0,
	};
}

/** Endpoints and tenants that a run leaves out when it looks for what it can attempt. */
type Exceptions = Required<Pick<DueQuery, 'exceptEndpointIds' | 'exceptTenantIds'>>;

/**
 * Lists the endpoints and tenants that wait, as many as fit in a query. The deliveries of the others are leased, and
 * then postponed.
 */
function listExceptions({ disabledIds, reasons }: Overview, probeable: Endpoint[]): Exceptions {
	const exceptTenantIds = [...disabledIds].slice(0, MAX_EXCEPTIONS / 2);
	const waitingIds = uniq([...probeable.map(({ id }) => id), ...reasons.keys()]);
	return {
		exceptTenantIds,
		exceptEndpointIds: waitingIds.slice(0, MAX_EXCEPTIONS - exceptTenantIds.length),
	};
}

/** Splits due deliveries into those that are left out, and the others. */
const splitExcepted = (
	dueRows: StoredRow[],
	{ exceptEndpointIds, exceptTenantIds }: Exceptions,
): [StoredRow[], StoredRow[]] =>
	partition(
		dueRows,
		({ endpoint_id, tenant_id }) =>
			exceptEndpointIds.includes(String(endpoint_id)) ||
			exceptTenantIds.includes(String(tenant_id)),
	);

/**
 * Returns whether some of what is due may have a place in an order. Such a delivery may belong to an endpoint that was
 * deleted, or that no longer gets its events in order.
 */
const mayHavePlaces = (
	{ dueRows, hasMore, registered }: Overview,
	excepted: StoredRow[],
	probeable: Endpoint[],
): boolean =>
	dueRows.some(({ order_number }) => order_number !== null) ||
	(hasMore && excepted.length > 0) ||
	(hasMore ? registered : probeable).some(isInOrder);

/** Lists the IDs of the endpoints whose deliveries wait for a batch. */
const listGatheringIds = (rows: StoredRow[]): Set<string> =>
	new Set(
		rows.flatMap(({ endpoint_id, status }) => (status === 'gathering' ? String(endpoint_id) : [])),
	);

/**
 * Finds what is due, in one call unless there are deliveries to leave out or in order, or more than the run
 * leases at once. Those of disabled tenants, and to endpoints that cannot be opened, are paused, or keep
 * failing, are left out.
 */
export async function findDue(ports: OutboxPorts, look: DueLook): Promise<DueState> {
	const { dueMs, limit, probeWidth } = look;
	const overview = await readOverview(ports, look);
	const { deleted, disabledIds, dueRows, needsRepair, registered } = overview;
	const { endpoints: probeable, hasMore: hasMoreProbes } = listProbeable(
		registered,
		overview,
		dueMs,
	);
	const due = { dueMs, ...listExceptions(overview, probeable) };
	const [excepted, others] = splitExcepted(dueRows, due);
	const isAnyPlaced = mayHavePlaces(overview, excepted, probeable);
	// Half of the places are for each kind, so that neither keeps the other waiting.
	const places = isAnyPlaced ? Math.ceil(limit / 2) : limit;
	const found =
		isAnyPlaced || probeable.length > 0 || excepted.length > 0
			? await findAttemptable(ports, {
					due,
					isAnyPlaced,
					limit: places,
					probeable,
					probeWidth,
					registered,
				})
			: { page: dueRows, chains: [], probes: [], isCut: false };
	const tenantIds = uniq(registered.map(({ tenantId }) => tenantId));
	const unplaced = { ...due, onlyUnplaced: true };
	const shares = await takeTurns(ports.tables, unplaced, tenantIds, found.page, places);
	const candidates = shares.flatMap((share) => share.candidates);
	return {
		registered,
		unreadable: splitByReadability(registered).unreadable.filter(
			({ status }) => status === 'active',
		),
		shares,
		probes: found.probes,
		hasMoreProbes,
		chains: found.chains,
		gatheringIds: listGatheringIds([...others, ...found.page, ...candidates]),
		mayBeMore: candidates.length >= places || found.isCut,
		waitReasons: findUnrecorded(dueRows, overview, found.chains),
		disabledIds,
		deleted,
		needsRepair,
	};
}
