import uniq from 'lodash/uniq';

import { readRegisteredEndpoints, splitByReadability } from '../endpoint/repository';
import { describeWait } from '../endpoint/suspension';
import type { RegisteredEndpoint, UnreadableEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { findDueRows, MAX_EXCEPTIONS, type DueShare } from '../store/deliveryLeases';
import { findEndpointRows } from '../store/endpoints';
import { findExpiredEvent } from '../store/unfinishedEvents';
import { findInactiveTenants, readInactiveTenants, type DeletedTenant } from '../store/tenants';
import type { StoredRow } from '../store/tables';

import { describeUnreadable } from './deliveryStates';
import { findAttemptable } from './findAttemptable';
import { isInOrder } from './order';
import type { OrderChain } from './orderedDue';
import { listProbeable, type Probe } from './probes';
import type { SuspendedEndpoints } from './suspendedEndpoints';
import { takeTurns } from './turns';

/** Reason why the due deliveries of an endpoint are not attempted. */
export interface WaitReason {
	endpointId: string;
	reason: string;
}

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
	/** Those that no due delivery has on record yet. */
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

/** Returns the reasons that rows of due deliveries do not have on record. */
function findUnrecorded(rows: StoredRow[], reasons: Map<string, string>): WaitReason[] {
	const endpointIds = rows.flatMap(({ endpoint_id, error, status }) => {
		const reason = reasons.get(String(endpoint_id));
		const isUnrecorded = status === 'pending' && reason !== undefined && reason !== error;
		return isUnrecorded ? String(endpoint_id) : [];
	});
	return uniq(endpointIds).map((endpointId) => ({
		endpointId,
		reason: reasons.get(endpointId) ?? '',
	}));
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

/**
 * Finds what is due, in one call unless there are deliveries to leave out or in order, or more than the run
 * leases at once. Those of disabled tenants, and to endpoints that cannot be opened, are paused, or keep
 * failing, are left out.
 */
export async function findDue(ports: OutboxPorts, look: DueLook): Promise<DueState> {
	const { dueMs, limit, probeWidth, suspended } = look;
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
	const { deleted, disabledIds } = await readInactiveTenants(tables, inactiveRows);
	const { unreadable } = splitByReadability(registered);
	const reasons = listWaitReasons(registered);
	if (suspendedIds.some((id) => !reasons.has(id))) {
		suspended.forget();
		return await findDue(ports, look);
	}
	if (suspendedIds.length === 0) suspended.remember(dueRows, [...reasons.keys()], ports.nowMs());
	// A full page may leave out endpoints that have to get their turn.
	const hasMore = dueRows.length === limit;
	const dueIds = new Set([...dueRows.map(({ endpoint_id }) => endpoint_id), ...suspendedIds]);
	const { endpoints: probeable, hasMore: hasMoreProbes } = listProbeable(
		registered,
		{ disabledIds, dueIds, hasMore },
		dueMs,
	);
	const exceptTenantIds = [...disabledIds].slice(0, MAX_EXCEPTIONS / 2);
	// Deliveries of the endpoints that do not fit in are leased and postponed.
	const waitingIds = uniq([...probeable.map(({ id }) => id), ...reasons.keys()]);
	const exceptEndpointIds = waitingIds.slice(0, MAX_EXCEPTIONS - exceptTenantIds.length);
	const due = { dueMs, exceptEndpointIds, exceptTenantIds };
	const isExcepted = ({ endpoint_id, tenant_id }: StoredRow): boolean =>
		exceptEndpointIds.includes(String(endpoint_id)) || exceptTenantIds.includes(String(tenant_id));
	const isPlaced = ({ order_number }: StoredRow): boolean => order_number !== null;
	// A delivery with a place may belong to an endpoint that was deleted, or that no longer gets its events in order.
	const isAnyPlaced =
		dueRows.some(isPlaced) ||
		(hasMore && dueRows.some(isExcepted)) ||
		(hasMore ? registered : probeable).some(isInOrder);
	// Half of the places are for each kind, so that neither keeps the other waiting.
	const places = isAnyPlaced ? Math.ceil(limit / 2) : limit;
	const found =
		isAnyPlaced || probeable.length > 0 || dueRows.some(isExcepted)
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
	const shares = await takeTurns(
		tables,
		{ ...due, onlyUnplaced: true },
		tenantIds,
		found.page,
		places,
	);
	const candidates = shares.flatMap((share) => share.candidates);
	return {
		registered,
		unreadable: unreadable.filter(({ status }) => status === 'active'),
		shares,
		probes: found.probes,
		hasMoreProbes,
		chains: found.chains,
		gatheringIds: new Set(
			[...dueRows.filter((row) => !isExcepted(row)), ...found.page, ...candidates].flatMap(
				({ endpoint_id, status }) => (status === 'gathering' ? String(endpoint_id) : []),
			),
		),
		mayBeMore: candidates.length >= places || found.isCut,
		waitReasons: findUnrecorded(dueRows, reasons),
		disabledIds,
		deleted,
		needsRepair: expiredEvents.length > 0,
	};
}
