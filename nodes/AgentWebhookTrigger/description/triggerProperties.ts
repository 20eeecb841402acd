import * as workflow from 'n8n-workflow';
import type { INodeProperties, IWebhookDescription } from 'n8n-workflow';

import { EVENT_KIND, MANAGEMENT_KIND, PLATFORMS } from '../../../core/platforms';
import { ACCEPTED_MESSAGE, ACCEPTED_STATUS } from '../../../core/http/replyBodies';
import { expressionOf } from '../../shared/properties/expression';
import { notice } from '../../shared/properties/notice';
import {
	eventTypesProperties,
	platformProperty,
	requestKindProperties,
} from '../../shared/properties/platformProperties';

import { AS_THE_PLATFORM } from '../webhook/rules';
import { authenticationNotices, responseNotices } from './notices';

type Parameters = {
	platform?: string;
	requestKind?: string;
	path?: string;
	responseMode?: string;
	options?: { outputRefused?: boolean; responseData?: string; responseCode?: number };
};

/** What the functions below may use beside the parameters. */
interface Known {
	/** The path of each platform's API for its webhooks. */
	managementPaths: Record<string, string>;
	/** The request kind that stands for this API. */
	managementKind: string;
}

const KNOWN: Known = {
	managementPaths: Object.fromEntries(
		PLATFORMS.flatMap(({ id, management }) => (management ? [[id, management.path]] : [])),
	),
	managementKind: MANAGEMENT_KIND,
};

type Read = (parameters: Parameters, known: Known) => string | number | boolean;

// n8n writes these functions' source into expressions: they may use nothing from outside.
// AgenticFlow's page names the two folders; any other kind of request stands in the plural.
const webhookPath: Read = (parameters) =>
	'webhooks/' +
	(({ agentMessage: 'agents', workflowRun: 'workflows' } as Record<string, string>)[
		parameters.requestKind || ''
	] || (parameters.requestKind || 'event') + 's') +
	'/' +
	(parameters.path || '');

const managementPath: Read = (parameters, known) =>
	(parameters.path || '') + (known.managementPaths[parameters.platform || ''] || '');

const managedWebhookPath: Read = (parameters, known) =>
	(parameters.path || '') + (known.managementPaths[parameters.platform || ''] || '') + '/:id';

const managedSectionPath: Read = (parameters, known) =>
	(parameters.path || '') +
	(known.managementPaths[parameters.platform || ''] || '') +
	'/:id/:section';

// A webhook without a method is none: n8n passes over it.
const postUnlessManaged: Read = (parameters, known) =>
	parameters.requestKind === known.managementKind ? '' : 'POST';

const othersUnlessManaged: Read = (parameters, known) =>
	parameters.requestKind === known.managementKind ? '' : 'GET,HEAD,PUT,PATCH,DELETE';

const allIfManaged: Read = (parameters, known) =>
	parameters.requestKind === known.managementKind ? 'GET,POST,PUT,DELETE,HEAD,PATCH' : '';

const isManaged: Read = (parameters, known) => parameters.requestKind === known.managementKind;

const isNotManaged: Read = (parameters, known) => parameters.requestKind !== known.managementKind;

const outputsOf = (parameters: Parameters) =>
	parameters.options && parameters.options.outputRefused
		? [
				{ type: 'main', displayName: 'Accepted' },
				{ type: 'main', displayName: 'Refused' },
			]
		: [{ type: 'main' }];

const responseMode: Read = (parameters) => parameters.responseMode || 'onReceived';

const responseCode: Read = (parameters) =>
	(parameters.options && parameters.options.responseCode) || 200;

const template = (read: Read): string => expressionOf(read, KNOWN);

/** Where n8n can, it reads fields without its expression engine. Older versions take the template. */
function fields<K extends string>(functions: Record<K, Read>): Record<K, string> {
	const entries = Object.entries<Read>(functions).map(
		([field, read]): [string, workflow.WebhookDescriptionField] => [
			field,
			{
				template: template(read),
				resolve: (parameters) => read(parameters as Parameters, KNOWN),
			},
		],
	);
	if (typeof workflow.webhookDescriptionFields === 'function') {
		return workflow.webhookDescriptionFields(
			Object.fromEntries(entries) as Record<K, workflow.WebhookDescriptionField>,
		);
	}
	return Object.fromEntries(entries.map(([field, entry]) => [field, entry.template])) as Record<
		K,
		string
	>;
}

// What platforms say in their replies, where their page names it.
const ACCEPTED_STATUSES = JSON.stringify(
	Object.fromEntries(
		PLATFORMS.flatMap(({ id, replyStatus }) => (replyStatus ? [[id, replyStatus.accepted]] : [])),
	),
);

