import type {
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';

import { hasCredential } from '../../shared/transport/hasCredential';

import { DataTablesApi } from './dataTablesApi';
import { filterItems, readText } from './listItems';

/** Lists the event types of the catalog that are not archived, by name. */
async function listEventTypes(context: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const api = await DataTablesApi.open(context);
	const types = await api.getRows('event_types', 'created_at');
	return types
		.filter(({ archived }) => archived !== true)
		.map((type) => ({
			name: readText(type.name),
			value: readText(type.name),
			description: readText(type.description),
		}))
		.sort((a, b) => a.name.localeCompare(b.name));
}

/** Lists the event types of the catalog, by name. */
export async function searchEventTypes(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	return filterItems(await listEventTypes(this), filter);
}

/** Lists the event types of the catalog for a parameter that takes several. */
export async function getCatalogEventTypes(
	this: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	return hasCredential(this, 'agentWebhookOutboxApi') ? await listEventTypes(this) : [];
}
