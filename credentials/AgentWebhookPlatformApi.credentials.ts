import type {
	IAuthenticateGeneric,
	ICredentialType,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

import { PLATFORMS } from '../core/platforms';

import { icon } from './credentialIcon';

const managedPlatforms = PLATFORMS.flatMap(({ id, name, management }) =>
	management ? [{ id, name, management }] : [],
);

const platformOptions: INodePropertyOptions[] = managedPlatforms.map(({ id, name }) => ({
	name,
	value: id,
}));
const [{ id: defaultPlatform }] = managedPlatforms;

const baseUrlFields: INodeProperties[] = managedPlatforms.map(
	({ id, management }): INodeProperties => {
		const { baseUrl } = management;
		return {
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: baseUrl,
			required: true,
			placeholder: `e.g. ${baseUrl}`,
			description:
				'URL of the platform’s API. Change it only if the platform gave you another one.',
			displayOptions: { show: { platform: [id] } },
		};
	},
);

export class AgentWebhookPlatformApi implements ICredentialType {
	name = 'agentWebhookPlatformApi';

	displayName = 'Agent Webhook Platform Account API';

	documentationUrl =
		'https://github.com/n8n-nodes-agent-webhooks/n8n-nodes-agent-webhooks#credentials';

	icon = icon;

	properties: INodeProperties[] = [
		{
			displayName: 'Platform',
			name: 'platform',
			type: 'options',
			options: platformOptions,
			default: defaultPlatform,
			description: 'Platform whose webhooks the API key manages',
		},
		...baseUrlFields,
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Key for the platform’s API, with permission to manage webhooks',
			hint: 'Without the word Bearer',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
	};
}
