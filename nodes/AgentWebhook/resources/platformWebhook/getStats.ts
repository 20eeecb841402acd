import { buildWebhookPath } from '../../../shared/transport/platformApi';

import { readWebhookId, webhookLocator } from './platformWebhookFields';
import { buildPlatformWebhookOperation } from './platformWebhookOperation';

export const getStatsOperation = buildPlatformWebhookOperation({
	name: 'Get Stats',
	action: 'Get the stats of a platform webhook',
	description: 'Get a platform’s stats of its deliveries to a webhook',
	properties: [webhookLocator],
	executeItem: async (client, context, itemIndex) =>
		await client.request('GET', `${buildWebhookPath(readWebhookId(context, itemIndex))}/stats`),
});
