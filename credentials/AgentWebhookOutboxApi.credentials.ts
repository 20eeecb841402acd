import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

export class AgentWebhookOutboxApi implements ICredentialType {
	name = 'agentWebhookOutboxApi';

	displayName = 'Agent Webhook Outbox API';

	documentationUrl =
		'https://github.com/n8n-nodes-agent-webhooks/n8n-nodes-agent-webhooks#credentials';

	icon: Icon = {
		light: 'file:../nodes/AgentWebhook/agentWebhook.svg',
		dark: 'file:../nodes/AgentWebhook/agentWebhook.dark.svg',
	};

	properties: INodeProperties[] = [
		{
			displayName:
				'The outbox keeps endpoints, events and deliveries in n8n’s Data Tables. The endpoints’ secrets are encrypted there: without this key they are lost, so keep a copy of it.',
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
				'At least 32 characters. To make a good one, run the Agent Webhook node’s operation Signature → Generate Secret, or <code>openssl rand -hex 32</code>.',
		},
		{
			displayName: 'Further Encryption Keys',
			name: 'furtherEncryptionSecrets',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Keys that were used before, with spaces between them. What is encrypted with them can be read; what is changed is encrypted with the current one.',
		},
		{
			displayName: 'Outbox Name',
			name: 'outboxName',
			type: 'string',
			default: 'agent_webhook',
			required: true,
			placeholder: 'e.g. agent_webhook',
			description:
				'What the names of its data tables begin with. Credentials with the same name share an outbox, in one project.',
		},
		{
			displayName: 'n8n API Key',
			name: 'n8nApiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'For the editor’s lists of endpoints, deliveries and events, and for nothing else. Make one under Settings → n8n API, with the rights to list data tables and to read their rows. Leave empty to choose by ID.',
		},
		{
			displayName: 'n8n URL',
			name: 'n8nUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. http://localhost:5678',
			description:
				'Where n8n reaches its own API, for these lists. Leave empty for its public address.',
		},
	];
}
