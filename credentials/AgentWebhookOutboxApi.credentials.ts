import type { ICredentialType, INodeProperties } from 'n8n-workflow';

import { icon } from './credentialIcon';

export class AgentWebhookOutboxApi implements ICredentialType {
	name = 'agentWebhookOutboxApi';

	displayName = 'Agent Webhook Outbox API';

	documentationUrl =
		'https://github.com/n8n-nodes-agent-webhooks/n8n-nodes-agent-webhooks#credentials';

	icon = icon;

	properties: INodeProperties[] = [
		{
			displayName:
				'The outbox stores endpoints, events and deliveries in n8n’s Data Tables. It encrypts the endpoints’ secrets with this key: keep a copy of it, because without it they are lost.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Encryption Key',
			name: 'encryptionSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'At least 32 characters. To generate a strong key, use the Agent Webhook node’s operation Signature → Generate Secret, or <code>openssl rand -hex 32</code>.',
		},
		{
			displayName: 'Additional Encryption Keys',
			name: 'furtherEncryptionSecrets',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Previous keys, separated by spaces. Secrets that were encrypted with them can still be read, and are encrypted with the current key when they change.',
		},
		{
			displayName: 'Outbox Name',
			name: 'outboxName',
			type: 'string',
			default: 'agent_webhook',
			required: true,
			placeholder: 'e.g. agent_webhook',
			description:
				'Prefix of the names of its data tables. Credentials with the same outbox name share an outbox within a project.',
		},
		{
			displayName: 'Send Alerts to Endpoints',
			name: 'sendAlerts',
			type: 'boolean',
			default: false,
			description:
				'Whether to send alerts to endpoints as events: when another endpoint of their tenant fails, is disabled or recovers, and when deliveries fail or are late. An endpoint gets only alerts that its event types name, e.g. endpoint.failing or endpoint.*.',
		},
		{
			displayName: 'n8n API Key',
			name: 'n8nApiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Used only for the editor’s lists of endpoints, deliveries, events and event types. Create it under Settings → n8n API, with the permissions to list data tables and to read their rows. The lists show the outbox of the workflow’s own project. Leave empty to choose by ID.',
		},
		{
			displayName: 'n8n URL',
			name: 'n8nUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. http://localhost:5678',
			description:
				'URL at which n8n reaches its own API for these lists. Leave empty for its public URL.',
		},
		{
			// The credential's test gets no other value that contains n8n's public URL.
			displayName: 'Resume URL',
			name: 'resumeUrl',
			type: 'hidden',
			default: '={{ $execution.resumeUrl }}',
		},
	];
}
