import { stringifyExactJson } from '../../lib/exactJson';
import { isValueNestedDeeper, MAX_JSON_LEVELS } from '../../lib/jsonValue';
import { DAY_MS, toIsoTime } from '../../lib/time';
import { requireEventType } from '../endpoint/subscription';
import type { DataCheck } from '../eventType/eventDataCheck';
import { DEFAULT_TENANT, type EventOrigin, type OutboxEvent } from '../model';
import type { OutboxPorts } from '../ports';

import { computeEventId } from './deliveryStates';

/** An event for all endpoints that are subscribed to it. */
export interface EventInput {
	type: string;
	data: Record<string, unknown>;
	/** A tenant's events with the same key are sent only once. */
	idempotencyKey?: string;
	/** Defaults to the tenant `default`. */
	tenantId?: string;
	/** Sends it to these endpoints, even if they are not subscribed. */
	endpointIds?: string[];
	/** The sender's own ID of it. */
	uid?: string;
	/** Endpoints that listen to channels get it only if it is on one of them. */
	channels?: string[];
	/** Identifies the request that sends it, and its body. */
	requestKey?: string;
	/** Time before which no delivery is attempted, at most a year from now. In the past: at once. */
	deliverAtMs?: number;
	origin?: EventOrigin;
	/** Checks the data by the schema of the event's type in the catalog. By default, nothing is checked. */
	dataCheck?: DataCheck;
}

/** An event too large, or nested too deeply, to be stored. The message says what to send instead. */
export class EventTooLargeError extends Error {
	override readonly name = 'EventTooLargeError';
}

/** A time for an event's delivery that is too far off. The message says what to do. */
export class InvalidDeliveryTimeError extends Error {
	override readonly name = 'InvalidDeliveryTimeError';
}

/** Channels that no event can be on. The message says what to enter. */
export class InvalidChannelError extends Error {
	override readonly name = 'InvalidChannelError';
}

const MAX_CHANNELS = 5;

/** The names that Svix's API allows. */
const CHANNEL = /^[a-zA-Z0-9\-_.]{1,128}$/;

/** @throws InvalidChannelError */
function checkChannels(channels: string[]): void {
	const invalid = channels.find((channel) => !CHANNEL.test(channel));
	if (invalid !== undefined) {
		throw new InvalidChannelError(
			`The event cannot be on the channel "${invalid.slice(0, 200)}". Use at most 128 letters, digits, hyphens, underscores and periods.`,
		);
	}
	if (channels.length > MAX_CHANNELS) {
		throw new InvalidChannelError(
			`The event is on ${channels.length} channels, but may be on ${MAX_CHANNELS}. Remove channels.`,
		);
	}
}

const MAX_DELAY_DAYS = 366;

/**
 * Checks the time before which no delivery of an event is attempted. A time in the past means at once.
 * @throws InvalidDeliveryTimeError
 */
export function checkDeliveryTime(deliverAtMs: number, nowMs: number): void {
	if (deliverAtMs <= nowMs + MAX_DELAY_DAYS * DAY_MS) return;
	throw new InvalidDeliveryTimeError(
		`The event is to be delivered at ${toIsoTime(deliverAtMs)}, which is more than a year from now. Enter an earlier time, or send the event later.`,
	);
}

/** All of n8n’s tables together may have 200 MB by default. */
export const MAX_EVENT_BYTES = 256 * 1024;

/**
 * Checks an event.
 * @returns its data as JSON
 * @throws InvalidEndpointError for its type, InvalidChannelError, EventTooLargeError
 */
export function checkEvent({ channels = [], data, type }: EventInput): string {
	requireEventType(type);
	checkChannels(channels);
	if (isValueNestedDeeper(data, MAX_JSON_LEVELS)) {
		throw new EventTooLargeError(
			`The data of the event ${type} is nested more than ${MAX_JSON_LEVELS} levels deep. Remove some levels, or send only the fields that the endpoints need.`,
		);
	}
	const json = stringifyExactJson(data);
	const bytes = Buffer.byteLength(json, 'utf8');
	if (bytes > MAX_EVENT_BYTES) {
		throw new EventTooLargeError(
			`The data of the event ${type} has ${bytes} bytes; the limit for an event that is stored for retries is ${MAX_EVENT_BYTES}. Send a reference to the data instead, e.g. its ID and a URL.`,
		);
	}
	return json;
}

export interface PreparedEvent {
	event: OutboxEvent;
	dataJson: string;
	/** `true` if its ID belongs to an idempotency key. */
	isIdempotent: boolean;
	dataCheck: DataCheck | undefined;
}

const NO_ORIGIN: EventOrigin = {
	executionId: null,
	workflowId: null,
	nodeName: null,
	inboundEventId: null,
};

/**
 * Gives each input an ID, a time and its data as JSON.
 * @throws InvalidDeliveryTimeError, and the errors of {@link checkEvent}
 */
export function prepareEvents(ports: OutboxPorts, inputs: EventInput[]): PreparedEvent[] {
	const nowMs = ports.nowMs();
	const acceptedAt = toIsoTime(nowMs);
	return inputs.map((input) => {
		const { data, deliverAtMs = nowMs, idempotencyKey, tenantId = DEFAULT_TENANT, type } = input;
		checkDeliveryTime(deliverAtMs, nowMs);
		return {
			dataJson: checkEvent(input),
			isIdempotent: Boolean(idempotencyKey),
			dataCheck: input.dataCheck,
			event: {
				tenantId,
				id: idempotencyKey ? computeEventId(tenantId, idempotencyKey) : `evt_${ports.newId()}`,
				type,
				uid: input.uid ?? null,
				channels: input.channels ?? null,
				requestKey: input.requestKey ?? null,
				acceptedAt,
				data,
				endpointIds: input.endpointIds ?? null,
				origin: input.origin ?? NO_ORIGIN,
				deliverAt: deliverAtMs > nowMs ? toIsoTime(deliverAtMs) : null,
				payloadForgottenAt: null,
			},
		};
	});
}
