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
				'What callers of your webhook must know. Fill in what "Authentication" in the trigger asks for, or a signing secret for the operation Signature → Verify, and leave the rest empty.',
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
			hint: 'Callers send it in the webhook’s URL, behind <code>?token=</code>',
		},
		{
			displayName: 'Bearer Tokens',
			name: 'bearerTokens',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. wh_1234567890abcdef',
			description:
				'Tokens that are valid in the Authorization header, with spaces between them, and without the word Bearer',
			hint: 'Callers send it as "Authorization: Bearer …". You make it: by Signature → Generate Secret with the format Token, or <code>openssl rand -hex 32</code>.',
		},
		{
			displayName: 'Basic User',
			name: 'basicUser',
			type: 'string',
			default: '',
			placeholder: 'e.g. agenticflow',
			hint: 'For callers that send a user and a password. Fill in both, or none.',
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
