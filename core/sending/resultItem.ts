import { toIsoTime } from '../lib/time';

import type { AttemptRecord, DeliveryReport } from './deliver';

/** The state of a delivery, sent directly or through the outbox. Times are ISO 8601 in UTC. */
export interface DeliveryState {
	id: string;
	status: string;
	eventId: string;
	/** `null` for a request that is not an event. */
	eventType: string | null;
	acceptedAt: string;
	attempts: number;
	/** Oldest first. */
	attemptLog: AttemptRecord[];
	lastAttemptAt: string | null;
	nextAttemptAt: string | null;
	completedAt: string | null;
	/** The status code of the last attempt; `null` if no response came. */
	responseCode: number | null;
	/** The duration of the last attempt. */
	responseTimeMs: number | null;
	/** Bytes of the body; `null` before the first attempt of an outbox delivery. */
	payloadSize: number | null;
	error: string | null;
}

/** Everything in a result item except the delivery's state. */
export interface ResultDetails {
	/** `null` if the endpoint was deleted. `id` and `name` only for registered endpoints. */
	endpoint: { url: string | null; id?: string; name?: string | null };
	/** The response of the last attempt in this run. */
	response: DeliveryReport['response'];
	/** The request kind, if the delivery is not an event. */
	requestKind?: string;
	/** Number of events in the delivery, if it is a batch. */
	eventCount?: number;
}

/**
 * Describes why a delivery was not delivered: the last status or cause, and why no other attempt
 * follows.
 * @returns e.g. `The endpoint answered with status 500. All 3 attempts were made`; `null` after a success
 */
export function describeFailure({ attempts, gaveUpBecause }: DeliveryReport): string | null {
	const cause = attempts[attempts.length - 1]?.error_message ?? null;
	return cause === null || gaveUpBecause === null
		? cause
		: `${cause.replace(/\.$/, '')}. ${gaveUpBecause}`;
}

/** Returns the state of a delivery after the attempts of a report. */
export function toDeliveryState(
	delivery: Pick<DeliveryState, 'id' | 'eventId' | 'eventType' | 'acceptedAt' | 'payloadSize'>,
	report: DeliveryReport,
): DeliveryState {
	const { attempts, nextAttemptAtMs, status } = report;
	const last = attempts.length > 0 ? attempts[attempts.length - 1] : undefined;
	return {
		...delivery,
		status,
		attempts: attempts.length,
		attemptLog: attempts,
		lastAttemptAt: last?.time ?? null,
		nextAttemptAt: nextAttemptAtMs === undefined ? null : toIsoTime(nextAttemptAtMs),
		completedAt:
			last === undefined || status === 'retrying'
				? null
				: toIsoTime(Date.parse(last.time) + last.duration_ms),
		responseCode: last?.status_code ?? null,
		responseTimeMs: last?.duration_ms ?? null,
		error: describeFailure(report),
	};
}

/** Builds the result item of a delivery: the same fields for direct sends and for the outbox. */
export const toResultItem = (
	delivery: DeliveryState,
	{ endpoint, eventCount, requestKind, response }: ResultDetails,
): Record<string, unknown> => ({
	status: delivery.status,
	delivery_id: delivery.id,
	timestamp: delivery.lastAttemptAt ?? delivery.acceptedAt,
	...(delivery.eventType === null ? { request: requestKind } : { event: delivery.eventType }),
	event_id: delivery.eventId,
	...(eventCount !== undefined && { event_count: eventCount }),
	endpoint: endpoint.url,
	...(endpoint.id !== undefined && { endpoint_id: endpoint.id, endpoint_name: endpoint.name }),
	attempts: delivery.attempts,
	response_code: delivery.responseCode,
	response_time_ms: delivery.responseTimeMs,
	payload_size: delivery.payloadSize,
	accepted_at: delivery.acceptedAt,
	next_attempt_at: delivery.nextAttemptAt,
	completed_at: delivery.completedAt,
	error_message: delivery.error,
	response,
	attempt_log: delivery.attemptLog,
});

/** Builds the result item of an input item that could not be read, so that nothing was sent for it. */
export const toUnsentItem = (errorMessage: string): Record<string, unknown> => ({
	status: 'failed',
	attempts: 0,
	error_message: errorMessage,
	response: null,
	attempt_log: [],
});

/** Builds the result item of an event that was not sent. */
export const toSkippedItem = (
	condition: string,
	about: Record<string, unknown>,
): Record<string, unknown> => ({ status: 'skipped', condition, ...about });