// Evaluated when the execution exists, so that the reply can name it. In the other response modes the
// value says which items n8n answers with.
const responseData = `={{ $parameter["responseMode"] === "lastNode" ? ($parameter["options"]["responseData"] || "firstEntryJson") : { success: true, message: ${JSON.stringify(ACCEPTED_MESSAGE)}, execution_id: $executionId, status: (${ACCEPTED_STATUSES})[$parameter["platform"]] || ${JSON.stringify(ACCEPTED_STATUS)} } }}`;

/** One output, or two where refused requests leave as well. */
export const outputs = expressionOf(outputsOf);

export const webhooks: IWebhookDescription[] = [
	{
		name: 'default',
		responseData,
		isFullPath: true,
		ndvHideUrl: template(isManaged),
		...fields({ httpMethod: postUnlessManaged, path: webhookPath, responseMode, responseCode }),
	},
	{
		// Registered so that the reply to a wrong method is ours and not n8n's 404.
		name: 'default',
		responseMode: 'onReceived',
		isFullPath: true,
		ndvHideUrl: true,
		...fields({ httpMethod: othersUnlessManaged, path: webhookPath }),
	},
	{
		// n8n puts its own ID of the node before a path that has parts to fill. It does so before this one
		// as well, so that all three have the same address to begin with.
		name: 'default',
		responseMode: 'responseNode',
		isFullPath: false,
		ndvHideMethod: true,
		ndvHideUrl: template(isNotManaged),
		...fields({ httpMethod: allIfManaged, path: managementPath }),
	},
	...[managedWebhookPath, managedSectionPath].map(
		(path): IWebhookDescription => ({
			name: 'default',
			responseMode: 'responseNode',
			isFullPath: true,
			ndvHideUrl: true,
			...fields({ httpMethod: allIfManaged, path }),
		}),
	),
];

const options: INodeProperties = {
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
				'IP addresses and CIDR ranges that may call, with commas between them. Behind a reverse proxy, set N8N_PROXY_HOPS, or every caller has the proxy’s address.',
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
			description: 'Platforms whose published addresses may call',
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
			description: 'Whether a caller must pass every chosen method, or one of them',
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
				'Events that arrive within this time, or while n8n takes those before, start one execution with an item each: 50 at most. Each is answered when n8n has taken them all.',
		},
		{
			displayName: 'Conditions',
			name: 'conditions',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. {"satisfaction_score": {"lt": 3}}',
			description:
				'Start the workflow only where these hold. For an event they look into its data, else into the body. Other requests are answered 200 and start nothing.',
		},
		{
			displayName: 'Duplicate Key',
			name: 'duplicateKey',
			type: 'string',
			default: '',
			placeholder: 'e.g. header.X-Request-ID, body.order.number',
			description:
				'What a repeated delivery has in common with the first: headers, body fields, or digest for all of its bytes, with commas between them. Leave empty for the platform’s own.',
		},
		{
			displayName: 'Duplicate Window (Minutes)',
			name: 'duplicateWindowMinutes',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 10080 },
			default: 1440,
			description:
				'For how long a repeated delivery is recognised, answered 200 and starts nothing. 0 switches it off. It holds in one n8n process, until it restarts.',
			hint: 'Where no repeat may start the work twice, put n8n’s Remove Duplicates behind the trigger, on duplicate_key',
		},
		{
			displayName: 'HTTPS Only',
			name: 'httpsOnly',
			type: 'boolean',
			default: false,
			description:
				'Whether to refuse plain HTTP, as the trusted proxy reports it. Leave this option out for the platform’s own rule. Behind a reverse proxy, set N8N_PROXY_HOPS.',
		},
		{
			displayName: 'Max Body Size (KB)',
			name: 'maxBodyKilobytes',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 10240,
			description:
				'Larger bodies are answered 413. n8n’s own limit, N8N_PAYLOAD_SIZE_MAX (16 MB), comes first.',
		},
		{
			displayName: 'Other Event Types',
			name: 'eventTypes',
			type: 'string',
			displayOptions: { show: { '/requestKind': [EVENT_KIND] } },
			default: '',
			placeholder: 'e.g. order.created, order.paid',
			description:
				'Event types beside those chosen above, with commas between them. Other events are answered 200 and start nothing.',
		},
		{
			displayName: 'Output Refused Requests',
			name: 'outputRefused',
			type: 'boolean',
			default: false,
			description:
				'Whether refused requests leave on a second output with their reason, for logs and alerts. Each of them then starts an execution, so anyone who knows the URL can start many.',
		},
		{
			displayName: 'Public URL',
			name: 'publicUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://n8n.example.com/webhook/webhooks/events/orders',
			description:
				'This webhook’s address as the sender knows it, for senders that sign it (HubSpot, Twilio). Leave empty for the one that n8n shows.',
		},
		{
			displayName: 'Put Raw Body in Field',
			name: 'rawBodyField',
			type: 'string',
			default: '',
			placeholder: 'e.g. data',
			description: 'The binary field for the body’s bytes as they arrived. Leave empty for none.',
		},
		{
			displayName: 'Response Code',
			name: 'responseCode',
			type: 'number',
			typeOptions: { minValue: 200, maxValue: 299 },
			default: 200,
			description: 'The status of the reply to an accepted request',
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
			description: 'What of the last node’s items is sent back',
		},
		{
			displayName: 'Timestamp Tolerance (Seconds)',
			name: 'toleranceSeconds',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 300,
			description:
				'How far a signed timestamp may be from this instance’s clock, in both directions. Takes the place of the platform’s own.',
		},
		{
			displayName: 'Validate Events',
			name: 'validateEvents',
			type: 'boolean',
			displayOptions: { show: { '/requestKind': [EVENT_KIND] } },
			default: true,
			description:
				'Whether to refuse events that do not look as the platform’s page shows them. Unknown fields and event types pass.',
		},
	],
};

