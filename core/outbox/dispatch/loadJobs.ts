import { isUnreadable } from '../endpoint/repository';
import type { AttemptJob, Delivery, RegisteredEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { loadEvents, type StoredEvent, type UnreadableEvent } from '../store/events';

import {
	describeForgotten,
	describeUnreadable,
	failDelivery,
	postponeDelivery,
	putOnHold,
} from './deliveryStates';

/** Time after which a leased delivery is due again if its endpoint cannot be opened, or gets nothing now. */
const POSTPONE_MS = 60_000;

const findRowId = (stored: StoredEvent | UnreadableEvent | undefined): number | undefined =>
	stored !== undefined && 'event' in stored ? stored.rowId : undefined;

/**
 * Loads the events of deliveries.
 * @param describeObstacle says why nothing is sent to an endpoint now
 * @returns the deliveries that can be attempted, and the others in the state that they get without an
 * attempt: failed if their endpoint or event no longer exists, waiting if it cannot be read
 */
export async function loadAttemptJobs(
	ports: OutboxPorts,
	registered: RegisteredEndpoint[],
	deliveries: Delivery[],
	describeObstacle: (endpoint: RegisteredEndpoint) => string | undefined = () => undefined,
): Promise<{ jobs: AttemptJob[]; ended: Delivery[] }> {
	const endpointsById = new Map(registered.map((endpoint) => [endpoint.id, endpoint]));
	const listEventIds = ({ batchedEventIds, eventId }: Delivery): string[] =>
		batchedEventIds ?? [eventId];
	const eventsById = await loadEvents(ports.tables, deliveries.flatMap(listEventIds));
	const jobs: AttemptJob[] = [];
	const ended: Delivery[] = [];
	for (const delivery of deliveries) {
		const isOfTenant = ({ tenantId }: { tenantId: string }): boolean =>
			tenantId === delivery.tenantId;
		const endpoint = [endpointsById.get(delivery.endpointId)].find(
			(found) => found !== undefined && isOfTenant(found),
		);
		const stored = listEventIds(delivery).map((id) => {
			const found = eventsById.get(id);
			return found && 'event' in found && !isOfTenant(found.event) ? undefined : found;
		});
		const events = stored.flatMap((entry) => (entry && 'event' in entry ? [entry.event] : []));
		const unreadable = stored.find((entry) => entry && 'problem' in entry);
		const forgotten = events.find(({ payloadForgottenAt }) => payloadForgottenAt !== null);
		const nowMs = ports.nowMs();
		const obstacle = endpoint && describeObstacle(endpoint);
		if (endpoint === undefined) {
			ended.push(failDelivery(delivery, 'The endpoint was deleted', nowMs));
		} else if (obstacle !== undefined) {
			ended.push(postponeDelivery(delivery, obstacle, nowMs + POSTPONE_MS));
		} else if (isUnreadable(endpoint)) {
			const reason = describeUnreadable(endpoint);
			ended.push(postponeDelivery(delivery, reason, nowMs + POSTPONE_MS));
		} else if (stored.includes(undefined)) {
			ended.push(failDelivery(delivery, 'The event no longer exists', nowMs));
		} else if (forgotten !== undefined) {
			ended.push(failDelivery(delivery, describeForgotten(forgotten), nowMs));
		} else if (unreadable && 'problem' in unreadable) {
			ended.push(putOnHold(delivery, unreadable.problem));
		} else jobs.push({ delivery, endpoint, events, eventRowId: findRowId(stored[0]) });
	}
	return { jobs, ended };
}
