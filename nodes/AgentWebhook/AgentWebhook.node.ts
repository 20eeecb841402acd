import {
	NodeConnectionTypes,
	type ICredentialsDecrypted,
	type ICredentialTestFunctions,
	type IExecuteFunctions,
	type ILoadOptionsFunctions,
	type INodeCredentialTestResult,
	type INodeExecutionData,
	type INodeListSearchResult,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import {
	testInboundCredential,
	testOutboundCredential,
	testOutboxCredential,
	testPlatformCredential,
} from '../shared/credentialTests';
import { expressionOf } from '../shared/properties/expression';
import { ManagementClient } from '../shared/transport/platformApi';
import { searchDeliveries, searchEndpoints, searchEvents } from './listSearch/outboxSearch';

import { hints } from './description/hints';
import { properties, RESOURCES } from './resources';
import { subtitle } from './description/actionSubtitle';

// n8n writes this function's source into an expression: it may use nothing from outside.
const outputs = (parameters: { resource?: string; operation?: string; sendTo?: string }) =>
	(
		({
			'event/send':
				parameters.sendTo === 'subscribers'
					? ['Delivered', 'Retry', 'Failed', 'Endpoint Changed']
					: ['Delivered', 'Retry', 'Failed'],
			'delivery/deliverDue': ['Delivered', 'Retry', 'Failed', 'Endpoint Changed'],
			'delivery/replay': ['Delivered', 'Retry', 'Failed', 'Endpoint Changed'],
			'signature/verify': ['Valid', 'Refused'],
		}) as Record<string, string[]>
	)[parameters.resource + '/' + parameters.operation]?.map((displayName) => ({
		type: 'main',
		displayName,
	})) ?? [{ type: 'main' }];

export class AgentWebhook implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Agent Webhook',
		name: 'agentWebhook',
		icon: { light: 'file:agentWebhook.svg', dark: 'file:agentWebhook.dark.svg' },
		group: ['output'],
		version: [1],
		subtitle,
		description:
			'Sends signed webhook events with conditions, filters, batches and retries, and signs, verifies and answers requests',
		defaults: { name: 'Agent Webhook' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: expressionOf(outputs),
		hints,
		credentials: [
			{
				// One entry for both operations: n8n looks a credential up by its first entry alone.
				name: 'agentWebhookOutboundApi',
				required: true,
				testedBy: 'outboundCredentialTest',
				displayOptions: {
					show: { resource: ['event', 'signature'], operation: ['send', 'sign'] },
					hide: { useCredential: [false], sendTo: ['subscribers'] },
				},
			},
			{
				name: 'agentWebhookOutboxApi',
				required: true,
				testedBy: 'outboxCredentialTest',
				displayOptions: {
					show: { resource: ['delivery', 'endpoint', 'event'] },
					hide: { sendTo: ['endpoint'] },
				},
			},
			{
				name: 'agentWebhookInboundApi',
				required: true,
				testedBy: 'inboundCredentialTest',
				displayOptions: {
					show: {
						resource: ['signature', 'platformWebhook'],
						operation: ['verify', 'create', 'update'],
					},
					hide: { callerAuthentication: ['none'] },
				},
			},
			{
				name: 'agentWebhookPlatformApi',
				required: true,
				testedBy: 'platformCredentialTest',
				displayOptions: { show: { resource: ['platformWebhook'] } },
			},
		],
		properties,
	};

	methods = {
		listSearch: {
			searchDeliveries,
			searchEndpoints,
			searchEvents,
			async searchPlatformWebhooks(
				this: ILoadOptionsFunctions,
				filter = '',
			): Promise<INodeListSearchResult> {
				const platform = this.getCurrentNodeParameter('platform') as string;
				const webhooks = await (await ManagementClient.create(this, platform)).listWebhooks();
				const fits = (text: string): boolean => text.toLowerCase().includes(filter.toLowerCase());
				return {
					results: webhooks
						.map(({ id, name }) => ({ name: name || id, value: id }))
						.filter(({ name, value }) => fits(name) || fits(value)),
				};
			},
		},
		credentialTest: {
			async inboundCredentialTest(
				this: ICredentialTestFunctions,
				credential: ICredentialsDecrypted,
			): Promise<INodeCredentialTestResult> {
				return testInboundCredential(credential, Date.now());
			},
			async outboundCredentialTest(
				this: ICredentialTestFunctions,
				credential: ICredentialsDecrypted,
			): Promise<INodeCredentialTestResult> {
				return testOutboundCredential(credential, Date.now());
			},
			async outboxCredentialTest(
				this: ICredentialTestFunctions,
				credential: ICredentialsDecrypted,
			): Promise<INodeCredentialTestResult> {
				return testOutboxCredential(credential);
			},
			async platformCredentialTest(
				this: ICredentialTestFunctions,
				credential: ICredentialsDecrypted,
			): Promise<INodeCredentialTestResult> {
				return await testPlatformCredential(this, credential);
			},
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const resource = this.getNodeParameter('resource', 0);
		const operation = this.getNodeParameter('operation', 0);
		return await RESOURCES[resource].operations[operation].execute(this);
	}
}
