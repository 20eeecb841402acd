import type { INodeProperties } from 'n8n-workflow';

import { buildNotice } from './notice';

/** Options of deliveries that several parameters share, by name. */
export const deliveryOptions = {
	cloudEventMode: {
		displayName: 'CloudEvents Mode',
		name: 'cloudEventMode',
		type: 'options',
		options: [
			{
				name: 'Binary',
				value: 'binary',
				description: 'Attributes in ce- headers, data in the body',
			},
			{ name: 'Structured', value: 'structured', description: 'All of the event in the body' },
		],
		default: 'structured',
		description:
			'How to send CloudEvents. In binary mode, only HTTP Message Signatures sign the attributes.',
	},
	eventSource: {
		displayName: 'Event Source',
		name: 'eventSource',
		type: 'string',
		default: '',
		placeholder: 'e.g. /orders or https://example.com/orders',
		description:
			'What the events come from, as a URI or a path: the source of CloudEvents. Together with the event ID, it identifies an event.',
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
	retryStatuses: {
		displayName: 'Retry on Statuses',
		name: 'retryStatuses',
		type: 'string',
		default: '',
		placeholder: 'e.g. 408, 429, 5xx',
		description:
			'Comma-separated statuses. Leave empty for the platform’s own. Network errors, TLS errors and timeouts are always retried.',
	},
	/** For runs that send to several endpoints. */
	sharedConcurrency: {
		displayName: 'Max Requests at Once',
		name: 'concurrency',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100, numberPrecision: 0 },
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

/** The platform whose format a receiver of one's own verifies most easily. */
export const OWN_ENDPOINT_PLATFORM = 'standardWebhooks';

/** Shown below the platform if a person may choose any format for their own endpoint. */
export const OWN_ENDPOINT_HINT =
	'For your own endpoint, use Standard Webhooks: most languages have a library for it';
