import { WORKFLOW_URL } from '../outbox/endpoint/workflowAddress';
import { findWait, type DeliveryWait } from '../outbox/log/deliveryWait';
import type { Delivery, OutboxEvent, RegisteredEndpoint } from '../outbox/model';
import { describeNoResponse } from '../managementApi/presentWebhook';
import { toIsoTime } from '../lib/time';
import type { AttemptRecord } from '../sending/deliver';

/** Writes events, deliveries and attempts as Svix's API shows them. */

/** Returns an event as a message. */
export const presentMessage = (
	event: OutboxEvent,
	withContent: boolean,
): Record<string, unknown> => ({
	id: event.id,
	eventId: event.uid,
	eventType: event.type,
	channels: event.channels,
	payload: event.payloadForgottenAt !== null ? { expired: true } : withContent ? event.data : {},
	timestamp: event.acceptedAt,
	deliverAt: event.deliverAt,
});

const STATUS_TEXTS = ['success', 'pending', 'fail', 'sending', 'canceled'] as const;

/** Numbers of {@link STATUS_TEXTS}. */
const SUCCESS = 0;
const PENDING = 1;
const FAIL = 2;
const SENDING = 3;
const CANCELED = 4;

const toStatusFields = (status: number): { status: number; statusText: string } => ({
	status,
	statusText: STATUS_TEXTS[status],
});

/** Returns the number of a delivery's status. What is on hold failed: a recovery sends it again. */
export function getStatus({ status }: Pick<Delivery, 'status'>, isExpanded: boolean): number {
	switch (status) {
		case 'delivered':
			return SUCCESS;
		case 'gathering':
		case 'pending':
			return PENDING;
		case 'sending':
			return SENDING;
		case 'cancelled':
			return isExpanded ? CANCELED : FAIL;
		default:
			return FAIL;
	}
}

/** Returns the time of the next attempt; `null` if there is none, or if nobody knows it. */
function getNextAttempt(
	{ nextAttemptAt, status }: Delivery,
	wait: DeliveryWait | undefined,
): string | null {
	if (status !== 'pending' || nextAttemptAt === null) return null;
	if (wait === undefined) return nextAttemptAt;
	const { probeAt } = wait;
	return probeAt === undefined
		? null
		: toIsoTime(Math.max(...[nextAttemptAt, probeAt].map(Date.parse)));
}

/** Returns the fields that a message or an endpoint has in a list of deliveries. */
export function presentStatus(
	delivery: Delivery,
	endpoint: RegisteredEndpoint,
	isExpanded: boolean,
): object {
	const wait = findWait(delivery, endpoint);
	return {
		...toStatusFields(getStatus(delivery, isExpanded)),
		nextAttempt: getNextAttempt(delivery, wait),
		waitsFor: wait?.waitsFor ?? null,
	};
}

/** The ID of the message that a delivery sends: of a batch, the first one. */
export const getMessageId = ({ batchedEventIds, eventId }: Delivery): string =>
	batchedEventIds?.[0] ?? eventId;

/** One attempt of a delivery. */
export interface DeliveryAttempt {
	delivery: Delivery;
	record: AttemptRecord;
}

const DELIVERY_ID = /^dlv_([\w-]+)$/;
const ATTEMPT_ID = /^atmpt_([\w-]+)_(\d{1,4})$/;

/** Returns the ID of an attempt: that of its delivery, and its number. */
export const toAttemptId = ({ delivery, record }: DeliveryAttempt): string =>
	`atmpt_${delivery.id.replace(DELIVERY_ID, '$1')}_${record.attempt}`;

/** Reads the ID of an attempt; `undefined` for any other text. */
export function parseAttemptId(id: string): { deliveryId: string; attempt: number } | undefined {
	const [, delivery, attempt] = ATTEMPT_ID.exec(id) ?? [];
	return delivery === undefined
		? undefined
		: { deliveryId: `dlv_${delivery}`, attempt: Number(attempt) };
}

/** Lists the attempts of a delivery, the newest first. */
export const listAttempts = (delivery: Delivery): DeliveryAttempt[] =>
	[...delivery.attemptLog].reverse().map((record) => ({ delivery, record }));

export const getAttemptStatus = ({ record }: DeliveryAttempt): number =>
	record.outcome === 'success' ? SUCCESS : FAIL;

/** Checks whether somebody asked for an attempt: it is the first one after a replay. */
function isManual({ delivery: { attemptLog, replayedAt }, record }: DeliveryAttempt): boolean {
	if (replayedAt === null) return false;
	const first = attemptLog.find(({ time }) => time >= replayedAt);
	return first?.attempt === record.attempt;
}

/**
 * Returns an attempt as Svix shows it.
 * @param url the endpoint's, as its callers may see it
 */
export function presentSvixAttempt(
	attempt: DeliveryAttempt,
	url: string,
	withContent: boolean,
): Record<string, unknown> {
	const { delivery, record } = attempt;
	const hasResponse = record.status_code !== null;
	// What a workflow returned is its owner's.
	const isOwners = record.execution_id !== undefined || url === WORKFLOW_URL;
	const answer = isOwners ? undefined : record.response?.body;
	const response = hasResponse ? (answer ?? '') : describeNoResponse(record.outcome);
	return {
		id: toAttemptId(attempt),
		msgId: getMessageId(delivery),
		endpointId: delivery.endpointId,
		url,
		response: withContent ? response : '',
		responseStatusCode: record.status_code ?? 0,
		// The time of a failed connection would tell which hosts and ports are open.
		responseDurationMs: hasResponse ? record.duration_ms : 0,
		...toStatusFields(getAttemptStatus(attempt)),
		triggerType: isManual(attempt) ? 1 : 0,
		timestamp: record.time,
	};
}
