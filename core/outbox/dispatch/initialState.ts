import { toIsoTime } from '../../lib/time';
import { isUnreadable } from '../endpoint/repository';
import { describeWait } from '../endpoint/suspension';
import type { OutboxEvent, RegisteredEndpoint } from '../model';

import { getBatchSettings } from './batches';
import { ATTEMPTED_AT_ONCE, describeUnreadable, type InitialState } from './deliveryStates';

const waitSince = (acceptedAt: string, error: string): InitialState => ({
	status: 'pending',
	nextAttemptAt: acceptedAt,
	lease: null,
	error,
});

/** Returns a delivery's initial state: on hold, waiting, or attempted at once. */
export function getInitialState(
	endpoint: RegisteredEndpoint,
	{ acceptedAt, deliverAt }: OutboxEvent,
): InitialState {
	// When its time comes, the endpoint may be in another state.
	if (deliverAt !== null) {
		return { status: 'pending', nextAttemptAt: deliverAt, lease: null, error: null };
	}
	if (endpoint.status === 'disabled') {
		const error = `The endpoint is disabled: ${endpoint.statusReason ?? 'by hand'}`;
		return { status: 'held', nextAttemptAt: null, lease: null, error };
	}
	if (isUnreadable(endpoint)) {
		return waitSince(acceptedAt, describeUnreadable(endpoint));
	}
	const batching = getBatchSettings(endpoint);
	if (batching !== undefined) {
		const nextAttemptAt = toIsoTime(Date.parse(acceptedAt) + batching.maxWaitMs);
		return { status: 'gathering', nextAttemptAt, lease: null, error: null };
	}
	const waitReason = describeWait(endpoint);
	return waitReason === undefined ? ATTEMPTED_AT_ONCE : waitSince(acceptedAt, waitReason);
}
