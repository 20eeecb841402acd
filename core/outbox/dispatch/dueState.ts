import uniq from 'lodash/uniq';

import { readRegisteredEndpoints, splitByReadability } from '../endpoint/repository';
import type { RegisteredEndpoint, UnreadableEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { findDueRows, MAX_EXCEPTIONS, type DueShare } from '../store/deliveryLeases';
import { findEndpointRows } from '../store/endpoints';
import { findExpiredEvent } from '../store/unfinishedEvents';
import { findInactiveTenants, readInactiveTenants, type DeletedTenant } from '../store/tenants';
import type { StoredRow } from '../store/tables';

import { takeTurns } from './turns';

/** Everything that a run of Deliver Due has to know before it starts, or goes on. */
export interface DueState {
	registered: RegisteredEndpoint[];
	/** Active endpoints that cannot be opened. */
	unreadable: UnreadableEndpoint[];
	/** The due deliveries that can be attempted: one share, or one for each tenant. */
	shares: DueShare[];
	/** Tenants that were deleted not long ago. */
	deleted: DeletedTenant[];
	/** `true` if a killed run left events without all of their deliveries. */
	needsRepair: boolean;
}

/**
 * Finds what is due, in one call unless there are deliveries to leave out, or more than the run leases at
 * once. Those of disabled tenants, and to endpoints that cannot be opened, are left out.
 * @param limit how many deliveries the run leases at once
 */
export async function findDue(ports: OutboxPorts, dueMs: number, limit: number): Promise<DueState> {
	const { tables } = ports;
	const [endpointRows, expiredEvents, inactiveRows, dueRows] = await tables.applyAndFind(
		[],
		[
			findEndpointRows(),
			findExpiredEvent(ports.nowMs()),
			findInactiveTenants(),
			findDueRows({ dueMs }, limit),
		],
	);
	const registered = await readRegisteredEndpoints(ports, endpointRows);
	const { deleted, disabledIds } = await readInactiveTenants(tables, inactiveRows);
	const { unreadable } = splitByReadability(registered);
	const exceptTenantIds = [...disabledIds].slice(0, MAX_EXCEPTIONS / 2);
	const exceptEndpointIds = unreadable
		.map(({ id }) => id)
		.slice(0, MAX_EXCEPTIONS - exceptTenantIds.length);
	const due = { dueMs, exceptEndpointIds, exceptTenantIds };
	const isExcepted = ({ endpoint_id, tenant_id }: StoredRow): boolean =>
		exceptEndpointIds.includes(String(endpoint_id)) || exceptTenantIds.includes(String(tenant_id));
	const [page] = dueRows.some(isExcepted)
		? await tables.applyAndFind([], [findDueRows(due, limit)])
		: [dueRows];
	return {
		registered,
		unreadable: unreadable.filter(({ status }) => status === 'active'),
		shares: await takeTurns(
			tables,
			due,
			uniq(registered.map(({ tenantId }) => tenantId)),
			page,
			limit,
		),
		deleted,
		needsRepair: expiredEvents.length > 0,
	};
}
