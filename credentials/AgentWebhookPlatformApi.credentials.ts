import type {
	IAuthenticateGeneric,
	Icon,
	ICredentialType,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

import { PLATFORMS } from '../core/platforms';

const managed = PLATFORMS.flatMap(({ id, name, management }) =>
	management ? [{ id, name, management }] : [],
);

const platforms: INodePropertyOptions[] = managed.map(({ id, name }) => ({ name, value: id }));
const firstPlatform = managed[0].id;

const baseUrls: INodeProperties[] = managed.map(({ id, management }): INodeProperties => {
	const { baseUrl } = management;
	return {
		displayName: 'Base URL',
		name: 'baseUrl',
		type: 'string',
		default: baseUrl,
		required: true,
		placeholder: `e.g. ${baseUrl}`,
		description:
			'Where the platform’s API is. Leave it as it is, unless the platform gave you another address.',
		displayOptions: { show: { platform: [id] } },
	};
});

export class AgentWebhookPlatformApi implements ICredentialType {
	name = 'agentWebhookPlatformApi';

	displayName = 'Agent Webhook Platform API';

	documentationUrl =
		'https://github.com/n8n-nodes-agent-webhooks/n8n-nodes-agent-webhooks#credentials';

	icon: Icon = {
		light: 'file:../nodes/AgentWebhook/agentWebhook.svg',
		dark: 'file:../nodes/AgentWebhook/agentWebhook.dark.svg',
	};

	properties: INodeProperties[] = [
		{
			displayName: 'Platform',
			name: 'platform',
			type: 'options',
			options: platforms,
			default: firstPlatform,
			description: 'Whose webhooks the API key manages',
		},
		...baseUrls,
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'The platform’s key for its API, with the right to manage webhooks',
			hint: 'Without the word Bearer',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
	};
}
