import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import {
	PROFILES,
	type EnvelopeTemplate,
	type EventType,
	type PlatformProfile,
} from '../../../../core/profiles';
import { headerFields } from '../../../shared/headers';
import { platformProperty } from '../../../shared/platforms';

/** The value that stands for an event type that is not in the platform's catalogue. */
export const OTHER_EVENT_TYPE = '__other__';

const eventTypeOptions = (events: EventType[]): INodePropertyOptions[] => [
	...events.map(({ name, value }) => ({ name, value, description: value })),
	{ name: 'Other (Name It Below)', value: OTHER_EVENT_TYPE },
];

const eventTypeField = ({ id, events }: PlatformProfile): INodeProperties => {
	const options = eventTypeOptions(events);
	const first = options[0].value;
	return {
		displayName: 'Event Type',
		name: 'eventType',
		type: 'options',
		options,
		default: first,
		displayOptions: { show: { platform: [id] } },
	};
};

const eventTypeFields = PROFILES.filter(({ events }) => events.length > 0).map(eventTypeField);

const usesWebhookId = (template: EnvelopeTemplate): boolean =>
	Object.values(template).some((part) =>
		typeof part === 'string' ? part === '{webhook_id}' : usesWebhookId(part),
	);

const withCatalogue = PROFILES.filter(({ events }) => events.length > 0).map(({ id }) => id);
const withoutCatalogue = PROFILES.filter(({ events }) => events.length === 0).map(({ id }) => id);

const customEventType: INodeProperties = {
	displayName: 'Event Type Name',
	name: 'customEventType',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. order.created',
	description: 'The name that receivers know the event by',
};

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Allow Plain HTTP',
			name: 'allowHttp',
			type: 'boolean',
			default: false,
			description:
				'Whether to send to http:// addresses too, where anyone on the way can read the event',
		},
		{
			displayName: 'Backoff Multiplier',
			name: 'backoffMultiplier',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 10, numberPrecision: 2 },
			default: 2,
			description: 'By how much each wait is longer than the one before',
		},
		{
			displayName: 'Custom Headers',
			name: 'headers',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true },
			placeholder: 'Add header',
			default: {},
			options: headerFields,
			description: 'Sent with every attempt. The signature’s and the credential’s headers win.',
		},
		{
			displayName: 'Event ID',
			name: 'eventId',
			type: 'string',
			default: '',
			placeholder: 'e.g. order_123_created',
			description:
				'The receiver’s key for recognising a repeated event. Leave empty to have one made.',
		},
		{
			displayName: 'Events per Delivery',
			name: 'maxEvents',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 1000 },
			default: 1,
			description:
				'How many of this run’s events to one endpoint share a delivery at most. More than 1 sends them in batches, as events of the type webhook.batch.',
			hint: 'AgenticFlow’s batch_settings.max_events',
		},
		{
			displayName: 'Exclude Fields',
			name: 'excludeFields',
			type: 'string',
			default: '',
			placeholder: 'e.g. customer.email, items.cost',
			description:
				'Dotted paths that are not sent, with commas between them; they go through lists',
		},
		{
			displayName: 'First Retry After (Seconds)',
			name: 'firstDelaySeconds',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 300, numberPrecision: 3 },
			default: 1,
			description: 'How long to wait before the first retry',
		},
		{
			displayName: 'Ignore TLS Certificate Errors',
			name: 'skipTlsCheck',
			type: 'boolean',
			default: false,
			description: 'Whether to send although the endpoint’s certificate cannot be verified',
		},
		{
			displayName: 'Include Fields',
			name: 'includeFields',
			type: 'string',
			default: '',
			placeholder: 'e.g. workflow_id, status, output_data.order_id',
			description:
				'Dotted paths that alone are sent, with commas between them; they go through lists',
		},
		{
			displayName: 'Jitter',
			name: 'jitter',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
			default: 0.2,
			description:
				'The share of each wait that is left to chance, from 0 to 1, so that senders do not all return at once',
		},
		{
			displayName: 'Max Requests at Once',
			name: 'concurrency',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 100 },
			default: 50,
		},
		{
			displayName: 'Max Requests per Second',
			name: 'perSecond',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 2 },
			default: 0,
			description: 'How many attempts begin in a second at most. 0 sets no limit.',
		},
		{
			displayName: 'Max Response Size (KB)',
			name: 'maxResponseKilobytes',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 10240 },
			default: 16,
			description: 'How much of an endpoint’s answer is kept in the result',
		},
		{
			displayName: 'Max Retries',
			name: 'maxRetries',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 10 },
			default: 3,
			description: 'How many attempts follow a failed first one',
		},
		{
			displayName: 'Max Total Wait (Seconds)',
			name: 'maxTotalWaitSeconds',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 3600 },
			default: 60,
			description:
				'How long the waits between attempts may be in sum. A delivery that would need longer leaves on Failed.',
		},
		{
			displayName: 'Retry on Statuses',
			name: 'retryStatuses',
			type: 'string',
			default: '',
			placeholder: 'e.g. 408, 429, 5xx',
			description:
				'Leave empty for the platform’s own. Network errors and timeouts are always retried.',
		},
		{
			displayName: 'Send Data Without Envelope',
			name: 'bare',
			type: 'boolean',
			default: false,
			description: 'Whether the body is the data alone, without event type and timestamp around it',
		},
		{
			displayName: 'Timeout (Seconds)',
			name: 'timeoutSeconds',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 300 },
			default: 30,
			description: 'How long an attempt may take, up to the end of the answer',
		},
		{
			displayName: 'Webhook ID',
			name: 'webhookId',
			type: 'string',
			default: '',
			placeholder: 'e.g. wh_987654321',
			description:
				'The envelope’s webhook_id, where the platform has one. Leave empty for one made from this workflow and node.',
			displayOptions: {
				show: {
					'/platform': PROFILES.filter(({ envelope }) => usesWebhookId(envelope)).map(
						({ id }) => id,
					),
				},
			},
		},
	],
};

