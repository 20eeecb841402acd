import { matchesEventTypes } from '../../event/eventTypes';
import type { HealthChange } from '../../sending/endpointHealth';

/** A kind of alert about an endpoint, for its owner and possibly for its tenant. */
export type EndpointAlert = HealthChange | 'exhausted';

/** State of an endpoint's alerts, which keeps them from being repeated too soon. */
export interface AlertState extends Partial<Record<EndpointAlert, string>> {
	/** The greatest share of the way to being disabled that a failing endpoint has reached; absent for none. */
	share?: number;
	/** When an attempt last closed the endpoint's circuit: what waited until then is not late. */
	closedAt?: string;
}

/** A delivery that failed and is not retried. */
export interface ExhaustedDelivery {
	id: string;
	eventId: string;
	eventType: string;
	attempts: number;
	responseCode: number | null;
}

/** A tenant's deliveries that have been due for a long time. */
export interface Backlog {
	tenantId: string;
	/** Number of them that one run sees. There may be more. */
	due: number;
	oldestDueAt: string;
}

/** The event types of alerts. */
export const ALERT_TYPES: Record<EndpointAlert, string> = {
	failing: 'endpoint.failing',
	disabled: 'endpoint.disabled',
	recovered: 'endpoint.recovered',
	exhausted: 'delivery.exhausted',
};

/** Deliveries have been due for a long time: Deliver Due does not run, or is not fast enough. */
export const BACKLOG_TYPE = 'outbox.backlog';

/** n8n's tables are full. This alert is never sent as an event, because no event can be stored. */
export const FULL_TYPE = 'outbox.full';

/** The alerts that a tenant can subscribe to, with their descriptions. */
export const OFFERED_ALERTS: ReadonlyArray<{ name: string; description: string }> = [
	{ name: ALERT_TYPES.failing, description: 'An endpoint keeps failing' },
	{
		name: ALERT_TYPES.disabled,
		description: 'An endpoint was disabled because it kept failing or asked to be disabled',
	},
	{ name: ALERT_TYPES.recovered, description: 'An endpoint works again' },
	{ name: ALERT_TYPES.exhausted, description: 'An event failed and is not retried' },
	{ name: BACKLOG_TYPE, description: 'Deliveries are late' },
];

const TYPES = new Set<string>([...Object.values(ALERT_TYPES), BACKLOG_TYPE, FULL_TYPE]);

/** Returns whether an event type is that of an alert. */
export const isAlertType = (type: string): boolean => TYPES.has(type.toLowerCase());

/**
 * Returns whether an endpoint's event types name an alert. Types that match all events do not count: subscribers to an
 * application's events do not expect those of the outbox.
 */
export const namesAlert = (eventTypes: string[], type: string): boolean => {
	const named = eventTypes.filter((pattern) => !/^\*+$/.test(pattern));
	return named.length > 0 && matchesEventTypes(named, type);
};
