import type { ICredentialType, INodeProperties } from 'n8n-workflow';

import { METHOD_LABELS, type AuthenticationMethod } from '../core/platforms/authentication';

import { icon } from './credentialIcon';
import { signatureFields } from './signatureFields';

const showFor = (method: AuthenticationMethod) => ({ show: { [method]: [true] } });

/**
 * Returns the switch of a method, which has the method's name. A list of several choices would be empty at first:
 * n8n's form for credentials drops its default.
 */
const buildSwitch = (method: AuthenticationMethod, description: string): INodeProperties => ({
	displayName: METHOD_LABELS[method],
	name: method,
	type: 'boolean',
	default: method === 'signature',
	description: `Whether callers ${description}`,
});

const headerFields: INodeProperties[] = [
	{
		displayName: 'Header Names',
		name: 'headerNames',
		type: 'string',
		default: 'X-API-Key',
		placeholder: 'e.g. X-API-Key',
		description:
			'The header that has the token. If callers use several headers, enter their names separated by commas. If the trigger’s platform has a header of its own, e.g. GitLab’s X-Gitlab-Token, "As the Platform Asks" checks that one instead.',
		displayOptions: showFor('headerToken'),
	},
	{
		displayName: 'Header Tokens',
		name: 'headerTokens',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		placeholder: 'e.g. wh_1234567890abcdef',
		description: 'Tokens that callers may send in that header, separated by spaces',
		hint: 'To generate one: <code>openssl rand -hex 32</code>',
		displayOptions: showFor('headerToken'),
	},
	{
		displayName: 'Token Prefix',
		name: 'headerPrefix',
		type: 'string',
		default: '',
		placeholder: 'e.g. Token',
		description:
			'Text before the token in the header. Leave empty if the header has only the token.',
		displayOptions: showFor('headerToken'),
	},
];

const bodyFields: INodeProperties[] = [
	{
		displayName: 'Body Field',
		name: 'bodyField',
		type: 'string',
		default: 'token',
		placeholder: 'e.g. passcode',
		description:
			'The field of the body that has the token. Use dots to name a nested field, e.g. auth.token. If the trigger’s platform has a field of its own, e.g. Figma’s passcode, "As the Platform Asks" checks that one instead.',
		displayOptions: showFor('bodyToken'),
	},
	{
		displayName: 'Body Tokens',
		name: 'bodyTokens',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		placeholder: 'e.g. wh_1234567890abcdef',
		description: 'Tokens that callers may send in that field, separated by spaces',
		hint: 'To generate one: <code>openssl rand -hex 32</code>',
		displayOptions: showFor('bodyToken'),
	},
];

export class AgentWebhookInboundApi implements ICredentialType {
	name = 'agentWebhookInboundApi';

	displayName = 'Agent Webhook Receiving API';

	documentationUrl =
		'https://github.com/n8n-nodes-agent-webhooks/n8n-nodes-agent-webhooks#credentials';

	icon = icon;

	properties: INodeProperties[] = [
		{
			displayName:
				'Turn on what callers of your webhook bring. The trigger checks it, as far as its "Authentication" asks for it.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		buildSwitch('signature', 'sign their requests, as most platforms do'),
		...signatureFields('inbound', showFor('signature')),
		buildSwitch('bearer', 'send a token in the Authorization header, after the word Bearer'),
		{
			displayName: 'Bearer Tokens',
			name: 'bearerTokens',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. wh_1234567890abcdef',
			description:
				'Tokens that callers may send in the Authorization header, separated by spaces, without the word Bearer',
			hint: 'Callers send it as "Authorization: Bearer …". To generate one: <code>openssl rand -hex 32</code>',
			displayOptions: showFor('bearer'),
		},
		buildSwitch('headerToken', 'send a token in a header that you name, e.g. X-API-Key'),
		...headerFields,
		buildSwitch('basic', 'send a user and a password in the Authorization header'),
		{
			displayName: 'Basic User',
			name: 'basicUser',
			type: 'string',
			default: '',
			placeholder: 'e.g. agenticflow',
			displayOptions: showFor('basic'),
		},
		{
			displayName: 'Basic Password',
			name: 'basicPassword',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			displayOptions: showFor('basic'),
		},
		buildSwitch('urlToken', 'send a token in the URL, as ?token='),
		{
			displayName: 'URL Tokens',
			name: 'urlTokens',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. wh_1234567890abcdef',
			description: 'Tokens that callers may send as ?token=, separated by spaces',
			hint: 'Callers send it in the webhook’s URL, after <code>?token=</code>. To generate one: <code>openssl rand -hex 32</code>',
			displayOptions: showFor('urlToken'),
		},
		buildSwitch('bodyToken', 'send a token in a field of the body, e.g. passcode'),
		...bodyFields,
	];
}
