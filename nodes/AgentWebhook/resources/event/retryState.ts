import isEqual from 'lodash/isEqual';
import { UserError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';

import type { AttemptRecord } from '../../../../core/sending/deliver';
import { isObject } from '../../../../core/lib/fieldPath';

import type { Delivery, Subject } from './prepare';

/**
 * Deliveries whose next attempt is due later. They are kept in the execution's own data, which n8n
 * stores while the execution waits: an item only says which of them it stands for, so that nothing on
 * its way can change what is sent, where to, or how often.
 */

/** What an item on the output Retry carries. */
export interface DeliveryState {
	version: 1;
	delivery_id: string;
	event_id: string;
	attempts_made: number;
	/** ISO 8601, UTC. */
	next_attempt_at: string;
}

export interface PendingDelivery {
	delivery: Delivery;
	attempts: AttemptRecord[];
	nextAttemptAtMs: number;
}

/** The field of an item that holds its {@link DeliveryState}. */
export const STATE_FIELD = 'delivery_state';

type Store = Record<string, PendingDelivery | undefined>;

function storeOf(context: IExecuteFunctions): Store {
	const data = context.getContext('node') as { pendingDeliveries?: Store };
	data.pendingDeliveries ??= {};
	return data.pendingDeliveries;
}

/** Keeps a delivery for its next attempt. */
export function keepPending(context: IExecuteFunctions, pending: PendingDelivery): void {
	storeOf(context)[pending.delivery.id] = pending;
}

/** Forgets a delivery that has ended. */
export function deletePending(context: IExecuteFunctions, deliveryId: string): void {
	delete storeOf(context)[deliveryId];
}

/** What the items of a pending delivery carry. */
export const toRetryState = (
	{ attempts, delivery, nextAttemptAtMs }: PendingDelivery,
	eventId: string,
): DeliveryState => ({
	version: 1,
	delivery_id: delivery.id,
	event_id: eventId,
	attempts_made: attempts.length,
	next_attempt_at: new Date(nextAttemptAtMs).toISOString(),
});

/** Whether an item comes back from the output Retry. */
export const isRetryItem = (json: IDataObject): boolean => json[STATE_FIELD] !== undefined;

/**
 * The pending delivery that an item stands for, and which of its subjects.
 * @throws UserError where this node in this execution has put out no such state
 */
export function resumeDelivery(
	context: IExecuteFunctions,
	json: IDataObject,
): { pending: PendingDelivery; subject: Subject } {
	const given = json[STATE_FIELD];
	const pending =
		isObject(given) && typeof given.delivery_id === 'string'
			? storeOf(context)[given.delivery_id]
			: undefined;
	const subject = pending?.delivery.subjects.find(({ event_id }) =>
		isEqual(toRetryState(pending, event_id), given),
	);
	if (pending === undefined || subject === undefined) {
		throw new UserError(
			`The item's ${STATE_FIELD} is not one that this node has put out in this execution, or it was changed on the way. Wire Retry → Wait → this same node and leave ${STATE_FIELD} as it is; to send a new event, take the field out.`,
		);
	}
	return { pending, subject };
}
