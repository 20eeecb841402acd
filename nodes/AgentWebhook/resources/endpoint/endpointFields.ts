import type { INodeProperties } from 'n8n-workflow';

import { authenticationFields } from '../../../../credentials/authenticationFields';
import { customSchemeFields } from '../../../../credentials/signatureFields';
import { PLATFORMS, listSendableKinds } from '../../../../core/platforms';
import { deliveryOptions, OWN_ENDPOINT_HINT } from '../../../shared/properties/deliveryOptions';
import { headerFields } from '../../../shared/properties/headersProperty';
import { buildPlatformProperty } from '../../../shared/properties/platformProperties';

/** The parameters of an endpoint. `toEndpointInput` reads them. */

export const nameField: INodeProperties = {
	displayName: 'Name',
	name: 'endpointName',
	type: 'string',
	default: '',
	placeholder: 'e.g. Order Processing Webhook',
};

export const urlField: INodeProperties = {
	displayName: 'URL',
	name: 'url',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://example.com/webhooks/orders',
	description: 'URL that events are sent to',
};

export const eventTypesField: INodeProperties = {
	displayName: 'Event Types',
	name: 'eventTypes',
	type: 'string',
	default: '',
	placeholder: 'e.g. order.created, invoice.*',
	description:
		'Comma-separated event types to send. A trailing * matches any suffix, e.g. order.*. Leave empty for all.',
};

export const platformField: INodeProperties = {
	...buildPlatformProperty(
		'Platform whose request format, signature and retries the endpoint expects',
		(platform) => platform.section !== 'provider' && listSendableKinds(platform).length > 0,
	),
	hint: OWN_ENDPOINT_HINT,
};

export const signingSecretField: INodeProperties = {
	displayName: 'Signing Secret',
	name: 'signingSecret',
	type: 'string',
	typeOptions: { password: true },
	default: '',
	placeholder: 'e.g. whsec_…',
	description:
		'Leave empty to generate one. The output contains it once; after that, it is only stored encrypted.',
};

const withoutScheme = PLATFORMS.filter(({ scheme, section }) => !scheme && section === 'open').map(
	({ id }) => id,
);

/** The fields of a custom signature scheme, for platforms without a scheme. */
export const schemeFields = customSchemeFields({ show: { platform: withoutScheme } });

export const endpointAuthentication = authenticationFields(
	'Endpoint Authentication',
	'endpointAuthentication',
);

/** The settings of an endpoint. n8n sorts the fields of a collection by their labels. */
export const settingFields: INodeProperties[] = [
	{
		displayName: 'Allow Internal Addresses',
		name: 'allowInternal',
		type: 'boolean',
		default: false,
		description:
			'Whether the URL may point to localhost or to a private, link-local or reserved address. If n8n’s own egress protection is on, it must allow the address too.',
	},
	{
		displayName: 'Allow Plain HTTP',
		name: 'allowHttp',
		type: 'boolean',
		default: false,
		description:
			'Whether to allow http:// URLs. Anyone between n8n and the endpoint can read the events.',
	},
	deliveryOptions.backoffMultiplier,
	{
		displayName: 'Batches',
		name: 'batch',
		type: 'fixedCollection',
		// Without this, n8n drops an empty collection when another field changes.
		typeOptions: { multipleValues: false },
		placeholder: 'Add batches',
		default: { settings: {} },
		options: [
			{
				displayName: 'Settings',
				name: 'settings',
				values: [
					{
						displayName: 'Max Events',
						name: 'maxEvents',
						type: 'number',
						typeOptions: { minValue: 1, maxValue: 1000 },
						default: 100,
					},
					{
						displayName: 'Max Size (KB)',
						name: 'maxKilobytes',
						type: 'number',
						typeOptions: { minValue: 1, maxValue: 1024 },
						default: 256,
						description: 'Size of the events’ data. A single event may be larger.',
					},
					{
						displayName: 'Max Wait (Seconds)',
						name: 'maxWaitSeconds',
						type: 'number',
						typeOptions: { minValue: 1, maxValue: 86400 },
						default: 300,
						description:
							'Longest time that the first event of a batch waits for more events. The next run of Deliver Due then sends the batch.',
					},
				],
			},
		],
		description:
			'Collects events across executions and sends them as one event of type webhook.batch, when there are enough of them or the first has waited long enough. Leave empty to send each event separately.',
	},
	{
		displayName: 'Conditions (JSON)',
		name: 'conditions',
		type: 'json',
		default: '{}',
		placeholder: 'e.g. {"satisfaction_score": {"lt": 3}}',
		description: 'Send only events whose data meets these conditions. Use {} to remove them.',
	},
	{
		displayName: 'Custom Headers',
		name: 'headers',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add header',
		default: {},
		options: headerFields,
		description: 'Headers to send with every attempt. They are stored encrypted.',
	},
	{
		displayName: 'Days Until Disabled',
		name: 'disableDays',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 365 },
		default: 5,
		displayOptions: { show: { disableRule: ['failingFor'] } },
	},
	{
		displayName: 'Description',
		name: 'description',
		type: 'string',
		default: '',
		placeholder: 'e.g. Orders for the warehouse',
	},
	{
		displayName: 'Disable Endpoint',
		name: 'disableRule',
		type: 'options',
		options: [
			{
				name: 'After All Attempts of a Delivery Failed',
				value: 'exhausted',
				description: 'Like WorkFlux',
			},
			{ name: 'After Consecutive Failed Attempts', value: 'consecutiveFailures' },
			{ name: 'After Days Without a Success', value: 'failingFor', description: 'Like Svix' },
			{ name: 'Never', value: 'never' },
		],
		default: 'failingFor',
		description:
			'When to stop sending to a failing endpoint and put its events on hold. Without this setting, the platform’s rule applies, or five days. An endpoint that answers 410 Gone is always disabled.',
	},
	deliveryOptions.excludeFields,
	{
		displayName: 'Failures Until Disabled',
		name: 'disableCount',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 20,
		displayOptions: { show: { disableRule: ['consecutiveFailures'] } },
	},
	{
		displayName: 'First Retry After (Seconds)',
		name: 'firstDelaySeconds',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 86400 },
		default: 10,
		description: 'For the schedule "Exponential": time to wait before the first retry',
	},
	deliveryOptions.skipTlsCheck,
	deliveryOptions.includeFields,
	deliveryOptions.maxDelaySeconds,
	deliveryOptions.maxRetries,
	{
		displayName: 'Rate Limit',
		name: 'rateLimit',
		type: 'fixedCollection',
		typeOptions: { multipleValues: false },
		placeholder: 'Add limit',
		default: { limit: {} },
		options: [
			{
				displayName: 'Limit',
				name: 'limit',
				values: [
					{
						displayName: 'Attempts',
						name: 'max',
						type: 'number',
						typeOptions: { minValue: 1 },
						default: 10,
					},
					{
						displayName: 'Per Seconds',
						name: 'perSeconds',
						type: 'number',
						typeOptions: { minValue: 1 },
						default: 1,
					},
				],
			},
		],
		description:
			'Maximum number of attempts to start within a period, across executions. A late attempt can exceed it for up to a second. Leave empty for no limit.',
	},
	deliveryOptions.retryDelays,
	deliveryOptions.retryStatuses,
	deliveryOptions.retrySchedule,
	deliveryOptions.timeoutSeconds,
];
