import type {
	IAuthenticateGeneric,
	Icon,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

import { PROFILES } from '../core/profiles';

const managed = PROFILES.flatMap(({ id, name, management }) =>
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
		displayOptions: { show: { platform: [id] } },
	};
});

const paths = JSON.stringify(
	Object.fromEntries(managed.map(({ id, management }) => [id, management.path])),
);

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
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl}}',
			url: `={{(${paths})[$credentials.platform]}}`,
		},
	};
}