export const properties: INodeProperties[] = [
	platformProperty('Who calls: it says how requests look and how they are signed'),
	...requestKindProperties(
		'Request Kind',
		'What a request must hold; others are answered with what is missing',
	),
	...eventTypesProperties('Start the workflow only for these. Choose none for all.', {
		show: { requestKind: [EVENT_KIND] },
	}),
	{
		displayName: 'Webhook ID',
		name: 'path',
		type: 'string',
		default: '',
		required: true,
		noDataExpression: true,
		placeholder: 'e.g. support-agent',
		description:
			'Your part of the URL, e.g. webhooks/agents/support-agent. Letters, digits, dots, hyphens, underscores and tildes.',
		hint: 'The whole address stands above, under "Webhook URLs": the test URL while you listen, the production URL once the workflow is published',
	},
	notice(
		'managementNotice',
		'The URL above is the list of webhooks: the base URL for callers ends with the webhook ID. Wire this trigger to an Agent Webhook node with the operation Endpoint → Answer Management Request and the same Outbox credential.',
		{ show: { requestKind: [MANAGEMENT_KIND] } },
	),
	{
		displayName: 'Authentication',
		name: 'authenticationMethods',
		type: 'multiOptions',
		noDataExpression: true,
		options: [
			{
				name: 'As the Platform Asks',
				value: AS_THE_PLATFORM,
				description: 'Its signature, or one of its tokens and passwords that the credential holds',
			},
			{
				name: 'Basic',
				value: 'basic',
				description: 'A user name and a password in the Authorization header',
			},
			{
				name: 'Bearer Token',
				value: 'bearer',
				description: 'A token in the Authorization header',
			},
			{
				name: 'Signature',
				value: 'signature',
				description: 'A signature over the body, made with a shared secret',
			},
			{ name: 'URL Token', value: 'urlToken', description: 'A token in the URL, as ?token=' },
		],
		default: ['platform'],
		description: 'What a caller must bring. Choose several to ask for all of them.',
	},
	...authenticationNotices,
	{
		displayName: 'Register at the Platform',
		name: 'register',
		type: 'boolean',
		noDataExpression: true,
		default: false,
		description:
			'Whether to create the webhook at the platform when the workflow is published, and to delete it when it is unpublished',
		displayOptions: {
			show: {
				platform: PLATFORMS.filter(({ management }) => management !== undefined).map(
					({ id }) => id,
				),
				requestKind: [EVENT_KIND],
			},
		},
	},
	{
		displayName: 'Respond',
		name: 'responseMode',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Immediately',
				value: 'onReceived',
				description: 'As soon as the execution has started, with its ID',
			},
			{
				name: 'Using the Agent Webhook Node',
				value: 'responseNode',
				description: 'With its operation Webhook → Respond, further on in this workflow',
			},
			{
				name: 'When Last Node Finishes',
				value: 'lastNode',
				description: 'With what the last node put out',
			},
		],
		default: 'onReceived',
		description: 'When and with what to answer an accepted request',
		displayOptions: { hide: { requestKind: [MANAGEMENT_KIND] } },
	},
	...responseNotices,
	options,
];
