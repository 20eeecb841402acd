import omit from 'lodash/omit';

import type { DeliveryReport } from './deliver';
import { presentResponse } from './resultItem';

/** Fields of a result item that say nothing about the answer. */
const OTHER_FIELDS = [
	'next_attempt_at',
	'error_message',
	'response',
	'timestamp',
	'accepted_at',
	'completed_at',
	'payload_size',
	'attempt_log',
];

/**
 * Builds the item of a receiver's answer: the answer first, then who gave it and to which event.
 * @param item the delivery's result item
 * @param response `null` if nothing of it was kept
 */
export function toAnswerItem(
	item: Record<string, unknown>,
	response: DeliveryReport['response'],
): Record<string, unknown> {
	const presented = presentResponse(response);
	return {
		answer: presented?.body ?? null,
		...(response?.body_truncated && { answer_truncated: true }),
		...omit(item, OTHER_FIELDS),
	};
}
