import type { DeliveryStatus, StoredDelivery } from '../model';
import type { OutboxPorts } from '../ports';
import { applyAllChanges } from '../store/changeGroups';
import { readDelivery } from '../store/deliveryRows';
import { deleteIdleEvent, emptyIdleEvent } from '../store/events';
import { eq, findAny, type Change, type Tables } from '../store/tables';

import { findEvent, type LoggedEvent } from './loggedEvents';
import { findDelivery } from './query';
import { dropResponse } from './responseRecord';

/** An event that cannot be deleted, or whose payload cannot be forgotten, now. The message says why. */
export class EventInUseError extends Error {
	override readonly name = 'EventInUseError';
}

/** Statuses of deliveries that no run attempts by itself. */
const FINISHED: DeliveryStatus[] = ['delivered', 'failed', 'held', 'cancelled'];

const isUnderWay = ({ stored }: LoggedEvent): boolean => 'event' in stored && stored.isUnderWay;

const sendingError = (id: string): EventInUseError =>
	new EventInUseError(`The event ${id} is being sent right now. Try again later.`);

/**
 * Deletes an event with its finished deliveries. Batches with it stay in the log.
 * @returns the number of deleted deliveries
 * @throws EventNotFoundError, EventInUseError while deliveries of it, or batches with it, are still to be sent
 */
export async function deleteEvent(ports: OutboxPorts, id: string): Promise<number> {
	const event = await findEvent(ports, id);
	if (isUnderWay(event)) throw sendingError(id);
	const waiting = event.deliveries.filter(({ status }) => !FINISHED.includes(status));
	if (waiting.length > 0) {
		const names = waiting.map(({ endpointId, endpointName }) => `"${endpointName ?? endpointId}"`);
		throw new EventInUseError(
			`The event ${id} was not deleted because deliveries of it are still to be sent, to ${names.join(', ')}. Cancel them with Delivery → Cancel Many, or delete the data alone with Event → Forget Payload.`,
		);
	}
	const own = event.deliveries.filter(({ batchedEventIds }) => batchedEventIds === null);
	await ports.tables.applyChanges([
		...FINISHED.map(
			(status): Change => ({
				change: 'remove',
				table: 'deliveries',
				query: { all: [eq('event_id', id), eq('status', status)] },
			}),
		),
		deleteIdleEvent(id),
	]);
	return own.length;
}

/** Returns the change that removes from a delivery what was answered, unless a run works on it. */
const clearResponses = ({ attemptLog, rowId }: StoredDelivery): Change => ({
	change: 'update',
	table: 'deliveries',
	query: { all: [eq('id', rowId), eq('lease_owner', null)] },
	values: { attempt_log: JSON.stringify(attemptLog.map(dropResponse)) },
});

const hasResponse = ({ attemptLog }: StoredDelivery): boolean =>
	attemptLog.some(({ response }) => response !== undefined);

/** Checks whether deliveries still have what was answered: a run that began to work on one writes it again. */
async function hasResponses(tables: Tables, deliveries: StoredDelivery[]): Promise<boolean> {
	const ids = deliveries.map(({ id }) => id);
	const rows = await findAny(tables, 'deliveries', 'delivery_id', ids);
	return rows.map(readDelivery).some(hasResponse);
}

/**
 * Deletes what was answered to one attempt for good. The attempt stays in the log.
 * @throws DeliveryNotFoundError, EventInUseError while the delivery is being sent
 */
export async function expungeResponse(
	ports: OutboxPorts,
	deliveryId: string,
	attempt: number,
): Promise<void> {
	const delivery = await findDelivery(ports, deliveryId);
	const attemptLog = delivery.attemptLog.map((record) =>
		record.attempt === attempt ? dropResponse(record) : record,
	);
	const rows = await ports.tables.update(
		'deliveries',
		{ all: [eq('id', delivery.rowId), eq('lease_owner', null)] },
		{ attempt_log: JSON.stringify(attemptLog) },
	);
	if (rows.length === 0) throw sendingError(delivery.eventId);
}

/**
 * Deletes an event's data for good, and what was answered to it, which may repeat it. The event, its times
 * and its deliveries stay in the log; deliveries that wait fail at their next attempt.
 * @returns the number of deliveries that wait, and now fail
 * @throws EventNotFoundError, EventInUseError while it is being sent
 */
export async function forgetPayload(ports: OutboxPorts, id: string): Promise<number> {
	const before = await findEvent(ports, id);
	const isEmptied = !isUnderWay(before) && (await emptyIdleEvent(ports.tables, id, ports.nowMs()));
	if (!isEmptied) throw sendingError(id);
	// Read again: an attempt that started before may have ended in the meantime.
	const { deliveries } = await findEvent(ports, id);
	const answered = deliveries.filter(hasResponse);
	await applyAllChanges(ports.tables, answered.map(clearResponses));
	const isSending = deliveries.some(({ status }) => status === 'sending');
	if (isSending || (await hasResponses(ports.tables, answered))) {
		throw new EventInUseError(
			`The payload of the event ${id} is forgotten, but a delivery is being sent right now, and what is answered to it will be in the log. Run Event → Forget Payload again later.`,
		);
	}
	return deliveries.filter(({ status }) => status === 'pending' || status === 'gathering').length;
}
