import isEqual from 'lodash/isEqual';

import { parseExactJson } from '../lib/exactJson';

/** An idempotency key or event ID that belongs to another event. The message says what to do. */
export class IdempotencyConflictError extends Error {
	override readonly name = 'IdempotencyConflictError';

	readonly code = 'IDEMPOTENCY_CONFLICT';

	/** @param field the name of the field that identifies the event */
	constructor(field = 'Idempotency Key') {
		super(
			`This event was not sent because its "${field}" belongs to an event with a different type or different data (IDEMPOTENCY_CONFLICT). Use a different "${field}" for each event, e.g. {{ $json.order_id }}.`,
		);
	}
}

/** The content of an event: the same each time it is sent. */
export interface EventContent {
	type: string;
	/** The data as JSON. */
	dataJson: string;
}

/**
 * Checks whether two events have the same type and data. The order of fields does not count; every digit
 * of a number does.
 */
export const isSameEvent = (a: EventContent, b: EventContent): boolean =>
	a.type === b.type &&
	(a.dataJson === b.dataJson ||
		isEqual(parseExactJson(a.dataJson)?.value, parseExactJson(b.dataJson)?.value));

/** The events of one run that have an ID of their own, so that none is taken for another. */
export class IdentifiedEvents {
	private readonly contents = new Map<string, EventContent>();

	/**
	 * Adds an event.
	 * @param target the URL that it is sent to; the same event may have several
	 * @throws IdempotencyConflictError if another event has its ID at the same target
	 */
	add(target: string, eventId: string, content: EventContent): void {
		const key = JSON.stringify([target, eventId]);
		const first = this.contents.get(key);
		if (first === undefined) this.contents.set(key, content);
		else if (!isSameEvent(first, content)) throw new IdempotencyConflictError('Event ID');
	}
}
