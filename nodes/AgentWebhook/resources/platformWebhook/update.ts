import { UserError } from 'n8n-workflow';

import { buildEventTypesProperties } from '../../../shared/properties/platformProperties';
import { buildWebhookPath } from '../../../shared/transport/platformApi';

import {
	callerAuthentication,
	deliverySettings,
	nameField,
	readWebhookId,
	urlField,
	webhookLocator,
} from './platformWebhookFields';
import { buildPlatformWebhookOperation } from './platformWebhookOperation';
import {
	readAuthenticationBody,
	toSettingsBody,
	toUrlBody,
	type DeliverySettings,
} from './platformWebhookBody';

interface UpdateFields extends DeliverySettings {
	webhookName?: string;
	url?: string;
}

export const updateOperation = buildPlatformWebhookOperation({
	name: 'Update',
	action: 'Update a platform webhook',
	description: 'Change the URL, event types or settings of a webhook',
	properties: [
		webhookLocator,
		...buildEventTypesProperties('Event types that the platform sends. Leave empty to keep them.'),
		callerAuthentication,
		{
			displayName: 'Update Fields',
			name: 'updateFields',
			type: 'collection',
			placeholder: 'Add field',
			default: {},
			options: [...deliverySettings, nameField, urlField].sort((a, b) =>
				a.displayName.localeCompare(b.displayName),
			),
		},
	],
	executeItem: async (client, context, itemIndex) => {
		const fields = context.getNodeParameter('updateFields', itemIndex, {}) as UpdateFields;
		const events = context.getNodeParameter('events', itemIndex) as string[];
		const body = {
			...(fields.webhookName && { name: fields.webhookName }),
			...toUrlBody(fields.url ?? ''),
			...(events.length > 0 && { events }),
			...(await readAuthenticationBody(context, itemIndex)),
			...toSettingsBody(fields),
		};
		if (Object.keys(body).length === 0) {
			throw new UserError('Nothing to change. Choose event types, or add a field.');
		}
		return await client.request('PUT', buildWebhookPath(readWebhookId(context, itemIndex)), body);
	},
});
