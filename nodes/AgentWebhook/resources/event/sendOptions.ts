import type { INodeProperties } from 'n8n-workflow';

import {
	EVENT_KIND,
	PLATFORMS,
	type EnvelopeTemplate,
	type Platform,
} from '../../../../core/platforms';
import { deliveryOptions } from '../../../shared/properties/deliveryOptions';
import { headerFields } from '../../../shared/properties/headersProperty';
import { hideWithoutRetries } from '../../../shared/properties/retryProperties';
import { tenantField } from '../../../shared/properties/tenantProperties';

const usesPlaceholder = (template: EnvelopeTemplate | undefined, placeholder: string): boolean =>
	Object.values(template ?? {}).some((part) =>
		typeof part === 'string' ? part === placeholder : usesPlaceholder(part, placeholder),
	);

const platformIds = (matches: (platform: Platform) => boolean): string[] =>
	PLATFORMS.filter(matches).map(({ id }) => id);

const platformsWithPlaceholder = (placeholder: string): string[] =>
	platformIds(({ events }) => usesPlaceholder(events?.envelope, placeholder));

/** Outputs answers instead of deliveries. */
const waitForAnswers: INodeProperties = {
	displayName: 'Wait for Answers',
	name: 'waitForAnswers',
	type: 'boolean',
	noDataExpression: true,
	default: false,
	description:
		'Whether to output the receivers’ answers on Delivered: each item has the parsed body as <code>answer</code>, and says who gave it',
};

/** The options of a send to one endpoint, in alphabetical order. */
export const endpointOptions: INodeProperties = {
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
				'Whether to also send to http:// URLs. Anyone on the network path can read those events.',
			displayOptions: { hide: { '/platform': platformIds(({ httpsOnly }) => httpsOnly) } },
		},
		{
			...deliveryOptions.cloudEventMode,
			displayOptions: {
				show: {
					'/platform': platformIds(({ events }) => events?.areCloudEvents === true),
					'/requestKind': [EVENT_KIND],
				},
				hide: { bare: [true] },
			},
		},
		{
			displayName: 'Custom Headers',
			name: 'headers',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true },
			placeholder: 'Add header',
			default: {},
			options: headerFields,
			description:
				'Headers to send with every attempt. They can’t replace the headers of the signature and the credential.',
		},
		{
			displayName: 'Event ID',
			name: 'eventId',
			type: 'string',
			default: '',
			placeholder: 'e.g. order_123_created',
			description:
				'ID by which the receiver recognizes a repeated event. Leave empty to generate one.',
		},
		{
			...deliveryOptions.eventSource,
			displayOptions: {
				show: {
					'/platform': platformsWithPlaceholder('{source}'),
					'/requestKind': [EVENT_KIND],
				},
				hide: { bare: [true] },
			},
		},
		{
			displayName: 'Events per Delivery',
			name: 'maxEvents',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 1000, numberPrecision: 0 },
			default: 1,
			description:
				'Maximum number of events per delivery. Above 1, this run’s events to the same endpoint are sent in batches of the type webhook.batch.',
			hint: 'AgenticFlow calls it batch_settings.max_events',
			displayOptions: { show: { '/requestKind': [EVENT_KIND] } },
		},
		deliveryOptions.excludeFields,
		deliveryOptions.skipTlsCheck,
		deliveryOptions.includeFields,
		hideWithoutRetries({
			displayName: 'Jitter',
			name: 'jitter',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1 },
			default: 0.2,
			description:
				'Random share of each wait, from 0 to 1, so that senders do not all retry at the same time',
		}),
		hideWithoutRetries({
			displayName: 'Longest Wait for Retry-After (Seconds)',
			name: 'maxRetryAfterSeconds',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 2592000 },
			default: 3600,
			description: 'Longest wait that an endpoint can ask for with Retry-After',
		}),
		{
			displayName: 'Max Requests at Once',
			name: 'concurrency',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 100, numberPrecision: 0 },
			default: 50,
		},
		{
			displayName: 'Max Requests per Second',
			name: 'perSecond',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description: 'Maximum number of attempts started per second. Use 0 for no limit.',
		},
		{
			displayName: 'Max Response Size (KB)',
			name: 'maxResponseKilobytes',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 10240 },
			default: 16,
			description: 'How much of an endpoint’s response to keep in the result',
		},
		hideWithoutRetries({
			displayName: 'Max Total Wait (Seconds)',
			name: 'maxTotalWaitSeconds',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 3600 },
			default: 60,
			description:
				'Total time this node may spend waiting between retries. Deliveries that need longer go to the Retry output.',
		}),
		hideWithoutRetries(deliveryOptions.retryStatuses),
		{
			displayName: 'Send Data Without Envelope',
			name: 'bare',
			type: 'boolean',
			default: false,
			description: 'Whether to send the data alone, without the event type and timestamp',
			displayOptions: { show: { '/requestKind': [EVENT_KIND] } },
		},
		deliveryOptions.timeoutSeconds,
		waitForAnswers,
		{
			displayName: 'Webhook ID',
			name: 'webhookId',
			type: 'string',
			default: '',
			placeholder: 'e.g. wh_987654321',
			description:
				'Webhook ID in the envelope. Leave empty for an ID derived from this workflow and node.',
			displayOptions: {
				show: {
					'/platform': platformsWithPlaceholder('{webhook_id}'),
					'/requestKind': [EVENT_KIND],
				},
				hide: { bare: [true] },
			},
		},
		{
			displayName: 'Webhook Name',
			name: 'webhookName',
			type: 'string',
			default: '',
			placeholder: 'e.g. Production Messages',
			description: 'Webhook name in the envelope. Leave empty for the workflow’s name.',
			displayOptions: {
				show: {
					'/platform': platformsWithPlaceholder('{webhook_name}'),
					'/requestKind': [EVENT_KIND],
				},
				hide: { bare: [true] },
			},
		},
	],
};

