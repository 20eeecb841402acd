import type { INodeProperties } from 'n8n-workflow';

import { buildNotice } from './notice';

/** Options of deliveries that several parameters share, by name. */
export const deliveryOptions = {
	backoffMultiplier: {
		displayName: 'Backoff Multiplier',
		name: 'backoffMultiplier',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 10 },
		default: 2,
		description:
			'For the schedule "Exponential": factor by which each wait is longer than the previous one',
	},
	excludeFields: {
		displayName: 'Exclude Fields',
		name: 'excludeFields',
		type: 'string',
		default: '',
		placeholder: 'e.g. customer.email, items.cost',
		description:
			'Comma-separated dotted paths of fields to leave out. A path applies to every entry of a list.',
	},
	includeFields: {
		displayName: 'Include Fields',
		name: 'includeFields',
		type: 'string',
		default: '',
		placeholder: 'e.g. workflow_id, status, output_data.order_id',
		description:
			'Comma-separated dotted paths of the only fields to send. A path applies to every entry of a list.',
	},
	maxDelaySeconds: {
		displayName: 'Longest Wait (Seconds)',
		name: 'maxDelaySeconds',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 2592000 },
		default: 3600,
		description: 'For the schedule "Exponential": longest time to wait between attempts',
	},
	maxRetries: {
		displayName: 'Max Retries',
		name: 'maxRetries',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 50 },
		default: 3,
		description:
			'How often to retry after a failed first attempt. It can shorten a schedule that is a list, but not extend it.',
	},
	retryDelays: {
		displayName: 'Retry Delays',
		name: 'retryDelays',
		type: 'string',
		default: '',
		placeholder: 'e.g. 30 s, 5 min, 1 h, 24 h',
		description: 'For the schedule "Custom List": comma-separated times to wait before each retry',
		displayOptions: { show: { retrySchedule: ['list'] } },
	},
	retrySchedule: {
		displayName: 'Retry Schedule',
		name: 'retrySchedule',
		type: 'options',
		options: [
			{ name: 'Custom List', value: 'list', description: 'The waits in "Retry Delays"' },
			{
				name: 'Exponential',
				value: 'exponential',
				description: 'Each wait is longer than the previous one, up to a limit',
			},
			{ name: 'No Retries', value: 'none' },
			{ name: 'Platform’s Own', value: 'platform', description: 'As the platform documents it' },
			{
				name: 'Standard Webhooks',
				value: 'standardWebhooks',
				description: '5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h',
			},
		],
		default: 'platform',
		description: 'When to retry after a failed attempt',
	},
	retryStatuses: {
		displayName: 'Retry on Statuses',
		name: 'retryStatuses',
		type: 'string',
		default: '',
		placeholder: 'e.g. 408, 429, 5xx',
		description:
			'Comma-separated statuses. Leave empty for the platform’s own. Network errors and timeouts are always retried.',
	},
	/** For runs that send to several endpoints. */
	sharedConcurrency: {
		displayName: 'Max Requests at Once',
		name: 'concurrency',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 50,
		description:
			'How many requests to send at the same time. A single endpoint gets at most half of them if there are others.',
	},
	skipTlsCheck: {
		displayName: 'Ignore TLS Certificate Errors',
		name: 'skipTlsCheck',
		type: 'boolean',
		default: false,
		description: 'Whether to send even if the endpoint’s certificate cannot be verified',
	},
	timeoutSeconds: {
		displayName: 'Timeout (Seconds)',
		name: 'timeoutSeconds',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 300 },
		default: 30,
		description: 'How long an attempt may take, including the response body',
	},
} satisfies Record<string, INodeProperties>;

/**
 * Returns the notice that is shown if the endpoint's certificate is not checked.
 * @param collection name of the parameter that has the option
 */
export const buildSkipTlsNotice = (collection: string): INodeProperties =>
	buildNotice(
		'skipTlsNotice',
		'The endpoint’s certificate is not checked. Anyone between n8n and the endpoint can read and change what is sent.',
		{ show: { [`/${collection}.skipTlsCheck`]: [true] } },
	);

/** Shown below the platform if a person may choose any format for their own endpoint. */
export const OWN_ENDPOINT_HINT =
	'For your own endpoint, choose Standard Webhooks: most languages have a library for it';
