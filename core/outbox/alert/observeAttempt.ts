import type { DeliveryReport } from '../../sending/deliver';
import { countRetries } from '../../sending/retryPolicy';
import type { DeliveryTarget } from '../../sending/target';
import type { AttemptJob, Delivery } from '../model';

import { isAlertType } from './alertTypes';
import type { ObservedAttempt } from './endpointAlerts';

/**
 * Returns what the last attempt of a report says about its endpoint.
 * @param after the delivery after the attempt
 */
export function observeAttempt(
	{ events }: AttemptJob,
	{ rules }: DeliveryTarget,
	{ attempts, control, status }: DeliveryReport,
	after: Delivery,
	atMs: number,
): ObservedAttempt {
	const { eventId, eventType, id, responseCode } = after;
	const hasFailed = status === 'failed';
	return {
		outcome: attempts[attempts.length - 1].outcome,
		atMs,
		// An endpoint that wants no retries of a delivery has not failed in all of its attempts.
		ended: hasFailed && control === undefined,
		asksToBeDisabled: control === 'disable-endpoint',
		attemptsShare: attempts.length / (countRetries(rules.retry) + 1),
		isOfAlert: events.some(({ type }) => isAlertType(type)),
		...(hasFailed && {
			exhausted: { id, eventId, eventType, attempts: after.attempts, responseCode },
		}),
	};
}
