import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { authenticationFields } from '../../../../credentials/authenticationFields';
import { customSchemeFields } from '../../../../credentials/signatureFields';
import type { Endpoint, EndpointInput } from '../../../../core/outbox/endpoint/lifecycle';
import {
	EndpointNotFoundError,
	loadEndpoint,
	loadEndpoints,
} from '../../../../core/outbox/endpoint/repository';
import type { OutboxPorts } from '../../../../core/outbox/ports';
import { PLATFORMS, listSendableKinds } from '../../../../core/platforms';
import { deliveryOptions, OWN_ENDPOINT_HINT } from '../../../shared/properties/deliveryOptions';
import {
	headerFields,
	readHeaders,
	type HeaderParameter,
} from '../../../shared/properties/headersProperty';
import { jsonObjectParameter, listParameter } from '../../../shared/parameters/parse';
import { platformProperty } from '../../../shared/properties/platformProperties';
import { readEndpointLocator } from '../../../shared/properties/locators';

/**
 * The endpoint that a person chose, by ID or by name.
 * @throws UserError, EndpointNotFoundError
 */
export async function chosenEndpoint(
	context: IExecuteFunctions,
	outbox: OutboxPorts,
	itemIndex: number,
): Promise<Endpoint> {
	const { by, text } = readEndpointLocator(context, itemIndex);
	if (by === 'id') return await loadEndpoint(outbox, text);
	const named = (await loadEndpoints(outbox)).filter(({ name }) => name === text);
	if (named.length === 1) return named[0];
	throw new EndpointNotFoundError(
		named.length === 0
			? `There is no endpoint with the name "${text}".`
			: `${named.length} endpoints have the name "${text}". Choose one by its ID.`,
	);
}

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
	description: 'Where events are sent',
};

export const eventTypesField: INodeProperties = {
	displayName: 'Event Types',
	name: 'eventTypes',
	type: 'string',
	default: '',
	placeholder: 'e.g. order.created, invoice.*',
	description:
		'Which events the endpoint gets, with commas between them; a star at the end stands for any rest. Empty: all.',
};

export const platformField: INodeProperties = {
	...platformProperty(
		'How the endpoint’s requests look and are signed, and when failed ones are tried again',
		(profile) => profile.section !== 'provider' && listSendableKinds(profile).length > 0,
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
	description: 'Leave empty to have one made. It is on the item once; after that, it is encrypted.',
};

const withoutScheme = PLATFORMS.filter(({ scheme, section }) => !scheme && section === 'open').map(
	({ id }) => id,
);

/** The fields of a scheme of one's own, for platforms that have none. */
export const schemeFields = customSchemeFields({ show: { platform: withoutScheme } });

export const endpointAuthentication = authenticationFields(
	'Endpoint Authentication',
	'endpointAuthentication',
);

/** How events go to an endpoint. In alphabetical order, as n8n has collections. */
export const settingFields: INodeProperties[] = [
	{
		displayName: 'Allow Internal Addresses',
		name: 'allowInternal',
		type: 'boolean',
		default: false,
		description:
			'Whether the URL may be localhost or an address of a private, link-local or reserved range. Where n8n’s own egress protection is on, it has to allow the address as well.',
	},
	{
		displayName: 'Allow Plain HTTP',
		name: 'allowHttp',
		type: 'boolean',
		default: false,
		description: 'Whether the URL may begin with http://, where anyone on the way can read events',
	},
	deliveryOptions.backoffMultiplier,
	{
		displayName: 'Batches',
		name: 'batch',
		type: 'fixedCollection',
		// n8n drops an empty one at the next change of another field unless this is said.
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
						description: 'Of the events’ data. An event alone may have more.',
					},
					{
						displayName: 'Max Wait (Seconds)',
						name: 'maxWaitSeconds',
						type: 'number',
						typeOptions: { minValue: 1, maxValue: 86400 },
						default: 300,
						description:
							'How long the first event of a batch waits for others at most, and for the next run of "Deliver due"',
					},
				],
			},
		],
		description:
			'Events gather over all executions and leave as one event of the type webhook.batch: when there are enough, or when the first has waited for long enough. Empty: each event is sent alone.',
	},
	{
		displayName: 'Conditions (JSON)',
		name: 'conditions',
		type: 'json',
		default: '{}',
		placeholder: 'e.g. {"satisfaction_score": {"lt": 3}}',
		description: 'Only events for whose data these hold are sent. {} takes them away.',
	},
	{
		displayName: 'Custom Headers',
		name: 'headers',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add header',
		default: {},
		options: headerFields,
		description: 'Sent with every attempt, and encrypted in the table',
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
				name: 'After a Delivery Failed in All Its Attempts',
				value: 'exhausted',
				description: 'As WorkFlux does',
			},
			{ name: 'After Consecutive Failed Attempts', value: 'consecutiveFailures' },
			{ name: 'After Days Without a Success', value: 'failingFor', description: 'As Svix does' },
			{ name: 'Never', value: 'never' },
		],
		default: 'failingFor',
		description:
			'When an endpoint that fails gets no more events; they are held for a replay. Where nothing is chosen, as the platform does, or after five days. An endpoint that answers 410 Gone is always disabled.',
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
		description: 'For an exponential schedule: how long to wait before the first retry',
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
			'How many attempts begin in a time at most, over all executions. One that is late may overlap with others for a second. Empty: no limit.',
	},
	deliveryOptions.retryDelays,
	deliveryOptions.retryStatuses,
	deliveryOptions.retrySchedule,
	deliveryOptions.timeoutSeconds,
];

