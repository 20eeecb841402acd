import type { EnvelopeTemplate, PlatformProfile } from '../profiles/profile';

export interface WebhookEvent {
	/** The receiver's key for recognising a repeated delivery. */
	id: string;
	/** e.g. `workflow.execution.completed` */
	type: string;
	timeMs: number;
	/** AgenticFlow's `webhook_id`; empty where the platform has none. */
	webhookId: string;
	data: unknown;
}

const TIMESTAMPS: Record<PlatformProfile['timestampFormat'], (iso: string) => string> = {
	'iso-seconds': (iso) => `${iso.slice(0, 19)}Z`,
	'iso-milliseconds': (iso) => iso,
	'iso-microseconds': (iso) => `${iso.slice(0, 23)}000Z`,
};

/** A time as the platform writes it, in UTC. */
export function formatTimestamp(
	format: PlatformProfile['timestampFormat'],
	timeMs: number,
): string {
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

/** One event as the platform's page shows it. */
export function buildEnvelope(
	profile: Pick<PlatformProfile, 'envelope' | 'timestampFormat'>,
	event: WebhookEvent,
): Record<string, unknown> {
	return fill(profile.envelope, {
		'{event}': event.type,
		'{timestamp}': formatTimestamp(profile.timestampFormat, event.timeMs),
		'{webhook_id}': event.webhookId,
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
	profile: Pick<PlatformProfile, 'envelope' | 'timestampFormat'>,
	batch: { id: string; timeMs: number; webhookId: string },
	events: WebhookEvent[],
): Record<string, unknown> {
	return buildEnvelope(profile, {
		...batch,
		type: BATCH_EVENT_TYPE,
		data: {
			event_count: events.length,
			events: events.map((event) => buildEnvelope(profile, event)),
		},
	});
}
