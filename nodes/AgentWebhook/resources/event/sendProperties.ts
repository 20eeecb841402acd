import type { INodeProperties } from 'n8n-workflow';

import {
	EVENT_KIND,
	PLATFORMS,
	listRequestKinds,
	listSendableKinds,
	type EnvelopeTemplate,
	type Platform,
	type RequestField,
	type PlatformRequest,
} from '../../../../core/platforms';
import {
	deliveryOptions,
	OWN_ENDPOINT_HINT,
	skipTlsNotice,
} from '../../../shared/properties/deliveryOptions';
import { headerFields } from '../../../shared/properties/headersProperty';
import { notice } from '../../../shared/properties/notice';
import {
	CATALOGUES,
	eventTypeProperties,
	platformProperty,
	requestKindProperties,
} from '../../../shared/properties/platformProperties';

/** The values of the parameter `sendTo`. */
const TO_ENDPOINT = 'endpoint';
export const TO_SUBSCRIBERS = 'subscribers';

/** The value that stands for an event type that is not in the platform's catalogue. */
export const OTHER_EVENT_TYPE = '__other__';

/** The parameter that holds a request's field. */
export const fieldParameter = (name: string): string => `field_${name}`;

const eventTypeFields = eventTypeProperties({ requestKind: [EVENT_KIND] }, [
	{ name: 'Other (Name It Below)', value: OTHER_EVENT_TYPE },
]);

const uses = (template: EnvelopeTemplate | undefined, place: string): boolean =>
	Object.values(template ?? {}).some((part) =>
		typeof part === 'string' ? part === place : uses(part, place),
	);

const idsWhere = (fits: (profile: Platform) => boolean): string[] =>
	PLATFORMS.filter(fits).map(({ id }) => id);

const withCatalogue = CATALOGUES.map(({ id }) => id);
const withoutCatalogue = idsWhere(({ events }) => events?.types.length === 0);

const customEventType: INodeProperties = {
	displayName: 'Event Type Name',
	name: 'customEventType',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. order.created',
	description: 'The name that receivers know the event by',
};

/** The requests that platforms take, each once: platforms may share them. */
const REQUESTS: PlatformRequest[] = [
	...new Map(
		PLATFORMS.flatMap(listRequestKinds).flatMap(({ id, request }) =>
			request ? [[id, request]] : [],
		),
	).values(),
];

const withFields = REQUESTS.filter(({ fields }) => fields.length > 0);
const withFieldsIds = withFields.map(({ id }) => id);

const fieldProperty = ({
	description,
	displayName,
	name,
	placeholder,
	required,
	type,
}: RequestField): INodeProperties => ({
	displayName,
	name: fieldParameter(name),
	type,
	default: '',
	placeholder,
	...(required && { required }),
	...(description !== undefined && { description }),
});

const requestFields = withFields.flatMap(({ id, fields }): INodeProperties[] => {
	const displayOptions = { show: { requestKind: [id], dataSource: ['fields'] } };
	const optional = fields
		.filter(({ required }) => !required)
		.map(fieldProperty)
		.sort((a, b) => a.displayName.localeCompare(b.displayName));
	return [
		...fields
			.filter(({ required }) => required)
			.map((field) => ({ ...fieldProperty(field), displayOptions })),
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add field',
			default: {},
			displayOptions,
			options: optional,
		},
	];
});

const itemSource = {
	name: 'Input Item',
	value: 'item',
	description: 'The JSON of the item that comes in',
};
const jsonSource = {
	name: 'Define Below',
	value: 'json',
	description: 'JSON of your own, with expressions',
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
			displayOptions: { hide: { '/platform': idsWhere(({ httpsOnly }) => httpsOnly) } },
		},
		deliveryOptions.backoffMultiplier,
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
			displayOptions: { show: { '/requestKind': [EVENT_KIND] } },
		},
		deliveryOptions.excludeFields,
		{
			displayName: 'First Retry After (Seconds)',
			name: 'firstDelaySeconds',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 86400 },
			default: 1,
			description: 'For an exponential schedule: how long to wait before the first retry',
		},
		deliveryOptions.skipTlsCheck,
		deliveryOptions.includeFields,
		{
			displayName: 'Jitter',
			name: 'jitter',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1 },
			default: 0.2,
			description:
				'The share of each wait that is left to chance, from 0 to 1, so that senders do not all return at once',
		},
		deliveryOptions.maxDelaySeconds,
		{
			displayName: 'Longest Wait for Retry-After (Seconds)',
			name: 'maxRetryAfterSeconds',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 2592000 },
			default: 3600,
			description: 'Up to which wait an endpoint’s Retry-After is followed',
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
			typeOptions: { minValue: 0 },
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
		deliveryOptions.maxRetries,
		{
			displayName: 'Max Total Wait (Seconds)',
			name: 'maxTotalWaitSeconds',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 3600 },
			default: 60,
			description:
				'How long the waits within one run of this node may be in sum. A delivery that has to wait longer leaves on Retry.',
		},
		deliveryOptions.retryDelays,
		deliveryOptions.retryStatuses,
		deliveryOptions.retrySchedule,
		{
			displayName: 'Send Data Without Envelope',
			name: 'bare',
			type: 'boolean',
			default: false,
			description: 'Whether the body is the data alone, without event type and timestamp around it',
			displayOptions: { show: { '/requestKind': [EVENT_KIND] } },
		},
		deliveryOptions.timeoutSeconds,
		{
			displayName: 'Webhook ID',
			name: 'webhookId',
			type: 'string',
			default: '',
			placeholder: 'e.g. wh_987654321',
			description:
				'The webhook’s ID in the envelope. Leave empty for one made from this workflow and node.',
			displayOptions: {
				show: { '/platform': idsWhere(({ events }) => uses(events?.envelope, '{webhook_id}')) },
			},
		},
		{
			displayName: 'Webhook Name',
			name: 'webhookName',
			type: 'string',
			default: '',
			placeholder: 'e.g. Production Messages',
			description: 'The webhook’s name in the envelope. Leave empty for the workflow’s name.',
			displayOptions: {
				show: { '/platform': idsWhere(({ events }) => uses(events?.envelope, '{webhook_name}')) },
			},
		},
	],
};

