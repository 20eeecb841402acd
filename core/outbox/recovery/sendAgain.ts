import { toIsoTime } from '../../lib/time';
import { sendChangeAlerts } from '../alert/sendAlerts';
import { attemptAll } from '../dispatch/attemptAll';
import { computeDeliveryId, createDelivery, toLeasedState } from '../dispatch/deliveryStates';
import { computeLeaseMs } from '../dispatch/lease';
import { computePlace, isPreceded, WAITS_FOR_ELDER } from '../dispatch/order';
import { publishEvents } from '../dispatch/publish';
import { replayStored, ReplayError, requireActive } from '../dispatch/replay';
import { EndpointNotFoundError } from '../endpoint/repository';
import { describeWait } from '../endpoint/suspension';
import { EventNotFoundError } from '../log/loggedEvents';
import type {
	Endpoint,
	Lease,
	OrderPlace,
	OutboxEvent,
	RunLimits,
	RunResult,
	StoredDelivery,
} from '../model';
import type { OutboxPorts } from '../ports';
import { insertDeliveries } from '../store/deliveries';
import { latestRowPerDelivery, readDelivery } from '../store/deliveryRows';
import { toRecoveryOwner } from '../store/eventOwnership';
import { completeEvents, leaseIdleEvent, pickEventRows, readEvent } from '../store/events';
import { releaseLeased } from '../store/selectedDeliveries';
import { requireActiveTenant } from '../store/tenants';
import { eq, findFirstPage } from '../store/tables';

/** An event, and its place at an endpoint. */
interface PlacedEvent {
	event: OutboxEvent;
	place: OrderPlace | null;
}

/** An event, and its delivery to one endpoint if it has one. */
interface FoundEvent extends PlacedEvent {
	delivery: StoredDelivery | undefined;
	/** `true` if this run has leased it, `false` if another one works on it. */
	isLeased: boolean;
}

/** Time between two calls to the tables, on a slow machine. */
const LEASE_MS = 60_000;

/**
 * Leases an event, so that only one run makes its delivery, and loads it.
 * @throws EventNotFoundError, EndpointNotFoundError, ReplayError
 */
async function leaseAndLoad(
	{ nowMs, tables }: OutboxPorts,
	eventId: string,
	endpoint: Endpoint,
	owner: string,
): Promise<FoundEvent> {
	const deliveryId = computeDeliveryId(eventId, endpoint.id);
	const [eventRows, deliveryRows] = await tables.applyAndFind(
		[leaseIdleEvent(eventId, { owner, expiresAtMs: nowMs() + LEASE_MS })],
		[
			findFirstPage('events', [eq('event_id', eventId)]),
			findFirstPage('deliveries', [eq('delivery_id', deliveryId)]),
		],
	);
	const row = pickEventRows(eventRows).get(eventId);
	if (row === undefined) throw new EventNotFoundError(eventId);
	const stored = readEvent(row);
	if ('problem' in stored) throw new ReplayError(stored.problem);
	const { event, rowId } = stored;
	if (event.tenantId !== endpoint.tenantId) throw new EndpointNotFoundError(endpoint.id);
	if (event.payloadForgottenAt !== null) {
		throw new ReplayError(`The payload of the event ${eventId} was forgotten. It cannot be sent.`);
	}
	const [delivery] = latestRowPerDelivery(deliveryRows).map(readDelivery);
	const place = computePlace(endpoint, event, rowId);
	return { event, place, delivery, isLeased: row.lease_owner === owner };
}

/** Makes the delivery of an event to a paused endpoint, which waits until the endpoint is resumed. */
async function queueFirst(
	{ nowMs, tables }: OutboxPorts,
	{ event, place }: PlacedEvent,
	endpoint: Endpoint,
	owner: string,
	reason: string,
): Promise<RunResult> {
	const nextAttemptAt = toIsoTime(nowMs());
	const state = { status: 'pending' as const, nextAttemptAt, lease: null, error: reason };
	const delivery = { ...createDelivery(event, endpoint, state), place };
	await tables.applyChanges([...insertDeliveries([delivery]), completeEvents(owner)]);
	return { results: [{ delivery, endpoint, response: null }], changes: [] };
}

/**
 * Sends an event to an endpoint that has no delivery of it. If anything of its order is not settled, it only makes the
 * delivery, which Deliver Due attempts.
 */
async function sendFirst(
	ports: OutboxPorts,
	{ event, place }: PlacedEvent,
	endpoint: Endpoint,
	owner: string,
	limits: RunLimits,
): Promise<RunResult> {
	const { nowMs, tables } = ports;
	const lease: Lease = {
		owner: ports.newId(),
		expiresAtMs: nowMs() + computeLeaseMs([endpoint]),
	};
	const delivery = { ...createDelivery(event, endpoint, toLeasedState(lease)), place };
	await tables.applyChanges([...insertDeliveries([delivery]), completeEvents(owner)]);
	// Leased first: what another run begins from now on waits for it.
	if (await isPreceded(ports, delivery, endpoint, Number.MAX_SAFE_INTEGER)) {
		const waiting = await releaseLeased(tables, lease, WAITS_FOR_ELDER, nowMs());
		return {
			results: [{ delivery: waiting ?? delivery, endpoint, response: null }],
			changes: [],
		};
	}
	const jobs = [{ delivery, endpoint, events: [event] }];
	const run = await attemptAll(ports, lease, jobs, limits);
	await sendChangeAlerts(ports, run.changes, limits, publishEvents);
	return run;
}

/**
 * Sends a past event to an endpoint at once, even if it is not subscribed to it: attempts its delivery
 * again, or makes one. An endpoint that got the event in a batch gets it alone. If the endpoint is paused, or its order
 * keeps the event waiting, the delivery only becomes due, and its error says so.
 * @throws EventNotFoundError, EndpointNotFoundError for an event of another tenant, TenantDisabledError, and
 * ReplayError if the endpoint is disabled, the payload was forgotten, or a run is sending the event
 * @example
 * const { results } = await sendAgain(ports, 'evt_…', endpoint, { concurrency: 1, maxPacingMs: 10_000 });
 * results[0].delivery.status; // 'delivered'
 */
export async function sendAgain(
	ports: OutboxPorts,
	eventId: string,
	endpoint: Endpoint,
	limits: RunLimits,
): Promise<RunResult> {
	requireActive(endpoint);
	await requireActiveTenant(ports.tables, endpoint.tenantId);
	const owner = toRecoveryOwner(ports.newId());
	let found: FoundEvent | undefined;
	try {
		found = await leaseAndLoad(ports, eventId, endpoint, owner);
	} finally {
		const isFirst = found?.isLeased === true && found.delivery === undefined;
		if (!isFirst) await ports.tables.applyChanges([completeEvents(owner)]);
	}
	const { delivery, isLeased } = found;
	if (delivery !== undefined) return await replayStored(ports, delivery, endpoint, limits);
	if (isLeased && endpoint.status === 'paused') {
		return await queueFirst(ports, found, endpoint, owner, describeWait(endpoint) ?? '');
	}
	if (isLeased) return await sendFirst(ports, found, endpoint, owner, limits);
	throw new ReplayError(`The event ${eventId} is being sent right now. Try again later.`);
}
