import omit from 'lodash/omit';

import { parseBigNumbersAsText } from '../lib/exactJson';
import { isNestedDeeper } from '../lib/json';
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

/** More levels than any API answers with. */
const MAX_BODY_LEVELS = 100;

type Response = NonNullable<DeliveryReport['response']>;

function parseResponse(response: Response): Record<string, unknown> {
	const { body, body_truncated } = response;
	if (body_truncated || !/^\s*[{[]/.test(body) || isNestedDeeper(body, MAX_BODY_LEVELS)) {
		return { ...response };
	}
	const parsed = parseBigNumbersAsText(body);
	return parsed === undefined ? { ...response } : { ...response, body: parsed.value };
}

/** The events of a batch have one response, and its values can take ten times the memory of its text. */
const parsedResponses = new WeakMap<Response, Record<string, unknown>>();

/**
 * Returns a response with its body parsed if that is a whole JSON object or list. Numbers that JavaScript
 * cannot tell apart become text, with all their digits.
 */
export function presentResponse(
	response: DeliveryReport['response'],
): Record<string, unknown> | null {
	if (response === null) return null;
	const parsed = parsedResponses.get(response) ?? parseResponse(response);
	parsedResponses.set(response, parsed);
	return { ...parsed };
}

/**
 * Builds the result item of a delivery: the same fields for direct sends and for the outbox. The fields
 * that people look for come first, and IDs come last.
 */
export const toResultItem = (
	delivery: DeliveryState,
	{ endpoint, eventCount, requestKind, response }: ResultDetails,
): Record<string, unknown> => ({
	status: delivery.status,
	...(delivery.eventType === null ? { request: requestKind } : { event: delivery.eventType }),
	...(endpoint.id !== undefined && { endpoint_name: endpoint.name }),
	response_code: delivery.responseCode,
	next_attempt_at: delivery.nextAttemptAt,
	error_message: delivery.error,
	attempts: delivery.attempts,
	...(eventCount !== undefined && { event_count: eventCount }),
	endpoint: endpoint.url,
	response: presentResponse(response),
	timestamp: delivery.lastAttemptAt ?? delivery.acceptedAt,
	accepted_at: delivery.acceptedAt,
	completed_at: delivery.completedAt,
	response_time_ms: delivery.responseTimeMs,
	payload_size: delivery.payloadSize,
	// The last response is a field of its own; Delivery → Get Attempts has those before it.
	attempt_log: delivery.attemptLog.map((attempt) => omit(attempt, 'response')),
	event_id: delivery.eventId,
	delivery_id: delivery.id,
	...(endpoint.id !== undefined && { endpoint_id: endpoint.id }),
});

/**
 * Builds the result item of an input item that could not be read or sent.
 * @param about its event and endpoint, as far as they are known
 */
export const toUnsentItem = (
	errorMessage: string,
	{ endpoint_name, event, ...about }: Record<string, unknown> = {},
): Record<string, unknown> => ({
	status: 'failed',
	...(event !== undefined && { event }),
	...(endpoint_name !== undefined && { endpoint_name }),
	error_message: errorMessage,
	attempts: 0,
	response: null,
	attempt_log: [],
	...about,
});

/** Builds the result item of an event that was not sent. */
export const toSkippedItem = (
	condition: string,
	{ event, request, ...about }: Record<string, unknown>,
): Record<string, unknown> => ({
	status: 'skipped',
	...(event === undefined ? { request } : { event }),
	condition,
	...about,
});
