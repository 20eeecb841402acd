import isEqual from 'lodash/isEqual';
import { UserError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';

import type { DirectDelivery, EventRef } from '../../../../core/event/directDelivery';
import { isObject } from '../../../../core/lib/fieldPath';
import { toIsoTime } from '../../../../core/lib/time';
import type { AttemptRecord } from '../../../../core/sending/deliver';

import type { EarlyReturns } from './earlyReturns';

/**
 * Deliveries that wait for their retry are kept in the execution's own data, which n8n stores while the
 * execution waits. An item only names its delivery, so nothing between Retry and this node can change
 * what is sent, where, or how often.
 */

/** The value of an item's {@link STATE_FIELD} on the output Retry. */
export interface RetryState {
	version: 1;
	delivery_id: string;
	event_id: string;
	attempts_made: number;
	/** ISO 8601, UTC. */
	next_attempt_at: string;
}

export interface PendingDelivery {
	delivery: DirectDelivery;
	attempts: AttemptRecord[];
	nextAttemptAtMs: number;
	/** Absent in deliveries that an earlier version stored. */
	early?: EarlyReturns;
}

/** The field of an item on Retry that names its delivery. */
export const STATE_FIELD = 'delivery_state';

type PendingDeliveries = Record<string, PendingDelivery | undefined>;

function getPendingDeliveries(context: IExecuteFunctions): PendingDeliveries {
	const data = context.getContext('node') as { pendingDeliveries?: PendingDeliveries };
	data.pendingDeliveries ??= {};
	return data.pendingDeliveries;
}

/** Keeps a delivery for its next attempt. */
export function keepPending(context: IExecuteFunctions, pending: PendingDelivery): void {
	getPendingDeliveries(context)[pending.delivery.id] = pending;
}

/** Returns how often a delivery came back too early. */
export const readEarlyReturns = (
	context: IExecuteFunctions,
	deliveryId: string,
): EarlyReturns | undefined => getPendingDeliveries(context)[deliveryId]?.early;

/** Deletes a delivery that was delivered or has failed. */
export function deletePending(context: IExecuteFunctions, deliveryId: string): void {
	delete getPendingDeliveries(context)[deliveryId];
}

/** Builds the retry state of one event of a pending delivery. */
export const toRetryState = (
	{ attempts, delivery, nextAttemptAtMs }: PendingDelivery,
	eventId: string,
): RetryState => ({
	version: 1,
	delivery_id: delivery.id,
	event_id: eventId,
	attempts_made: attempts.length,
	next_attempt_at: toIsoTime(nextAttemptAtMs),
});

/** The value of {@link STATE_FIELD} for a delivery that the outbox keeps. */
export const OUTBOX_STATE: IDataObject = { outbox: true };

/**
 * Returns whether an item seems to come back from the output Retry. Any other value of
 * {@link STATE_FIELD} is a field of an event's data, e.g. `{ "delivery_state": "CA" }`.
 */
export function isRetryItem(json: IDataObject): boolean {
	const state = json[STATE_FIELD];
	if (!isObject(state)) return false;
	const { delivery_id: deliveryId } = state;
	return (
		isEqual(state, OUTBOX_STATE) || (typeof deliveryId === 'string' && /^dlv_/.test(deliveryId))
	);
}

/**
 * Finds the pending delivery that an item from Retry names, and the item's event in it.
 * @throws UserError unless this node made exactly this state in this execution
 */
export function resumeDelivery(
	context: IExecuteFunctions,
	json: IDataObject,
): { pending: PendingDelivery; ref: EventRef } {
	const state = json[STATE_FIELD];
	const pending =
		isObject(state) && typeof state.delivery_id === 'string'
			? getPendingDeliveries(context)[state.delivery_id]
			: undefined;
	// Compares only IDs for each event: a batch has up to a thousand, and each of them comes back as an item.
	const ref = pending?.delivery.subjects.find(
		({ event_id }) => isObject(state) && event_id === state.event_id,
	);
	const isUnchanged =
		pending !== undefined &&
		ref !== undefined &&
		isEqual(toRetryState(pending, ref.event_id), state);
	if (!isUnchanged) {
		throw new UserError(
			`The item's ${STATE_FIELD} does not come from this node in this execution, or was changed on the way. Connect Retry → Wait → this node and leave ${STATE_FIELD} unchanged. To send a new event, remove the field.`,
		);
	}
	return { pending, ref };
}
