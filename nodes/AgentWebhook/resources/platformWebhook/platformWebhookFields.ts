import { UserError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

import { buildConditionsProperty } from '../../../shared/properties/conditionProperties';
import { buildPlatformProperty } from '../../../shared/properties/platformProperties';

/** The platforms that have an API to manage webhooks. */
export const managedPlatform = buildPlatformProperty(
	'Platform whose webhooks to manage',
	({ management }) => management !== undefined,
);

/** The webhook that an operation works on. {@link readWebhookId} reads it. */
export const webhookLocator: INodeProperties = {
	displayName: 'Webhook',
	name: 'webhook',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchPlatformWebhooks', searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. wh_987654321' },
	],
	description: 'Webhook that is registered at the platform',
};

/** @throws UserError if none is chosen */
export function readWebhookId(context: IExecuteFunctions, itemIndex: number): string {
	const id = context.getNodeParameter('webhook', itemIndex, '', { extractValue: true }) as string;
	if (id === '') throw new UserError('"Webhook" is empty. Choose a webhook, or enter its ID.');
	return id;
}

/** The authentication that a platform adds to its signature. */
export const callerAuthentication: INodeProperties = {
	displayName: 'Authentication of Calls',
	name: 'callerAuthentication',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Bearer Token',
			value: 'bearer',
			description: 'Sends the first Bearer token of the Receiving credential',
		},
		{ name: 'Signature Only', value: 'none' },
	],
	default: 'none',
	description: 'How the platform authenticates in addition to its signature',
};

/** Conditions, filters, batches and retries, which the platform applies: docs/platforms.md#agenticflow. */
export const deliverySettings: INodeProperties[] = [
	{
		displayName: 'Backoff Multiplier',
		name: 'backoffMultiplier',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 2,
		description: 'Factor by which each wait between retries is longer than the previous one',
	},
	buildConditionsProperty('Send only events whose data meets these conditions'),
	{
		displayName: 'Include Fields',
		name: 'includeFields',
		type: 'string',
		default: '',
		placeholder: 'e.g. workflow_id, status',
		description: 'Comma-separated dotted paths of the fields to send. Leave empty for all.',
	},
	{
		displayName: 'Max Events per Delivery',
		name: 'maxEvents',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 100,
	},
	{
		displayName: 'Max Retries',
		name: 'maxRetries',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 0 },
		default: 3,
		description: 'How often to retry after a failed first attempt',
	},
	{
		displayName: 'Max Wait for a Batch (Seconds)',
		name: 'maxWaitSeconds',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 300,
	},
];

export const urlField: INodeProperties = {
	displayName: 'URL',
	name: 'url',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://your-n8n/webhook/webhooks/events/orders',
	description:
		'URL that the platform sends events to, e.g. the production URL of an Agent Webhook Trigger',
};

export const nameField: INodeProperties = {
	displayName: 'Name',
	name: 'webhookName',
	type: 'string',
	default: '',
	placeholder: 'e.g. Order Processing Webhook',
};
