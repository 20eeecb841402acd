import { nameType } from '../http/validateBody';
import type { LogPosition } from '../outbox/log/query';
import type { Delivery } from '../outbox/model';

import { InvalidFieldError } from './fieldErrors';

/** Paging of the webhook list and of a webhook's log; AgenticFlow's page defines none. */

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;

type Query = Record<string, unknown>;

/**
 * Reads how many entries a page may have.
 * @returns 1 to 100; 50 if the query has no `limit`
 * @throws InvalidFieldError
 */
export function parseLimit({ limit = String(DEFAULT_LIMIT) }: Query): number {
	const parsed = typeof limit === 'string' && /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
	if (parsed >= 1 && parsed <= MAX_LIMIT) return parsed;
	throw new InvalidFieldError(`Parameter 'limit' must be a number from 1 to ${MAX_LIMIT}`, {
		field: 'limit',
		expected: `a number from 1 to ${MAX_LIMIT}`,
		received: typeof limit === 'string' && limit !== '' ? limit.slice(0, 100) : nameType(limit),
	});
}

/**
 * Reads the position of the entry that a page follows.
 * @param format the positions that {@link toNextCursor} gets for the same list
 * @returns `undefined` for the first page
 * @throws InvalidFieldError
 */
export function parseCursor({ cursor = '' }: Query, format: RegExp): string | undefined {
	if (cursor === '') return undefined;
	const position =
		typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString('utf8') : '';
	if (format.test(position)) return position;
	throw new InvalidFieldError("Parameter 'cursor' must be the next_cursor of an earlier page", {
		field: 'cursor',
		expected: 'the next_cursor of an earlier page',
		received: 'another value',
	});
}

/**
 * Returns the field of a reply that leads to the next page.
 * @param lastPosition position of this page's last entry; `undefined` if no page follows
 */
export const toNextCursor = (lastPosition: string | undefined): { next_cursor: string | null } => ({
	next_cursor:
		lastPosition === undefined ? null : Buffer.from(lastPosition, 'utf8').toString('base64url'),
});

/** A delivery's position in the log: that of its event's acceptance and its ID. */
export const toLogPosition = ({ acceptedAt, id }: Delivery): string => `${id} ${acceptedAt}`;

/** Matches a position in the log. */
export const LOG_POSITION =
	/^dlv_\w{1,100} \d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/**
 * Parses a position in the log.
 * @param position as {@link toLogPosition} writes it
 */
export function parseLogPosition(position: string): LogPosition {
	const [deliveryId, acceptedAt] = position.split(' ');
	return { acceptedAt, deliveryId };
}
