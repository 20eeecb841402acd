import { matchTimes, readEventRowPages } from './deliveryLog';
import { isUndecided } from './eventOwnership';
import type { StoredEvent } from './events';
import { eq, MAX_FOUND, type Condition, type RowFinder, type StoredRow } from './tables';

/** Reads the rows of events that match a query. */

/** All criteria that are set must match. Times are ISO 8601. */
export interface EventQuery {
	eventType?: string;
	executionId?: string;
	inboundEventId?: string;
	/** Finds events whose data, as JSON, has this text. */
	text?: string;
	since?: string;
	until?: string;
}

/** Returns the forms that a text may have in JSON: as a part of the JSON itself, or within a string. */
const listTextForms = (text: string): string[] => [
	...new Set([text, JSON.stringify(text).slice(1, -1)]),
];

const includesText = (dataJson: string, text: string | undefined): boolean =>
	!text || listTextForms(text).some((form) => dataJson.includes(form));

/** Returns the conditions that matching events meet, except for the text. */
function toConditions(query: EventQuery): Condition[] {
	const equal = {
		event_type: query.eventType,
		execution_id: query.executionId,
		inbound_event_id: query.inboundEventId,
	};
	return [
		...Object.entries(equal).flatMap(([column, value]) => (value ? [eq(column, value)] : [])),
		...matchTimes(query),
	];
}

/** Checks whether an event that a run works on was sent by an execution, and has a text in its data. */
export const matchesEvent = (
	{ dataJson, event }: StoredEvent,
	{ executionId, text }: Pick<EventQuery, 'executionId' | 'text'>,
): boolean =>
	(!executionId || event.origin.executionId === executionId) && includesText(dataJson, text);

/** Rows to read beyond a limit, since some may not count. */
const SPARE_ROWS = 20;

/**
 * Finds the rows of matching events, newest first. Of an event with several rows, the one that counts is
 * found. For a text that JSON writes in another way, some rows may be found twice.
 * @param limit all if absent
 */
export async function readEventRows(
	tables: RowFinder,
	query: EventQuery,
	limit = Infinity,
): Promise<StoredRow[]> {
	const { text } = query;
	const conditions = toConditions(query);
	const alternatives: Condition[][] = text
		? listTextForms(text).map((value) => [{ column: 'data', operator: 'contains', value }])
		: [[]];
	const found = new Map<number, StoredRow>();
	for (const alternative of alternatives) {
		let count = 0;
		const pageSize = Math.min(limit + SPARE_ROWS, MAX_FOUND);
		for await (const page of readEventRowPages(tables, [...conditions, ...alternative], pageSize)) {
			for (const row of page) {
				// n8n reads "%" in the text as any characters.
				if (isUndecided(row) || !includesText(String(row.data), text)) continue;
				found.set(row.id, row);
				count += 1;
			}
			if (count >= limit) break;
		}
	}
	return [...found.values()];
}
