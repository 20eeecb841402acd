import { stringifyExactJson } from '../lib/exactJson';
import { isObject } from '../lib/fieldPath';
import type { EnvelopeTemplate, PlatformEvents, TimestampFormat } from '../platforms/platform';

import { CLOUD_EVENT_BATCH_TYPE, CLOUD_EVENT_TYPE, toBinaryMode } from './cloudEventFormat';
import type { WebhookEvent } from './event';

const TIMESTAMPS: Record<TimestampFormat, (iso: string) => string> = {
	'iso-seconds': (iso) => `${iso.slice(0, 19)}Z`,
	'iso-milliseconds': (iso) => iso,
	'iso-microseconds': (iso) => `${iso.slice(0, 23)}000Z`,
};

/** Writes a time as the platform does, in UTC. */
export function formatTimestamp(format: TimestampFormat, timeMs: number): string {
	return TIMESTAMPS[format](new Date(timeMs).toISOString());
}

function fill(
	template: EnvelopeTemplate,
	values: Record<string, unknown>,
): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(template).map(([key, part]) => [
			key,
			typeof part === 'string' ? (part in values ? values[part] : part) : fill(part, values),
		]),
	);
}

/** The parts of an HTTP request that can have the attributes of a CloudEvent: its body, or its headers. */
export const CLOUD_EVENT_MODES = ['structured', 'binary'] as const;

export type CloudEventMode = (typeof CLOUD_EVENT_MODES)[number];

/** The form in which a platform's events are sent. */
export interface EventFormat {
	envelope: EnvelopeTemplate;
	timestampFormat: TimestampFormat;
	/** Present if the events are CloudEvents. */
	cloudEventMode?: CloudEventMode;
}

/**
 * @param mode counts only if the events are CloudEvents
 * @returns `undefined` if the platform's events have no envelope: their data is sent alone
 */
export function getEventFormat(
	events: PlatformEvents | undefined,
	mode: CloudEventMode = 'structured',
): EventFormat | undefined {
	if (events?.envelope === undefined) return undefined;
	const { areCloudEvents, envelope, timestampFormat } = events;
	return { envelope, timestampFormat, ...(areCloudEvents && { cloudEventMode: mode }) };
}

/** The source of an event that names none. */
const DEFAULT_SOURCE = '/n8n';

/** The field of a test event's body. No platform's page names one, so this project chose it. */
const TEST_MARKER = { test: true };

/**
 * Builds one event's envelope, with the fields in the order that the platform's page shows. A test event
 * has one more, which its data cannot remove.
 */
export function buildEnvelope(format: EventFormat, event: WebhookEvent): Record<string, unknown> {
	return {
		...fill(format.envelope, {
			'{event}': event.type,
			'{timestamp}': formatTimestamp(format.timestampFormat, event.timeMs),
			'{webhook_id}': event.webhook.id,
			'{webhook_name}': event.webhook.name,
			'{id}': event.id,
			'{source}': event.source || DEFAULT_SOURCE,
			'{data}': event.data,
		}),
		...(event.isTest && TEST_MARKER),
	};
}

/** Builds the body of an event without an envelope: its data, with a field that marks a test event. */
const buildBareBody = ({ data, isTest }: WebhookEvent): unknown =>
	isTest ? { ...(isObject(data) ? data : { data }), ...TEST_MARKER } : data;

/** The event type of a batch. No platform's page names one, so this project chose it. */
export const BATCH_EVENT_TYPE = 'webhook.batch';

/**
 * Builds the envelope of a batch: the platform's own, of type `webhook.batch`. Its data contains the
 * number of events and each of them in its own envelope, in order of arrival.
 * @param batch the delivery's ID and time
 */
export function buildBatchEnvelope(
	format: EventFormat,
	batch: Pick<WebhookEvent, 'id' | 'timeMs' | 'webhook'>,
	events: WebhookEvent[],
): Record<string, unknown> {
	return buildEnvelope(format, {
		...batch,
		type: BATCH_EVENT_TYPE,
		data: {
			event_count: events.length,
			events: events.map((event) => buildEnvelope(format, event)),
		},
	});
}

/** The body of a delivery, and the headers that describe it. */
export interface DeliveryContent {
	/** JSON. */
	body: string;
	/** Headers that belong to the body; empty for a body of the type `application/json`. */
	headers: Record<string, string>;
}

/** Builds the content of one CloudEvent, or of a batch of them, which is a list in structured mode. */
function buildCloudEvents(
	format: EventFormat,
	events: WebhookEvent[],
	isBatch: boolean,
): DeliveryContent {
	const [envelope, ...others] = events.map((event) => buildEnvelope(format, event));
	if (isBatch) {
		return {
			body: stringifyExactJson([envelope, ...others]),
			headers: { 'Content-Type': CLOUD_EVENT_BATCH_TYPE },
		};
	}
	if (format.cloudEventMode === 'binary') {
		const { data, headers } = toBinaryMode(envelope);
		return { body: stringifyExactJson(data), headers };
	}
	return { body: stringifyExactJson(envelope), headers: { 'Content-Type': CLOUD_EVENT_TYPE } };
}

function buildBody(
	format: EventFormat | undefined,
	events: WebhookEvent[],
	batch: { id: string; timeMs: number } | undefined,
): unknown {
	const [first] = events;
	if (format === undefined) return batch ? events.map(buildBareBody) : buildBareBody(first);
	return batch
		? buildBatchEnvelope(format, { ...batch, webhook: first.webhook }, events)
		: buildEnvelope(format, first);
}

/**
 * Builds what a delivery sends. It depends only on the arguments, so every attempt sends the same bytes.
 * @param format `undefined` sends the data alone, or a list of the data for a batch
 * @param events at least one, in order of arrival
 * @param batch the delivery's ID and time if it is a batch, even a batch of one
 */
export function buildDeliveryContent(
	format: EventFormat | undefined,
	events: WebhookEvent[],
	batch?: { id: string; timeMs: number },
): DeliveryContent {
	return format?.cloudEventMode === undefined
		? { body: stringifyExactJson(buildBody(format, events, batch)), headers: {} }
		: buildCloudEvents(format, events, batch !== undefined);
}
