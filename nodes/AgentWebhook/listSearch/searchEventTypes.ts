import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';

import { hasCredential } from '../../shared/transport/hasCredential';

import { DataTablesApi } from './dataTablesApi';
import { filterItems, readText } from './listItems';

/** Reads the event types of the catalog that are not archived, by name. */
async function readEventTypes(context: ILoadOptionsFunctions): Promise<IDataObject[]> {
	const api = await DataTablesApi.open(context);
	const types = await api.getRows('event_types', 'created_at');
	return types
		.filter(({ archived }) => archived !== true)
		.sort((a, b) => readText(a.name).localeCompare(readText(b.name)));
}

/** Lists the event types of the catalog, by name. */
export async function searchEventTypes(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const items = (await readEventTypes(this)).map((type) => ({
		name: readText(type.name),
		value: readText(type.name),
		description: readText(type.description),
	}));
	return filterItems(items, filter);
}

/** Lists the event types of the catalog for a parameter that takes several. */
export async function getCatalogEventTypes(
	this: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	if (!hasCredential(this, 'agentWebhookOutboxApi')) return [];
	return (await readEventTypes(this)).map((type) => ({
		name: readText(type.name),
		value: readText(type.name),
		description: readText(type.description),
	}));
}
