import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { DataTablesApi } from './dataTablesApi';
import { filterItems, readText } from './listItems';

/** Lists the outbox's endpoints, by name. */
export async function searchEndpoints(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const api = await DataTablesApi.open(this);
	const endpoints = await api.getRows('endpoints', 'registered_at');
	const items = endpoints.map((endpoint) => {
		const disabled = endpoint.status === 'disabled' ? 'disabled, ' : '';
		return {
			name: `${readText(endpoint.name)} (${disabled}${readText(endpoint.url)})`,
			value: readText(endpoint.endpoint_id),
		};
	});
	return filterItems(
		items.sort((a, b) => a.name.localeCompare(b.name)),
		filter,
	);
}
