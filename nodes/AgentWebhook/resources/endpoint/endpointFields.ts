import groupBy from 'lodash/groupBy';
import type { INodeProperties } from 'n8n-workflow';

import { endpointAuthenticationFields } from '../../../../credentials/authenticationFields';
import { clientTlsFields } from '../../../../credentials/clientTlsFields';
import { customSchemeFields } from '../../../../credentials/signatureFields';
import { PLATFORMS, listSendableKinds } from '../../../../core/platforms';
import type { SecretFormat } from '../../../../core/signing/scheme';
import { getSecretCommand } from '../../../../core/signing/secretText';
import { buildConditionsProperty } from '../../../shared/properties/conditionProperties';
import {
	deliveryOptions,
	OWN_ENDPOINT_HINT,
	OWN_ENDPOINT_PLATFORM,
} from '../../../shared/properties/deliveryOptions';
import { headerFields } from '../../../shared/properties/headersProperty';
import { buildNotice } from '../../../shared/properties/notice';
import { buildPlatformProperty } from '../../../shared/properties/platformProperties';
import { buildRetryProperties } from '../../../shared/properties/retryProperties';

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
		'Comma-separated event types to send. A * matches any text, e.g. order.* or *.failed. Case does not matter. Leave empty for all.',
};

/** n8n loads the catalog's event types when the list is opened. */
const LOADED_TYPES: INodeProperties['typeOptions'] = { loadOptionsMethod: 'getCatalogEventTypes' };

/** A list of the catalog's event types, in addition to {@link eventTypesField}. */
export const catalogEventTypesField: INodeProperties = {
	displayName: 'Event Types From Catalog',
	name: 'catalogEventTypes',
	type: 'multiOptions',
	noDataExpression: true,
	typeOptions: LOADED_TYPES,
	options: [],
	default: [],
	description: 'Event types to send in addition to those in "Event Types"',
	hint: 'The list needs an n8n API key in the Outbox credential',
};

/** The platforms whose format a registered endpoint can have. */
const ENDPOINT_PLATFORMS = PLATFORMS.filter(
	(platform) => platform.section !== 'provider' && listSendableKinds(platform).length > 0,
);

export const platformField: INodeProperties = {
	...buildPlatformProperty(
		'Platform whose request format, signature and retries the endpoint expects',
		(platform) => ENDPOINT_PLATFORMS.includes(platform),
	),
	default: OWN_ENDPOINT_PLATFORM,
	hint: OWN_ENDPOINT_HINT,
};

export const signingSecretField: INodeProperties = {
	displayName: 'Signing Secret',
	name: 'signingSecret',
	type: 'string',
	typeOptions: { password: true },
	default: '',
	description:
		'The output contains a generated secret once; after that, it is only stored encrypted',
	hint: 'Leave empty to generate one in the format of the endpoint’s platform',
	displayOptions: { hide: { '/options.unsigned': [true] } },
};

const PLACEHOLDERS: Partial<Record<SecretFormat, string>> = { standardWebhooks: 'e.g. whsec_…' };

/** The field for the signing secret of a new endpoint: one for each format, which depends on the platform. */
export const signingSecretFields: INodeProperties[] = Object.entries(
	groupBy(ENDPOINT_PLATFORMS, ({ scheme }) => scheme?.secretFormat ?? 'text'),
).map(([format, platforms]) => ({
	...signingSecretField,
	placeholder: PLACEHOLDERS[format as SecretFormat],
	hint: `Leave empty to generate one. If you enter one, generate it like this: <code>${getSecretCommand(format as SecretFormat)}</code>`,
	displayOptions: {
		...signingSecretField.displayOptions,
		show: { platform: platforms.map(({ id }) => id) },
	},
}));

const withoutScheme = PLATFORMS.filter(({ scheme, section }) => !scheme && section === 'open').map(
	({ id }) => id,
);

/** The platforms that accept webhooks only over HTTPS. */
export const HTTPS_ONLY_PLATFORMS = ENDPOINT_PLATFORMS.filter(({ httpsOnly }) => httpsOnly).map(
	({ id }) => id,
);

/** The fields of a custom signature scheme, for platforms without a scheme. */
export const schemeFields = customSchemeFields('outbound', {
	show: { platform: withoutScheme },
	hide: { '/options.unsigned': [true] },
});

export const endpointAuthentication = endpointAuthenticationFields(
	'Endpoint Authentication',
	'endpointAuthentication',
);