/** The options of a send to all subscribed endpoints. */
export const subscriberOptions: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'All Tenants',
			name: 'allTenants',
			type: 'boolean',
			noDataExpression: true,
			default: false,
			description:
				'Whether to send the event to the subscribed endpoints of every tenant. Each tenant gets an event of its own.',
		},
		{
			displayName: 'Channels',
			name: 'channels',
			type: 'string',
			default: '',
			placeholder: 'e.g. project_7, eu',
			description:
				'Comma-separated channels that the event is on, at most five. Endpoints that listen to channels get it only if it is on one of theirs. All other endpoints get it, too.',
		},
		{
			displayName: 'Check Data',
			name: 'checkData',
			type: 'options',
			options: [
				{ name: 'Off', value: 'off' },
				{
					name: 'Refuse',
					value: 'refuse',
					description: 'Output the event on Failed with the reason, and send it to nobody',
				},
				{
					name: 'Warn',
					value: 'warn',
					description: 'Send the event, and add the reason to its items as data_warning',
				},
			],
			default: 'off',
			description:
				'What to do if the data does not match the schema of its event type, or if the catalog does not have the type. Event Type → Create adds types.',
		},
		{
			displayName: 'Deliver At',
			name: 'deliverAt',
			type: 'dateTime',
			default: '',
			description:
				'Time before which the event is not sent, at most a year from now, in the workflow’s timezone unless it has an offset. Deliver Due sends it. A time in the past means right away.',
		},
		{
			displayName: 'Endpoints',
			name: 'endpointIds',
			type: 'string',
			default: '',
			placeholder: 'e.g. ep_0f3c…, ep_7b21…',
			description:
				'Comma-separated IDs of the only endpoints to send to, even if they are not subscribed. Without this option, the event goes to all that are.',
		},
		{
			displayName: 'Idempotency Key',
			name: 'idempotencyKey',
			type: 'string',
			default: '',
			placeholder: 'e.g. order_123_created',
			description:
				'Events with the same key are sent only once, as long as the first one is retained. An event with a different type or different data and the same key fails.',
		},
		{
			displayName: 'Inbound Event ID',
			name: 'inboundEventId',
			type: 'string',
			default: '',
			placeholder: "e.g. {{ $('Agent Webhook Trigger').item.json.duplicate_key }}",
			description:
				'ID of the received event that this event is sent for. The log shows it. Leave empty to take it from Agent Webhook Trigger, if the execution started with one event.',
		},
		deliveryOptions.sharedConcurrency,
		{
			...tenantField,
			description:
				'ID of the tenant whose endpoints get the event. An expression must return an ID for every item. Without this option, the event goes to the endpoints that belong to no tenant of yours.',
		},
		waitForAnswers,
	],
};
