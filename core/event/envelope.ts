import type { EnvelopeTemplate, PlatformEvents } from '../platforms/platform';

export interface WebhookEvent {
	/** The receiver's key for recognising a repeated delivery. */
	id: string;
	/** e.g. `workflow.execution.completed` */
	type: string;
	timeMs: number;
	/** The webhook that the event is sent for, where the platform's envelope names it. */
	webhook: { id: string; name: string };
	data: unknown;
}

const TIMESTAMPS: Record<PlatformEvents['timestampFormat'], (iso: string) => string> = {
	'iso-seconds': (iso) => `${iso.slice(0, 19)}Z`,
	'iso-milliseconds': (iso) => iso,
	'iso-microseconds': (iso) => `${iso.slice(0, 23)}000Z`,
};

/** A time as the platform writes it, in UTC. */
export function formatTimestamp(format: PlatformEvents['timestampFormat'], timeMs: number): string {
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

/** How a platform's events look when they are sent. */
export interface EventFormat {
	envelope: EnvelopeTemplate;
	timestampFormat: PlatformEvents['timestampFormat'];
}

/** One event as the platform's page shows it. */
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

/** The event type of a delivery that holds several events. No page names one: ours. */
export const BATCH_EVENT_TYPE = 'webhook.batch';

/**
 * Several events in one envelope: the platform's own, of type `webhook.batch`, whose data holds the
 * number of events and each of them in its own envelope, in order of arrival. No page shows a
 * batch's body: ours.
 * @param batch the delivery's id and time
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
