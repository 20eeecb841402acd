import orderBy from 'lodash/orderBy';

import { readEventRowPages, type LogPosition } from '../store/deliveryLog';
import { isUndecided } from '../store/eventOwnership';
import { pickEventRows, readEvent, type StoredEvent } from '../store/events';
import { eq, MAX_FOUND, type Condition, type RowFinder } from '../store/tables';

/** A page of events. All criteria that are set must match. Times are ISO 8601. */
export interface EventPageQuery {
	channel?: string;
	/** Empty for all. */
	eventTypes?: string[];
	/** The earliest time of acceptance. */
	since?: string;
	/** The time of acceptance is earlier. */
	until?: string;
	/** Finds events that follow this place: older ones. Its ID is an event's. */
	after?: LogPosition;
	/** Finds events that precede this place: newer ones. */
	before?: LogPosition;
}

/** Returns the conditions that all matching rows meet. */
function toConditions({ channel, eventTypes = [], since, until }: EventPageQuery): Condition[] {
	return [
		...(eventTypes.length === 1 ? [eq('event_type', eventTypes[0])] : []),
		...(channel === undefined
			? []
			: [
					{
						column: 'channels',
						operator: 'contains' as const,
						value: JSON.stringify(channel),
					},
				]),
		...(since === undefined
			? []
			: [{ column: 'accepted_at', operator: 'gte' as const, value: since }]),
		...(until === undefined
			? []
			: [{ column: 'accepted_at', operator: 'lt' as const, value: until }]),
	];
}

/** Rows to read beyond a limit, since some may not count. */
const SPARE_ROWS = 20;

/** The fewest rows to read at once if their types are compared here, where few may match. */
const MIN_COMPARED_ROWS = 250;

/**
 * Finds a page of events, without their deliveries. Events that cannot be read are left out.
 * @param limit at most this many: those closest to the place
 * @returns the newest first
 */
export async function findEventPage(
	tables: RowFinder,
	query: EventPageQuery,
	limit: number,
): Promise<StoredEvent[]> {
	const { channel, eventTypes = [] } = query;
	const minRows = eventTypes.length > 1 ? MIN_COMPARED_ROWS : 0;
	const pageSize = Math.min(Math.max(limit + SPARE_ROWS, minRows), MAX_FOUND);
	const found: StoredEvent[] = [];
	for await (const page of readEventRowPages(tables, toConditions(query), pageSize, query)) {
		const decided = page.filter((row) => !isUndecided(row));
		for (const row of pickEventRows(decided).values()) {
			const stored = readEvent(row);
			if (!('event' in stored)) continue;
			const { channels, type } = stored.event;
			if (eventTypes.length > 0 && !eventTypes.includes(type)) continue;
			if (channel !== undefined && !channels?.includes(channel)) continue;
			found.push(stored);
		}
		if (found.length >= limit) break;
	}
	const isBackward = query.after === undefined && query.before !== undefined;
	const sorted = orderBy(found, ['event.acceptedAt', 'event.id'], ['desc', 'desc']);
	return isBackward ? sorted.slice(-limit) : sorted.slice(0, limit);
}
