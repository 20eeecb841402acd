import { buildWebhookPath } from '../../../shared/transport/platformApi';

import { readWebhookId, webhookLocator } from './platformWebhookFields';
import { buildPlatformWebhookOperation } from './platformWebhookOperation';

export const deleteOperation = buildPlatformWebhookOperation({
	name: 'Delete',
	action: 'Delete a platform webhook',
	description: 'Remove a webhook from a platform, which then sends it no more events',
	properties: [webhookLocator],
	executeItem: async (client, context, itemIndex) => {
		const id = readWebhookId(context, itemIndex);
		await client.request('DELETE', buildWebhookPath(id));
		return { deleted: true, id };
	},
});
