import { coversEvent, type KeyFilter } from '../apiKey/keyFilter';
import type { StoredDelivery } from '../model';
import { loadEvents } from '../store/events';
import type { Tables } from '../store/tables';

const listEventIds = ({ batchedEventIds, eventId }: StoredDelivery): string[] =>
	batchedEventIds ?? [eventId];

/**
 * Returns the deliveries that a key is for: all events of them are within its filter. An endpoint may have got others
 * before its subscription was narrowed.
 * @param filter absent for all
 */
export async function keepCovered(
	tables: Tables,
	deliveries: StoredDelivery[],
	filter: KeyFilter | undefined,
): Promise<StoredDelivery[]> {
	if (filter === undefined || deliveries.length === 0) return deliveries;
	const stored = await loadEvents(tables, new Set(deliveries.flatMap(listEventIds)));
	const isCovered = (id: string): boolean => {
		const entry = stored.get(id);
		return entry !== undefined && 'event' in entry && coversEvent(filter, entry.event);
	};
	return deliveries.filter((delivery) => listEventIds(delivery).every(isCovered));
}
