import { getErrorMessage } from '../../lib/errorMessage';
import { toIsoTime } from '../../lib/time';
import type { EventInput } from '../dispatch/newEvents';
import { readRegisteredEndpoints } from '../endpoint/repository';
import type { EndpointChange, RegisteredEndpoint, RunLimits } from '../model';
import type { OutboxPorts } from '../ports';
import { findEndpointRows } from '../store/endpoints';
import { presentTenantId } from '../tenant/presentTenant';

import { addressAlert, buildChangeEvents } from './alertEvents';
import { BACKLOG_TYPE, type Backlog } from './alertTypes';

/** Publishes events: `publishEvents`, which itself sends alerts. */
type Publish = (ports: OutboxPorts, inputs: EventInput[], limits: RunLimits) => Promise<unknown>;

const loadEndpoints = async (ports: OutboxPorts): Promise<RegisteredEndpoint[]> => {
	const [rows] = await ports.tables.applyAndFind([], [findEndpointRows()]);
	return await readRegisteredEndpoints(ports, rows);
};

/** Publishes alerts. If they cannot be sent, the run that they are about goes on. */
async function publishAlerts(
	ports: OutboxPorts,
	buildEvents: () => Promise<EventInput[]>,
	{ concurrency, deadlineMs, maxPacingMs }: RunLimits,
	publish: Publish,
): Promise<void> {
	try {
		const events = await buildEvents();
		// Their own failures send no alerts.
		const quiet = { ...ports, sendsAlerts: false };
		if (events.length === 0) return;
		await publish(quiet, events, { concurrency, deadlineMs, maxPacingMs });
	} catch (error) {
		ports.announce(`Alerts could not be sent: ${getErrorMessage(error)}`);
	}
}

/**
 * Sends alerts about the endpoints of a run to their tenants' endpoints, if the outbox sends alerts. Without
 * changes, it makes no call.
 * @param registered those that the run has read, if it has read all
 */
export async function sendChangeAlerts(
	ports: OutboxPorts,
	changes: EndpointChange[],
	limits: RunLimits,
	publish: Publish,
	registered?: RegisteredEndpoint[],
): Promise<void> {
	if (!ports.sendsAlerts || !changes.some(({ tellsTenant }) => tellsTenant)) return;
	await publishAlerts(
		ports,
		async () => buildChangeEvents(changes, registered ?? (await loadEndpoints(ports))),
		limits,
		publish,
	);
}

/**
 * Tells tenants' endpoints that their deliveries are late, if the outbox sends alerts: at most once per tenant
 * and clock hour.
 */
export async function sendBacklogAlerts(
	ports: OutboxPorts,
	backlogs: Backlog[],
	limits: RunLimits,
	publish: Publish,
): Promise<void> {
	if (!ports.sendsAlerts || backlogs.length === 0) return;
	const hour = toIsoTime(ports.nowMs()).slice(0, 13);
	const buildEvents = async (): Promise<EventInput[]> => {
		const registered = await loadEndpoints(ports);
		return backlogs.flatMap(({ due, oldestDueAt, tenantId }) => {
			const data = { due, oldest_due_at: oldestDueAt, ...presentTenantId(tenantId) };
			return addressAlert(registered, { tenantId, type: BACKLOG_TYPE, data }).map((event) => ({
				...event,
				idempotencyKey: `${BACKLOG_TYPE} ${hour}`,
			}));
		});
	};
	await publishAlerts(ports, buildEvents, limits, publish);
}