/** The parameters for a new endpoint's retries. */
export const retryProperties = buildRetryProperties(ENDPOINT_PLATFORMS, 10);

/** The settings of an endpoint, without its retries. n8n sorts the fields of a collection by their labels. */
export const settingFields: INodeProperties[] = [
	{
		displayName: 'Allow Internal Addresses',
		name: 'allowInternal',
		type: 'boolean',
		default: false,
		description:
			'Whether the URL may point to localhost, to an internal name such as erp.internal, or to a private, link-local or reserved address. If n8n’s own egress protection is on, it must allow the address too.',
	},
	{
		displayName: 'Allow Management API',
		name: 'allowManagementApi',
		type: 'boolean',
		default: false,
		description:
			'Whether callers of the management API may see, change, test and delete the endpoint. They can always manage the endpoints that they create themselves.',
	},
	{
		displayName: 'Allow Plain HTTP',
		name: 'allowHttp',
		type: 'boolean',
		default: false,
		description:
			'Whether to allow http:// URLs. Anyone between n8n and the endpoint can read the events.',
	},
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
						typeOptions: { minValue: 1, maxValue: 1000, numberPrecision: 0 },
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
		displayName: 'Channels',
		name: 'channels',
		type: 'string',
		default: '',
		placeholder: 'e.g. project_7, eu',
		description:
			'Comma-separated channels to listen to: the endpoint gets only events that are on one of them. Leave empty for all events.',
	},
	{
		displayName: 'Circuit Breaker',
		name: 'circuitBreaker',
		type: 'fixedCollection',
		typeOptions: { multipleValues: false },
		placeholder: 'Add breaker',
		default: { breaker: {} },
		options: [
			{
				displayName: 'Breaker',
				name: 'breaker',
				values: [
					{
						displayName: 'Failures in a Row',
						name: 'failures',
						type: 'number',
						typeOptions: { minValue: 1, maxValue: 10000, numberPrecision: 0 },
						default: 10,
					},
					{
						displayName: 'Minutes Between Probes',
						name: 'probeMinutes',
						type: 'number',
						typeOptions: { minValue: 0.1, maxValue: 1440 },
						default: 5,
					},
				],
			},
		],
		description:
			'Makes deliveries wait after several failed attempts in a row. Deliver Due then makes a single attempt from time to time until one succeeds, and sends the deliveries that wait. Leave empty for no circuit breaker.',
	},
	...clientTlsFields,
	deliveryOptions.cloudEventMode,
	buildConditionsProperty(
		'Send only events whose data meets these conditions. Use {} to remove them.',
	),
	{
		displayName: 'Custom Headers',
		name: 'headers',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add header',
		default: {},
		options: headerFields,
		description:
			'Headers to send with every attempt. They are stored encrypted. An update keeps headers with other names.',
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
	deliveryOptions.eventSource,
	deliveryOptions.excludeFields,
	{
		displayName: 'Failures Until Disabled',
		name: 'disableCount',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 20,
		displayOptions: { show: { disableRule: ['consecutiveFailures'] } },
	},
	deliveryOptions.skipTlsCheck,
	{
		displayName: 'In Order',
		name: 'inOrder',
		type: 'options',
		options: [
			{ name: 'All Events', value: 'all' },
			{
				name: 'Events With the Same Key',
				value: 'key',
				description: 'Events of different keys do not wait for each other',
			},
			{ name: 'No', value: 'no' },
		],
		default: 'key',
		description:
			'Which events wait until the previous one is delivered, has failed for good, or is cancelled. Without this setting, no event waits for another.',
	},
	deliveryOptions.includeFields,
	{
		displayName: 'Order Key',
		name: 'orderKey',
		type: 'string',
		default: '',
		placeholder: 'e.g. order_id',
		description:
			'Data field whose value decides which events wait for each other. Use dots for nested fields. Events without the field are sent at once.',
		displayOptions: { show: { inOrder: ['key'] } },
	},
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
						typeOptions: { minValue: 1, numberPrecision: 0 },
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
	deliveryOptions.timeoutSeconds,
];

/**
 * Returns the notice that is shown if the endpoint batches.
 * @param collection name of the parameter that has the option
 */
export const buildBatchNotice = (collection: string): INodeProperties =>
	buildNotice(
		'batchNotice',
		'Delivery → Deliver Due sends batches that are not full. Run it on a Schedule Trigger in a published workflow.',
		{ show: { [`/${collection}.batch.settings.maxEvents`]: [{ _cnd: { exists: true } }] } },
	);
