import { toIsoTime } from '../../lib/time';
import { coversSubscription } from '../apiKey/keyFilter';
import { isUnreadable } from '../endpoint/repository';
import type { EventInput } from '../dispatch/newEvents';
import type { Endpoint, EndpointChange, RegisteredEndpoint } from '../model';
import { presentTenantId } from '../tenant/presentTenant';

import { ALERT_TYPES, namesAlert } from './alertTypes';

/**
 * Returns the reason to show to a tenant. The owner's reasons can reveal something about n8n's network, and a tenant's
 * API does not show them either.
 */
const presentReason = ({ change, reason }: EndpointChange): string =>
	change === 'failing' ? reason.replace(/^An attempt ended.*$/, 'An attempt failed') : reason;

/** Returns the data of the event about a change of an endpoint. */
function buildAlertData(alert: EndpointChange): Record<string, unknown> {
	const { atMs, change, endpoint, exhausted, progress } = alert;
	return {
		endpoint_id: endpoint.id,
		endpoint_name: endpoint.name,
		...(endpoint.uid !== null && { endpoint_uid: endpoint.uid }),
		endpoint: endpoint.url,
		status: endpoint.status,
		reason: presentReason(alert),
		timestamp: toIsoTime(atMs),
		...(change === 'failing' && {
			failing_since: endpoint.failingSince,
			progress: progress ?? null,
		}),
		...(exhausted && {
			delivery_id: exhausted.id,
			event: exhausted.eventType,
			event_id: exhausted.eventId,
			attempts: exhausted.attempts,
			response_code: exhausted.responseCode,
		}),
		...presentTenantId(endpoint.tenantId),
	};
}

/** An alert, as a tenant's endpoints get it. */
interface AddressedAlert {
	tenantId: string;
	type: string;
	data: Record<string, unknown>;
	/** The endpoint that it is about; absent for the outbox. */
	about?: Endpoint;
}

/** Returns whether an endpoint may get an alert: one with channels, only about endpoints that are entirely on them. */
const mayBeTold = ({ settings }: Endpoint, about: Endpoint | undefined): boolean =>
	coversSubscription(
		{ eventTypes: [], channels: settings.channels ?? [] },
		{ eventTypes: [], channels: about?.settings.channels ?? [] },
	);

/** Lists the endpoints of a tenant that name an alert among their event types, apart from disabled ones. */
const listRecipients = (
	registered: RegisteredEndpoint[],
	{ about, tenantId, type }: AddressedAlert,
): string[] =>
	registered.flatMap((endpoint) =>
		!isUnreadable(endpoint) &&
		endpoint.tenantId === tenantId &&
		endpoint.status !== 'disabled' &&
		endpoint.id !== about?.id &&
		mayBeTold(endpoint, about) &&
		namesAlert(endpoint.eventTypes, type)
			? [endpoint.id]
			: [],
	);

/** Returns the event that tells a tenant's endpoints of an alert; none if no endpoint wants it. */
export function addressAlert(
	registered: RegisteredEndpoint[],
	alert: AddressedAlert,
): EventInput[] {
	const { data, tenantId, type } = alert;
	const endpointIds = listRecipients(registered, alert);
	return endpointIds.length === 0 ? [] : [{ type, data, tenantId, endpointIds }];
}

/** Returns the events about changes of endpoints. An endpoint is never told about itself. */
export const buildChangeEvents = (
	changes: EndpointChange[],
	registered: RegisteredEndpoint[],
): EventInput[] =>
	changes.flatMap((change) =>
		change.tellsTenant
			? addressAlert(registered, {
					tenantId: change.endpoint.tenantId,
					type: ALERT_TYPES[change.change],
					data: buildAlertData(change),
					about: change.endpoint,
				})
			: [],
	);
