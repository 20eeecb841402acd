import orderBy from 'lodash/orderBy';
import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { DataTablesApi } from './dataTablesApi';
import { filterItems, formatMinute, readText } from './listItems';

/** Lists the outbox's newest deliveries. */
export async function searchDeliveries(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const api = await DataTablesApi.open(this);
	const [endpoints, deliveries] = await Promise.all([
		api.getRows('endpoints', 'registered_at'),
		api.getRows('deliveries', 'accepted_at'),
	]);
	const endpointNames = new Map(endpoints.map((row) => [row.endpoint_id, readText(row.name)]));
	const items = new Map(
		// A delivery may have two rows for a moment. Oldest first, so that the newer row wins.
		orderBy(deliveries, ['accepted_at', 'id']).map((row) => {
			const endpoint = endpointNames.get(row.endpoint_id) ?? readText(row.endpoint_id);
			const status = `${readText(row.status)}, ${formatMinute(row.accepted_at)}`;
			return [
				row.delivery_id,
				{
					name: `${readText(row.event_type)} → ${endpoint}: ${status}`,
					value: readText(row.delivery_id),
				},
			];
		}),
	);
	return filterItems([...items.values()].reverse(), filter);
}
