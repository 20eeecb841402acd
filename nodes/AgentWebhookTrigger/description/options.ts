import type { INodeProperties } from 'n8n-workflow';

import { EVENT_KIND, PLATFORMS } from '../../../core/platforms';

/** The trigger's optional parameters. */
export const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Allowed Addresses',
			name: 'allowedAddresses',
			type: 'string',
			default: '',
			placeholder: 'e.g. 203.0.113.7, 198.51.100.0/24',
			description:
				'Comma-separated IP addresses and CIDR ranges that may call. Behind a reverse proxy, set N8N_PROXY_HOPS; otherwise every caller has the proxy’s address.',
		},
		{
			displayName: 'Allowed Platforms’ Addresses',
			name: 'allowedPlatformAddresses',
			type: 'multiOptions',
			options: PLATFORMS.filter(({ sourceAddresses }) => sourceAddresses.length > 0).map(
				({ id, name, sourceAddresses }) => ({
					name,
					value: id,
					description: sourceAddresses.join(', '),
				}),
			),
			default: [],
			description: 'Platforms whose published IP addresses may call',
		},
		{
			displayName: 'Authentication Required',
			name: 'require',
			type: 'options',
			options: [
				{ name: 'All Chosen Methods', value: 'all' },
				{ name: 'Any Chosen Method', value: 'any' },
			],
			default: 'all',
			description: 'How many of the chosen methods a caller must pass',
		},
		{
			displayName: 'Combine Bursts Within (Milliseconds)',
			name: 'combineWindowMs',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1000 },
			displayOptions: {
				show: { '/requestKind': [EVENT_KIND], '/responseMode': ['onReceived'] },
			},
			default: 25,
			description:
				'Combines events that arrive within this time into one execution, up to 50 items. Callers are answered once n8n has accepted the whole group.',
		},
		{
			displayName: 'Conditions',
			name: 'conditions',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. {"satisfaction_score": {"lt": 3}}',
			description:
				'Start the workflow only if these conditions are met. They apply to the event’s data, or to the whole body of another request. Requests that don’t meet them are answered 200 and start no execution.',
		},
		{
			displayName: 'Duplicate Key',
			name: 'duplicateKey',
			type: 'string',
			default: '',
			placeholder: 'e.g. header.X-Request-ID, body.order.number',
			description:
				'Comma-separated headers and body fields that a delivery and its duplicates have in common, or digest for the whole body. Leave empty for the platform’s own key.',
		},
		{
			displayName: 'Duplicate Window (Minutes)',
			name: 'duplicateWindowMinutes',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 10080 },
			default: 1440,
			description:
				'How long duplicates are recognized: they are answered 200 and start no execution. Set to 0 to turn this off. Duplicates are remembered in one n8n process, until it restarts.',
			hint: 'If a duplicate must never be processed twice, add n8n’s Remove Duplicates node after the trigger and compare duplicate_key',
		},
		{
			displayName: 'HTTPS Only',
			name: 'httpsOnly',
			type: 'boolean',
			default: false,
			description:
				'Whether to reject plain HTTP, as the trusted proxy reports it. Without this option the platform’s own rule applies. Behind a reverse proxy, set N8N_PROXY_HOPS.',
		},
		{
			displayName: 'Max Body Size (KB)',
			name: 'maxBodyKilobytes',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 10240,
			description:
				'Larger bodies are answered 413. n8n’s own limit, N8N_PAYLOAD_SIZE_MAX (16 MB by default), applies first.',
		},
		{
			displayName: 'Other Event Types',
			name: 'eventTypes',
			type: 'string',
			displayOptions: { show: { '/requestKind': [EVENT_KIND] } },
			default: '',
			placeholder: 'e.g. order.created, order.paid',
			description:
				'Comma-separated event types, in addition to those chosen above. Events of other types are answered 200 and start no execution.',
		},
		{
			displayName: 'Output Rejected Requests',
			name: 'outputRefused',
			type: 'boolean',
			default: false,
			description:
				'Whether to send rejected requests to a second output with their reason, for logs and alerts. Each of them then starts an execution, so anyone who knows the URL can start many.',
		},
		{
			displayName: 'Public URL',
			name: 'publicUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://n8n.example.com/webhook/webhooks/events/orders',
			description:
				'This webhook’s URL as the sender knows it, for senders that sign it (HubSpot, Twilio). Leave empty for the URL that n8n shows.',
		},
		{
			displayName: 'Put Raw Body in Field',
			name: 'rawBodyField',
			type: 'string',
			default: '',
			placeholder: 'e.g. data',
			description:
				'Name of the binary field for the body’s bytes as they arrived. Leave empty for none.',
		},
		{
			displayName: 'Response Code',
			name: 'responseCode',
			type: 'number',
			typeOptions: { minValue: 200, maxValue: 299 },
			default: 200,
			description: 'HTTP status of the response to an accepted request',
		},
		{
			displayName: 'Response Data',
			name: 'responseData',
			type: 'options',
			displayOptions: { show: { '/responseMode': ['lastNode'] } },
			options: [
				{ name: 'All Entries', value: 'allEntries' },
				{ name: 'First Entry JSON', value: 'firstEntryJson' },
				{ name: 'No Data', value: 'noData' },
			],
			default: 'firstEntryJson',
			description: 'Which of the last node’s items to respond with',
		},
		{
			displayName: 'Timestamp Tolerance (Seconds)',
			name: 'toleranceSeconds',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 300,
			description:
				'How far a signed timestamp may differ from this instance’s clock, in both directions. Replaces the platform’s own tolerance.',
		},
		{
			displayName: 'Validate Events',
			name: 'validateEvents',
			type: 'boolean',
			displayOptions: { show: { '/requestKind': [EVENT_KIND] } },
			default: true,
			description:
				'Whether to reject events that do not match the platform’s documentation. Unknown fields and event types are accepted.',
		},
	],
};
