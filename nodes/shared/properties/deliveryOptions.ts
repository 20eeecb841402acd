import type { INodeProperties } from 'n8n-workflow';

import { notice } from './notice';

/** Options of deliveries that stand in more than one place, by name. */
export const deliveryOptions = {
	backoffMultiplier: {
		displayName: 'Backoff Multiplier',
		name: 'backoffMultiplier',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 10 },
		default: 2,
		description: 'For an exponential schedule: by how much each wait is longer than the one before',
	},
	excludeFields: {
		displayName: 'Exclude Fields',
		name: 'excludeFields',
		type: 'string',
		default: '',
		placeholder: 'e.g. customer.email, items.cost',
		description: 'Dotted paths that are not sent, with commas between them; they go through lists',
	},
	includeFields: {
		displayName: 'Include Fields',
		name: 'includeFields',
		type: 'string',
		default: '',
		placeholder: 'e.g. workflow_id, status, output_data.order_id',
		description:
			'Dotted paths that alone are sent, with commas between them; they go through lists',
	},
	maxDelaySeconds: {
		displayName: 'Longest Wait (Seconds)',
		name: 'maxDelaySeconds',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 2592000 },
		default: 3600,
		description: 'For an exponential schedule: no wait between attempts is longer',
	},
	maxRetries: {
		displayName: 'Max Retries',
		name: 'maxRetries',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 50 },
		default: 3,
		description:
			'How many attempts follow a failed first one. It makes a schedule that is a list shorter, and never longer.',
	},
	retryDelays: {
		displayName: 'Retry Delays',
		name: 'retryDelays',
		type: 'string',
		default: '',
		placeholder: 'e.g. 30 s, 5 min, 1 h, 24 h',
		description: 'For the schedule "Custom List": the wait before each retry',
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
				description: 'Each wait longer than the one before, up to a cap',
			},
			{ name: 'No Retries', value: 'none' },
			{ name: 'Platform’s Own', value: 'platform', description: 'As the platform’s page has it' },
			{
				name: 'Standard Webhooks',
				value: 'standardWebhooks',
				description: '5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h',
			},
		],
		default: 'platform',
		description: 'When to try again after a failed attempt',
	},
	retryStatuses: {
		displayName: 'Retry on Statuses',
		name: 'retryStatuses',
		type: 'string',
		default: '',
		placeholder: 'e.g. 408, 429, 5xx',
		description:
			'Leave empty for the platform’s own. Network errors and timeouts are always retried.',
	},
	/** Where several endpoints are sent to in one run. */
	sharedConcurrency: {
		displayName: 'Max Requests at Once',
		name: 'concurrency',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 50,
		description: 'One endpoint of several gets half of them at most',
	},
	skipTlsCheck: {
		displayName: 'Ignore TLS Certificate Errors',
		name: 'skipTlsCheck',
		type: 'boolean',
		default: false,
		description: 'Whether to send although the endpoint’s certificate cannot be verified',
	},
	timeoutSeconds: {
		displayName: 'Timeout (Seconds)',
		name: 'timeoutSeconds',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 300 },
		default: 30,
		description: 'How long an attempt may take, up to the end of the answer',
	},
} satisfies Record<string, INodeProperties>;

/**
 * Stands above the options where the endpoint's certificate is not checked.
 * @param collection the parameter that the options are in
 */
export const skipTlsNotice = (collection: string): INodeProperties =>
	notice(
		'skipTlsNotice',
		'The endpoint’s certificate is not checked: anyone on the way can read and change what is sent.',
		{ show: { [`/${collection}.skipTlsCheck`]: [true] } },
	);

/** Stands under the choice of a platform whose manner is up to the sender. */
export const OWN_ENDPOINT_HINT =
	'For an endpoint of your own choose Standard Webhooks: there is a library for most languages';
