import type { DeliveryContent } from '../../event/envelope';
import { getErrorMessage } from '../../lib/errorMessage';
import { describeForgotten } from '../dispatch/deliveryStates';
import { buildEndpointContent } from '../endpoint/endpointTarget';
import { isUnreadable } from '../endpoint/repository';
import type { Delivery, OutboxEvent, RegisteredEndpoint } from '../model';
import type { EndpointStorage } from '../store/endpoints';
import { loadEvents } from '../store/events';

import { findDeliveryWithEndpoint } from './query';

/** The payload that a delivery's attempts send. */
export type DeliveryPayload = DeliveryContent | { problem: string };

/** A delivery, its events, and its payload. */
export interface DeliveryDetails {
	delivery: Delivery;
	/** Those on record, in order of arrival. */
	events: OutboxEvent[];
	payload: DeliveryPayload;
}

/** Builds what the attempts of a delivery send, as its endpoint is set up now. */
function buildPayload(
	{ acceptedAt, batchedEventIds, id }: Delivery,
	endpoint: RegisteredEndpoint | undefined,
	events: OutboxEvent[],
	eventCount: number,
): DeliveryPayload {
	if (endpoint === undefined) return { problem: 'The endpoint was deleted' };
	if (isUnreadable(endpoint)) return { problem: endpoint.problem };
	if (events.length < eventCount) return { problem: 'The event no longer exists' };
	const forgotten = events.find(({ payloadForgottenAt }) => payloadForgottenAt !== null);
	if (forgotten !== undefined) return { problem: describeForgotten(forgotten) };
	const batch = batchedEventIds === null ? undefined : { id, acceptedAt };
	try {
		return buildEndpointContent(endpoint, events, batch);
	} catch (error) {
		return { problem: getErrorMessage(error) };
	}
}

/**
 * Finds a delivery with its payload: what every attempt sends, unless the settings of its endpoint changed.
 * @throws DeliveryNotFoundError
 */
export async function findDeliveryDetails(
	storage: EndpointStorage,
	deliveryId: string,
): Promise<DeliveryDetails> {
	const { delivery, endpoint } = await findDeliveryWithEndpoint(storage, deliveryId);
	const ids = delivery.batchedEventIds ?? [delivery.eventId];
	const stored = await loadEvents(storage.tables, ids);
	const entries = ids.flatMap((id) => stored.get(id) ?? []);
	const events = entries.flatMap((entry) => ('event' in entry ? [entry.event] : []));
	const unreadable = entries.find((entry) => 'problem' in entry);
	const payload =
		unreadable && 'problem' in unreadable
			? { problem: unreadable.problem }
			: buildPayload(delivery, endpoint, events, ids.length);
	return { delivery, events, payload };
}
