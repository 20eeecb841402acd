import type { EnvelopeTemplate, PlatformEvents, TimestampFormat } from '../platforms/platform';

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

/** The form in which a platform's events are sent. */
export interface EventFormat {
	envelope: EnvelopeTemplate;
	timestampFormat: TimestampFormat;
}

/** @returns `undefined` if the platform's events have no envelope: their data is sent alone */
export function getEventFormat(events: PlatformEvents | undefined): EventFormat | undefined {
	const { envelope, timestampFormat } = events ?? {};
	return envelope && timestampFormat ? { envelope, timestampFormat } : undefined;
}

/** Builds one event's envelope, with the fields in the order that the platform's page shows. */
export function buildEnvelope(format: EventFormat, event: WebhookEvent): Record<string, unknown> {
	return fill(format.envelope, {
		'{event}': event.type,
		'{timestamp}': formatTimestamp(format.timestampFormat, event.timeMs),
		'{webhook_id}': event.webhook.id,
		'{webhook_name}': event.webhook.name,
		'{id}': event.id,
		'{data}': event.data,
	});
}

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

/**
 * Builds the body of a delivery. It depends only on the arguments, so every attempt sends the same bytes.
 * @param format `undefined` sends the data alone, or a list of the data for a batch
 * @param events at least one, in order of arrival
 * @param batch the delivery's ID and time if it is a batch, even a batch of one
 * @returns JSON
 */
export function buildDeliveryBody(
	format: EventFormat | undefined,
	events: WebhookEvent[],
	batch?: { id: string; timeMs: number },
): string {
	const [first] = events;
	if (format === undefined) {
		return JSON.stringify(batch ? events.map(({ data }) => data) : first.data);
	}
	return JSON.stringify(
		batch
			? buildBatchEnvelope(format, { ...batch, webhook: first.webhook }, events)
			: buildEnvelope(format, first),
	);
}