/** What {@link settingFields} hold, and the other fields where they stand in a collection. */
export interface EndpointFields {
	allowHttp?: boolean;
	allowInternal?: boolean;
	backoffMultiplier?: number;
	batch?: { settings?: { maxEvents: number; maxKilobytes?: number; maxWaitSeconds: number } };
	conditions?: unknown;
	description?: string;
	disableCount?: number;
	disableDays?: number;
	disableRule?: string;
	endpointAuthentication?: string;
	endpointName?: string;
	eventTypes?: string;
	excludeFields?: string;
	firstDelaySeconds?: number;
	headers?: HeaderParameter;
	includeFields?: string;
	maxDelaySeconds?: number;
	maxRetries?: number;
	password?: string;
	platform?: string;
	rateLimit?: { limit?: { max: number; perSeconds: number } };
	retryDelays?: string;
	retrySchedule?: string;
	retryStatuses?: string;
	skipTlsCheck?: boolean;
	timeoutSeconds?: number;
	token?: string;
	url?: string;
	user?: string;
}

const given = (fields: Record<string, unknown>): IDataObject | undefined => {
	const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
	return entries.length > 0 ? (Object.fromEntries(entries) as IDataObject) : undefined;
};

const paths = (text: string | undefined): string[] | undefined =>
	text === undefined ? undefined : listParameter(text);

const orEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function disableRule(fields: EndpointFields): IDataObject | undefined {
	const { disableCount = 20, disableDays = 5, disableRule: rule } = fields;
	if (rule === undefined) return undefined;
	return {
		rule,
		...(rule === 'consecutiveFailures' && { count: disableCount }),
		...(rule === 'failingFor' && { days: disableDays }),
	};
}

/** @returns `null` where batches were taken away */
function batchSettings({ settings }: NonNullable<EndpointFields['batch']>): IDataObject | null {
	if (settings === undefined) return null;
	return {
		max_events: settings.maxEvents,
		max_wait_seconds: settings.maxWaitSeconds,
		...(settings.maxKilobytes !== undefined && { max_bytes: settings.maxKilobytes * 1024 }),
	};
}

/** @returns `null` where the limit was taken away */
function rateLimit({ limit }: NonNullable<EndpointFields['rateLimit']>): IDataObject | null {
	return limit === undefined ? null : { max: limit.max, per_seconds: limit.perSeconds };
}

/** The settings in the words of AgenticFlow's page where it has them. */
function settingsOf(fields: EndpointFields): Record<string, unknown> {
	return (
		given({
			conditions: jsonObjectParameter(fields.conditions, 'Conditions (JSON)'),
			filters: given({
				include_fields: paths(fields.includeFields),
				exclude_fields: paths(fields.excludeFields),
			}),
			retry_policy: given({
				schedule: fields.retrySchedule,
				delays: orEmpty(fields.retryDelays),
				max_retries: fields.maxRetries,
				first_delay_seconds: fields.firstDelaySeconds,
				backoff_multiplier: fields.backoffMultiplier,
				max_delay_seconds: fields.maxDelaySeconds,
				retry_statuses: orEmpty(fields.retryStatuses),
			}),
			batch_settings: fields.batch && batchSettings(fields.batch),
			rate_limit: fields.rateLimit && rateLimit(fields.rateLimit),
			disable_rule: disableRule(fields),
			timeout_seconds: fields.timeoutSeconds,
			verify_tls: fields.skipTlsCheck === undefined ? undefined : !fields.skipTlsCheck,
			allow_http: fields.allowHttp,
			allow_internal: fields.allowInternal,
		}) ?? {}
	);
}

/** What the fields say of an endpoint; what is not among them stays away. */
export function inputOf(fields: EndpointFields): EndpointInput {
	const { endpointAuthentication: type } = fields;
	return {
		name: fields.endpointName,
		description: fields.description,
		url: fields.url,
		platform: fields.platform,
		eventTypes: fields.eventTypes === undefined ? undefined : listParameter(fields.eventTypes),
		settings: settingsOf(fields),
		headers: fields.headers === undefined ? undefined : readHeaders(fields.headers),
		authentication:
			type === undefined
				? undefined
				: {
						authentication: type,
						...(['bearer', 'urlToken'].includes(type) && { token: fields.token }),
						...(type === 'basic' && { user: fields.user, password: fields.password }),
					},
	};
}
