import { BATCH_EVENT_TYPE } from '../../event/envelope';
import { digestJson } from '../../lib/digestJson';
import { toIsoTime } from '../../lib/time';
import type { AttemptRecord, DeliveryReport } from '../../sending/deliver';
import { describeFailure } from '../../sending/resultItem';
import { limitResponses } from '../log/responseRecord';
import type { Delivery, EventOrigin, Lease, OutboxEvent, UnreadableEndpoint } from '../model';

/** Creates deliveries, and moves them from state to state. Nothing here is stored. */

/** Attempts kept per delivery: more than any schedule has, even if it is replayed a few times. */
const MAX_LOGGED_ATTEMPTS = 60;
const MAX_ERROR_LENGTH = 300;

const digest = (...parts: string[]): string => digestJson(parts).slice(0, 32);

/** Computes the ID of an event's delivery to an endpoint: inserting it twice shows as one delivery. */
export const computeDeliveryId = (eventId: string, endpointId: string): string =>
	`dlv_${digest(eventId, endpointId)}`;

/** Lists the ID of a delivery, and of the deliveries that the events in it would have outside the batch. */
export const listCoveredIds = ({
	batchedEventIds,
	endpointId,
	id,
}: Pick<Delivery, 'batchedEventIds' | 'endpointId' | 'id'>): string[] => [
	id,
	...(batchedEventIds ?? []).map((eventId) => computeDeliveryId(eventId, endpointId)),
];

/** Computes the event ID that belongs to a tenant's idempotency key. */
export const computeEventId = (tenantId: string, key: string): string =>
	`evt_${digest('idempotency key', tenantId, key)}`;

/** The part of a new delivery that depends on what happens to it first. */
export type InitialState = Pick<Delivery, 'status' | 'nextAttemptAt' | 'lease' | 'error'>;

/** The initial state of a delivery that is attempted at once, under the lease of its event. */
export const ATTEMPTED_AT_ONCE: InitialState = {
	status: 'sending',
	nextAttemptAt: null,
	lease: null,
	error: null,
};

/** Returns the initial state of a delivery that a run leases and attempts at once. */
export const toLeasedState = (lease: Lease): InitialState => ({
	status: 'sending',
	nextAttemptAt: toIsoTime(lease.expiresAtMs),
	lease,
	error: null,
});

/**
 * Creates the delivery of an event to an endpoint.
 * @param endpoint without a name if only its ID is known
 */
export const createDelivery = (
	event: Pick<OutboxEvent, 'tenantId' | 'id' | 'type' | 'acceptedAt'> & {
		origin: Pick<EventOrigin, 'executionId' | 'workflowId'>;
	},
	endpoint: { id: string; name?: string | null },
	initialState: InitialState,
): Delivery => ({
	tenantId: event.tenantId,
	id: computeDeliveryId(event.id, endpoint.id),
	eventId: event.id,
	eventType: event.type,
	batchedEventIds: null,
	endpointId: endpoint.id,
	endpointName: endpoint.name ?? null,
	acceptedAt: event.acceptedAt,
	attempts: 0,
	lastAttemptAt: null,
	completedAt: null,
	responseCode: null,
	responseTimeMs: null,
	payloadSize: null,
	attemptLog: [],
	outcome: null,
	executionId: event.origin.executionId,
	workflowId: event.origin.workflowId,
	replayedAt: null,
	place: null,
	tallied: null,
	...initialState,
});

/**
 * Creates the delivery of a batch, which replaces the deliveries in it.
 * @param members in order of arrival, at least one
 * @param lease that of the run which attempts it, unless it has a place in an order; `undefined` if it waits
 */
export function createBatchDelivery(members: Delivery[], lease: Lease | undefined): Delivery {
	const id = `dlv_${digest('batch', ...members.map((member) => member.id))}`;
	const [{ acceptedAt, endpointId, endpointName, place, tenantId }] = members;
	const origin = { executionId: null, workflowId: null };
	const event = { tenantId, id, type: BATCH_EVENT_TYPE, acceptedAt, origin };
	const initialState: InitialState =
		place === null && lease !== undefined
			? toLeasedState(lease)
			: { status: 'pending', nextAttemptAt: acceptedAt, lease: null, error: null };
	return {
		...createDelivery(event, { id: endpointId, name: endpointName }, initialState),
		place,
		id,
		batchedEventIds: members.map(({ eventId }) => eventId),
	};
}

