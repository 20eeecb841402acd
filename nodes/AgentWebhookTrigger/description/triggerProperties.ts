import type { INodeProperties } from 'n8n-workflow';

import { EVENT_KIND, MANAGEMENT_KIND, PLATFORMS } from '../../../core/platforms';
import { buildNotice } from '../../shared/properties/notice';
import {
	buildEventTypesProperties,
	buildPlatformProperty,
	buildRequestKindProperties,
} from '../../shared/properties/platformProperties';

import { AS_THE_PLATFORM } from '../webhook/triggerParameters';
import { authenticationNotices, responseNotices } from './notices';
import { options } from './options';

/** The trigger's parameters, in the editor's order. */
export const properties: INodeProperties[] = [
	buildPlatformProperty(
		'The platform that sends the requests, which determines their format and signature',
	),
	...buildRequestKindProperties(
		'Request Kind',
		'Kind of request to accept. A request without its required fields is rejected with the reason.',
	),
	...buildEventTypesProperties('Event types that start the workflow. Leave empty for all.', {
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
			'Your part of the URL, e.g. webhooks/agents/support-agent. Use letters, digits, dots, hyphens, underscores and tildes.',
		hint: 'The complete URLs are above, under "Webhook URLs": the test URL works while you listen, the production URL once the workflow is published',
	},
	buildNotice(
		'managementNotice',
		'The URL above is the list of webhooks; the base URL to give to callers ends with the webhook ID. Connect this trigger to an Agent Webhook node with the operation Endpoint → Answer Management Request and the same Outbox credential.',
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
				description:
					'The platform’s signature, or whichever of its tokens and passwords the credential has',
			},
			{
				name: 'Basic',
				value: 'basic',
				description: 'A user and password in the Authorization header',
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
		description:
			'How callers must authenticate. If you choose several, callers must pass all of them.',
	},
	...authenticationNotices,
	{
		displayName: 'Register at the Platform',
		name: 'register',
		type: 'boolean',
		noDataExpression: true,
		default: false,
		description:
			'Whether to create the webhook at the platform when the workflow is published, and delete it when the workflow is unpublished',
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
				description: 'With its operation Webhook → Respond, later in this workflow',
			},
			{
				name: 'When Last Node Finishes',
				value: 'lastNode',
				description: 'With the output of the last node',
			},
		],
		default: 'onReceived',
		description: 'When to answer an accepted request, and with what',
		displayOptions: { hide: { requestKind: [MANAGEMENT_KIND] } },
	},
	...responseNotices,
	options,
];
