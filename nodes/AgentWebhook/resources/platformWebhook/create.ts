import { UserError } from 'n8n-workflow';

import { buildEventTypesProperties } from '../../../shared/properties/platformProperties';

import {
	callerAuthentication,
	deliverySettings,
	nameField,
	urlField,
} from './platformWebhookFields';
import { buildPlatformWebhookOperation } from './platformWebhookOperation';
import {
	readAuthenticationBody,
	toSettingsBody,
	toUrlBody,
	type DeliverySettings,
} from './platformWebhookBody';

export const createOperation = buildPlatformWebhookOperation({
	name: 'Create',
	action: 'Create a platform webhook',
	description: 'Register a URL that a platform sends its events to',
	properties: [
		{ ...nameField, required: true },
		{ ...urlField, required: true },
		...buildEventTypesProperties('Event types that the platform sends', { required: true }),
		callerAuthentication,
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: deliverySettings,
		},
	],
	executeItem: async (client, context, itemIndex) => {
		const name = context.getNodeParameter('webhookName', itemIndex) as string;
		const url = context.getNodeParameter('url', itemIndex) as string;
		const events = context.getNodeParameter('events', itemIndex) as string[];
		if (events.length === 0) throw new UserError('"Event Types" is empty. Choose at least one.');
		if (url.trim() === '') throw new UserError('"URL" is empty. Fill it in.');
		return await client.request('POST', '', {
			name,
			...toUrlBody(url),
			events,
			...(await readAuthenticationBody(context, itemIndex)),
			...toSettingsBody(context.getNodeParameter('options', itemIndex, {}) as DeliverySettings),
		});
	},
});
