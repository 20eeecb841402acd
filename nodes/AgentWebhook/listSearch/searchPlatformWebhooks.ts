import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { ManagementClient } from '../../shared/transport/platformApi';

import { filterItems } from './listItems';

/** Lists the webhooks that are registered at the chosen platform. */
export async function searchPlatformWebhooks(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const platform = this.getCurrentNodeParameter('platform') as string;
	const client = await ManagementClient.create(this, platform);
	const webhooks = await client.listWebhooks();
	return filterItems(
		webhooks.map(({ id, name }) => ({ name: name || id, value: id })),
		filter,
	);
}
