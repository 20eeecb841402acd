import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';

import { eachItem, onlyOutput } from '../../../shared/execution/eachItem';
import { jsonObjectParameter } from '../../../shared/parameters/parse';
import { readLimit, listFields } from '../../../shared/properties/listing';
import {
	ManagementClient,
	buildWebhookPath,
	removeSecrets,
} from '../../../shared/transport/platformApi';
import {
	eventTypeProperties,
	eventTypesProperties,
} from '../../../shared/properties/platformProperties';
import type { Operation } from '../operation';

import {
	authenticationBody,
	callerAuthentication,
	deliverySettings,
	managedPlatform,
	settingsBody,
	urlBody,
	webhookId,
	webhookLocator,
	type DeliverySettings,
} from './fields';

/** An operation that makes one item of one item, or several. */
const operation = (
	properties: INodeProperties[],
	run: (
		client: ManagementClient,
		context: IExecuteFunctions,
		itemIndex: number,
	) => Promise<IDataObject | IDataObject[]>,
): Operation => ({
	properties: [managedPlatform, ...properties],
	execute: async (context) =>
		await eachItem(context, 1, 0, async (_, itemIndex) => {
			const platform = context.getNodeParameter('platform', itemIndex) as string;
			const client = await ManagementClient.create(context, platform);
			return onlyOutput(removeSecrets(await run(client, context, itemIndex)));
		}),
});

const urlField: INodeProperties = {
	displayName: 'URL',
	name: 'url',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://your-n8n/webhook/webhooks/events/orders',
	description:
		'Where the platform sends events, e.g. the production URL of an Agent Webhook Trigger',
};

const nameField: INodeProperties = {
	displayName: 'Name',
	name: 'webhookName',
	type: 'string',
	default: '',
	placeholder: 'e.g. Order Processing Webhook',
};

export const create = operation(
	[
		{ ...nameField, required: true },
		{ ...urlField, required: true },
		...eventTypesProperties('What the platform sends', { required: true }),
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
	async (client, context, itemIndex) => {
		const text = (name: string): string => context.getNodeParameter(name, itemIndex) as string;
		const events = context.getNodeParameter('events', itemIndex) as string[];
		if (events.length === 0) throw new UserError('"Event Types" is empty. Choose at least one.');
		if (text('url').trim() === '') throw new UserError('"URL" is empty. Fill it in.');
		return await client.request('POST', '', {
			name: text('webhookName'),
			...urlBody(text('url')),
			events,
			...(await authenticationBody(context, itemIndex)),
			...settingsBody(context.getNodeParameter('options', itemIndex, {}) as DeliverySettings),
		});
	},
);

export const getMany = operation(listFields, async (client, context, itemIndex) => {
	const webhooks = await client.listWebhooks();
	return webhooks.slice(0, readLimit(context, itemIndex));
});

export const update = operation(
	[
		webhookLocator,
		callerAuthentication,
		...eventTypesProperties('What the platform sends. Choose none to leave it as it is.'),
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
	async (client, context, itemIndex) => {
		const fields = context.getNodeParameter('updateFields', itemIndex, {}) as DeliverySettings & {
			webhookName?: string;
			url?: string;
		};
		const events = context.getNodeParameter('events', itemIndex) as string[];
		const body = {
			...(fields.webhookName && { name: fields.webhookName }),
			...urlBody(fields.url ?? ''),
			...(events.length > 0 && { events }),
			...(await authenticationBody(context, itemIndex)),
			...settingsBody(fields),
		};
		if (Object.keys(body).length === 0) {
			throw new UserError('Nothing is to be changed. Choose event types or add a field.');
		}
		return await client.request('PUT', buildWebhookPath(webhookId(context, itemIndex)), body);
	},
);

export const remove = operation([webhookLocator], async (client, context, itemIndex) => {
	const id = webhookId(context, itemIndex);
	await client.request('DELETE', buildWebhookPath(id));
	return { id, deleted: true };
});

export const test = operation(
	[
		webhookLocator,
		...eventTypeProperties(),
		{
			displayName: 'Test Data (JSON)',
			name: 'testData',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. {"workflow_id": "test_workflow", "status": "success"}',
			description: 'The data of the event that the platform sends',
		},
	],
	async (client, context, itemIndex) =>
		await client.request('POST', `${buildWebhookPath(webhookId(context, itemIndex))}/test`, {
			event: context.getNodeParameter('eventType', itemIndex) as string,
			test_data: (jsonObjectParameter(
				context.getNodeParameter('testData', itemIndex),
				'Test Data (JSON)',
			) ?? {}) as IDataObject,
		}),
);

export const getLogs = operation(
	[webhookLocator],
	async (client, context, itemIndex) => await client.listLogs(webhookId(context, itemIndex)),
);

export const getStats = operation(
	[webhookLocator],
	async (client, context, itemIndex) =>
		await client.request('GET', `${buildWebhookPath(webhookId(context, itemIndex))}/stats`),
);