/** Lists the attempts that the schedule counts: since the delivery was created or last replayed. */
export const listRoundAttempts = ({ attemptLog, replayedAt }: Delivery): AttemptRecord[] =>
	attemptLog.filter(
		({ time }) => replayedAt === null || Date.parse(time) >= Date.parse(replayedAt),
	);

const truncateError = (text: string | null): string | null =>
	text !== null && text.length > MAX_ERROR_LENGTH ? `${text.slice(0, MAX_ERROR_LENGTH)}…` : text;

/**
 * Records a report on a delivery.
 * @param report of all attempts of this round, including those of earlier runs
 * @param payloadSize bytes of the body
 */
export function recordAttempts(
	delivery: Delivery,
	report: DeliveryReport,
	payloadSize: number,
	nowMs: number,
): Delivery {
	const newAttempts = report.attempts
		.slice(listRoundAttempts(delivery).length)
		.map((attempt, index) => ({
			...attempt,
			attempt: delivery.attempts + index + 1,
			error_message: truncateError(attempt.error_message),
		}));
	const last = newAttempts[newAttempts.length - 1];
	const { nextAttemptAtMs } = report;
	return {
		...delivery,
		status: report.status === 'retrying' ? 'pending' : report.status,
		attempts: delivery.attempts + newAttempts.length,
		lastAttemptAt: last.time,
		nextAttemptAt: nextAttemptAtMs === undefined ? null : toIsoTime(nextAttemptAtMs),
		completedAt: nextAttemptAtMs === undefined ? toIsoTime(nowMs) : null,
		responseCode: last.status_code,
		outcome: last.outcome,
		responseTimeMs: last.duration_ms,
		payloadSize,
		error: truncateError(describeFailure(report)),
		attemptLog: limitResponses(
			[...delivery.attemptLog, ...newAttempts].slice(-MAX_LOGGED_ATTEMPTS),
		),
		newAttempts,
		lease: null,
	};
}

/** Postpones a delivery without an attempt. What it waited for before is over: its error is that of its last attempt. */
export const rescheduleDelivery = (delivery: Delivery, dueMs: number): Delivery => ({
	...delivery,
	status: 'pending',
	nextAttemptAt: toIsoTime(dueMs),
	error: listRoundAttempts(delivery).pop()?.error_message ?? null,
	lease: null,
});

/** Says why the deliveries of an endpoint that cannot be opened wait. */
export const describeUnreadable = ({ problem }: Pick<UnreadableEndpoint, 'problem'>): string =>
	`The endpoint cannot be opened, so its deliveries wait. ${problem}`;

/** Says why deliveries of an event whose payload was forgotten cannot be attempted. */
export const describeForgotten = ({
	id,
	payloadForgottenAt,
}: Pick<OutboxEvent, 'id' | 'payloadForgottenAt'>): string =>
	`The payload of the event ${id} was forgotten at ${payloadForgottenAt}`;

/** Postpones a delivery without an attempt, with the reason. */
export const postponeDelivery = (delivery: Delivery, reason: string, dueMs: number): Delivery => ({
	...rescheduleDelivery(delivery, dueMs),
	error: reason,
});

/** Returns a delivery to the batching queue, as if it had never left it. */
export const returnToQueue = (delivery: Delivery, maxWaitMs: number): Delivery => ({
	...delivery,
	status: 'gathering',
	nextAttemptAt: toIsoTime(Date.parse(delivery.acceptedAt) + maxWaitMs),
	lease: null,
});

/** Puts a delivery on hold until it is replayed. */
export const putOnHold = (delivery: Delivery, reason: string): Delivery => ({
	...delivery,
	status: 'held',
	nextAttemptAt: null,
	error: reason,
	lease: null,
});

/** Fails a delivery without another attempt. */
export const failDelivery = (delivery: Delivery, reason: string, nowMs: number): Delivery => ({
	...delivery,
	status: 'failed',
	nextAttemptAt: null,
	completedAt: toIsoTime(nowMs),
	error: reason,
	lease: null,
});
