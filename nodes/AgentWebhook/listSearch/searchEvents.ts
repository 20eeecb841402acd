import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { DataTablesApi } from './dataTablesApi';
import { filterItems, formatMinute, readText } from './listItems';

/** Lists the outbox's newest events. */
export async function searchEvents(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const api = await DataTablesApi.open(this);
	const events = await api.getRows('events', 'accepted_at');
	const items = events.map((event) => ({
		name: `${readText(event.event_type)}, ${formatMinute(event.accepted_at)} (${readText(event.event_id)})`,
		value: readText(event.event_id),
	}));
	return filterItems(items, filter);
}
