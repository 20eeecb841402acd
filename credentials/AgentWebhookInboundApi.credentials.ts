import type { ICredentialType, INodeProperties } from 'n8n-workflow';

import { icon } from './credentialIcon';
import { signatureFields } from './signatureFields';

export class AgentWebhookInboundApi implements ICredentialType {
	name = 'agentWebhookInboundApi';

	displayName = 'Agent Webhook Inbound API';

	documentationUrl =
		'https://github.com/n8n-nodes-agent-webhooks/n8n-nodes-agent-webhooks#credentials';

	icon = icon;

	properties: INodeProperties[] = [
		{
			displayName:
				'The secrets that callers of your webhook must present. Fill in those that "Authentication" in the trigger requires, or a signing secret for the operation Signature → Verify, and leave the rest empty.',
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
			description: 'Tokens that callers may send as ?token=, separated by spaces',
			hint: 'Callers send it in the webhook’s URL, after <code>?token=</code>',
		},
		{
			displayName: 'Bearer Tokens',
			name: 'bearerTokens',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. wh_1234567890abcdef',
			description:
				'Tokens that callers may send in the Authorization header, separated by spaces, without the word Bearer',
			hint: 'Callers send it as "Authorization: Bearer …". To generate one, use Signature → Generate Secret with the format Token, or <code>openssl rand -hex 32</code>.',
		},
		{
			displayName: 'Basic User',
			name: 'basicUser',
			type: 'string',
			default: '',
			placeholder: 'e.g. agenticflow',
			hint: 'For callers that send a user and a password. Fill in both or neither.',
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