export const properties: INodeProperties[] = [
	platformProperty('Whose events these are: it says how they look and how they are signed'),
	{
		displayName: 'Endpoint URL',
		name: 'url',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. https://example.com/webhooks',
		description: 'Where to send the event',
	},
	{
		displayName: 'Sign and Authenticate',
		name: 'useCredential',
		type: 'boolean',
		default: true,
		noDataExpression: true,
		description: 'Whether to sign events with a credential. Receivers cannot trust unsigned ones.',
	},
	...eventTypeFields,
	{
		...customEventType,
		displayOptions: { show: { platform: withCatalogue, eventType: [OTHER_EVENT_TYPE] } },
	},
	{ ...customEventType, displayOptions: { show: { platform: withoutCatalogue } } },
	{
		displayName: 'Data',
		name: 'dataSource',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Input Item', value: 'item', description: 'The JSON of the item that comes in' },
			{ name: 'Define Below', value: 'json', description: 'JSON of your own, with expressions' },
		],
		default: 'item',
		description: 'What the event tells',
	},
	{
		displayName: 'Data (JSON)',
		name: 'data',
		type: 'json',
		default: '{}',
		placeholder: 'e.g. {"order_id": 123}',
		displayOptions: { show: { dataSource: ['json'] } },
	},
	{
		displayName: 'Send',
		name: 'conditionSource',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Always', value: 'always' },
			{
				name: 'Only Where JSON Conditions Hold',
				value: 'json',
				description: 'Conditions in AgenticFlow’s form, tested on the data',
			},
			{
				name: 'Only Where Rules Hold',
				value: 'rules',
				description: 'Rules as in n8n’s If node',
			},
		],
		default: 'always',
		description: 'Which events are sent. Others leave as items with the status skipped.',
	},
	{
		displayName: 'Conditions (JSON)',
		name: 'conditions',
		type: 'json',
		default: '{}',
		placeholder: 'e.g. {"satisfaction_score": {"lt": 3}, "message_count": {"gt": 10}}',
		description:
			'Field paths with eq, ne, lt, lte, gt, gte, in, nin, exists, contains, startsWith, endsWith or not; a plain value means equality; and, or and not combine. All must hold.',
		displayOptions: { show: { conditionSource: ['json'] } },
	},
	{
		displayName: 'Rules',
		name: 'rules',
		type: 'filter',
		default: {},
		typeOptions: { filter: { caseSensitive: true, typeValidation: 'strict', version: 2 } },
		displayOptions: { show: { conditionSource: ['rules'] } },
	},
	options,
];
