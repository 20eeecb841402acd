import type {
	IAuthenticateGeneric,
	ICredentialType,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

import { PLATFORMS } from '../core/platforms';

import { icon } from './credentialIcon';

const managedPlatforms = PLATFORMS.flatMap(({ id, name, management, registration }) =>
	management || registration ? [{ id, name, management, registration }] : [],
);

const platformOptions: INodePropertyOptions[] = managedPlatforms.map(({ id, name }) => ({
	name,
	value: id,
}));
const [{ id: defaultPlatform }] = managedPlatforms;

/** An address that each server has for itself. */
const OWN_SERVER = 'https://your-n8n/webhook/<the node’s webhook ID>/svix';

const baseUrlFields: INodeProperties[] = managedPlatforms.map(
	({ id, management, registration }): INodeProperties => {
		const baseUrl = management?.baseUrl ?? registration?.baseUrl ?? '';
		return {
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: baseUrl,
			required: true,
			placeholder: `e.g. ${baseUrl || OWN_SERVER}`,
			description: registration
				? 'URL of the server that speaks Svix’s API, without /api/v1'
				: 'URL of the platform’s API. Change it only if the platform gave you another one.',
			displayOptions: { show: { platform: [id] } },
		};
	},
);

const applicationField: INodeProperties = {
	displayName: 'Application ID',
	name: 'applicationId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. acme',
	description: 'ID or uid of the application whose events you receive. In n8n, it is the tenant.',
	displayOptions: {
		show: {
			platform: managedPlatforms.filter(({ registration }) => registration).map(({ id }) => id),
		},
	},
};

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
		applicationField,
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