/** A parameter of one of the two ways to send. */
const shownFor =
	(sendTo: string) =>
	(property: INodeProperties): INodeProperties => ({
		...property,
		displayOptions: {
			...property.displayOptions,
			show: { ...property.displayOptions?.show, sendTo: [sendTo] },
		},
	});

const outboxOptions: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Idempotency Key',
			name: 'idempotencyKey',
			type: 'string',
			default: '',
			placeholder: 'e.g. order_123_created',
			description:
				'Sending an event with the key of an earlier one is the same event: it is not sent again. Keys are remembered for as long as events are kept.',
		},
		deliveryOptions.sharedConcurrency,
	],
};

/** Where to, and what: what only one endpoint needs to be told of. */
const toEndpoint: INodeProperties[] = [
	{
		...platformProperty(
			'Whose events to send, or which platform to send to: it says how requests look and how they are signed',
			(profile) => listSendableKinds(profile).length > 0,
		),
		hint: OWN_ENDPOINT_HINT,
	},
	...requestKindProperties(
		'What to Send',
		'An event in the platform’s manner, or a request that the platform takes',
		listSendableKinds,
		({ id }) => id === EVENT_KIND,
	),
	{
		displayName: 'Endpoint URL',
		name: 'url',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. https://example.com/webhooks',
		description: 'Where to send it',
	},
	{
		displayName: 'Sign and Authenticate',
		name: 'useCredential',
		type: 'boolean',
		default: true,
		noDataExpression: true,
		description: 'Whether to sign with a credential',
	},
	notice(
		'unsignedNotice',
		'Requests leave unsigned: receivers cannot tell them from forged ones.',
		{ show: { useCredential: [false] } },
	),
	...eventTypeFields,
	{
		...customEventType,
		displayOptions: {
			show: {
				platform: withCatalogue,
				requestKind: [EVENT_KIND],
				eventType: [OTHER_EVENT_TYPE],
			},
		},
	},
	{
		...customEventType,
		displayOptions: { show: { platform: withoutCatalogue, requestKind: [EVENT_KIND] } },
	},
];

const toSubscribers: INodeProperties[] = [
	notice(
		'outboxNotice',
		'The event goes to every endpoint of the outbox that is subscribed to it. Endpoint → Create registers one.',
	),
	customEventType,
];

const data: INodeProperties[] = [
	{
		displayName: 'Data',
		name: 'dataSource',
		type: 'options',
		noDataExpression: true,
		options: [itemSource, jsonSource],
		default: 'item',
		description: 'What is sent',
		displayOptions: { hide: { requestKind: withFieldsIds } },
	},
	{
		displayName: 'Data',
		name: 'dataSource',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Fields Below', value: 'fields', description: 'The fields that the platform knows' },
			itemSource,
			jsonSource,
		],
		default: 'fields',
		description: 'What is sent',
		displayOptions: { show: { requestKind: withFieldsIds } },
	},
	...requestFields,
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
];

export const properties: INodeProperties[] = [
	{
		displayName: 'Send To',
		name: 'sendTo',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'All Subscribed Endpoints',
				value: TO_SUBSCRIBERS,
				description: 'The endpoints of the outbox, with every attempt on record',
			},
			{ name: 'One Endpoint', value: TO_ENDPOINT, description: 'An address that stands here' },
		],
		default: TO_ENDPOINT,
	},
	...toEndpoint.map(shownFor(TO_ENDPOINT)),
	...toSubscribers.map(shownFor(TO_SUBSCRIBERS)),
	...data,
	...[skipTlsNotice('options'), options].map(shownFor(TO_ENDPOINT)),
	shownFor(TO_SUBSCRIBERS)(outboxOptions),
];
