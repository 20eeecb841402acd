import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { signatureFields } from './signatureFields';

export class AgentWebhookInboundApi implements ICredentialType {
	name = 'agentWebhookInboundApi';

	displayName = 'Agent Webhook Inbound API';

	documentationUrl =
		'https://github.com/n8n-nodes-agent-webhooks/n8n-nodes-agent-webhooks#credentials';

	icon: Icon = {
		light: 'file:../nodes/AgentWebhook/agentWebhook.svg',
		dark: 'file:../nodes/AgentWebhook/agentWebhook.dark.svg',
	};

	properties: INodeProperties[] = [
		{
			displayName:
				'What callers of your webhook must know. Fill in what the trigger’s or the Verify operation’s authentication asks for and leave the rest empty.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'URL Tokens',
			name: 'urlTokens',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. wh_1234567890abcdef',
			description: 'Tokens that are valid as ?token=, with spaces between them',
		},
		{
			displayName: 'Bearer Tokens',
			name: 'bearerTokens',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. wh_1234567890abcdef',
			description: 'Tokens that are valid in the Authorization header, with spaces between them',
		},
		{
			displayName: 'Basic User',
			name: 'basicUser',
			type: 'string',
			default: '',
			placeholder: 'e.g. agenticflow',
		},
		{
			displayName: 'Basic Password',
			name: 'basicPassword',
			type: 'string',
			typeOptions: { password: true },
			default: '',
		},
		...signatureFields('inbound'),
	];
}
