import { listFields, readLimit } from '../../../shared/properties/listing';

import { buildPlatformWebhookOperation } from './platformWebhookOperation';

export const getAllOperation = buildPlatformWebhookOperation({
	name: 'Get Many',
	action: 'Get many platform webhooks',
	description: 'List the webhooks that are registered at a platform',
	properties: listFields,
	executeItem: async (client, context, itemIndex) => {
		const webhooks = await client.listWebhooks();
		return webhooks.slice(0, readLimit(context, itemIndex));
	},
});
