import { readWebhookId, webhookLocator } from './platformWebhookFields';
import { buildPlatformWebhookOperation } from './platformWebhookOperation';

export const getLogsOperation = buildPlatformWebhookOperation({
	name: 'Get Logs',
	action: 'Get the logs of a platform webhook',
	description: 'List what a platform has delivered to a webhook',
	properties: [webhookLocator],
	executeItem: async (client, context, itemIndex) =>
		await client.listLogs(readWebhookId(context, itemIndex)),
});
