import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { credentialTest } from '../shared/credentialTests';
import { hideInternalError } from '../shared/execution/nodeError';
import { ParameterChecker } from '../shared/parameters/parameterChecker';

import { subtitle } from './description/actionSubtitle';
import { hints } from './description/hints';
import { outputs } from './description/outputs';
import { searchDeliveries } from './listSearch/searchDeliveries';
import { searchEndpoints } from './listSearch/searchEndpoints';
import { searchEvents } from './listSearch/searchEvents';
import { getCatalogEventTypes, searchEventTypes } from './listSearch/searchEventTypes';
import { searchPlatformWebhooks } from './listSearch/searchPlatformWebhooks';
import { getOperation, properties } from './resources';

const parameterChecker = new ParameterChecker(properties);

export class AgentWebhook implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Agent Webhook',
		name: 'agentWebhook',
		icon: { light: 'file:agentWebhook.svg', dark: 'file:agentWebhook.dark.svg' },
		group: ['output'],
		version: [1],
		subtitle,
		description:
			'Sends signed webhooks with retries, and receives verified webhooks from Stripe, GitHub, Shopify and others',
		defaults: { name: 'Agent Webhook' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs,
		hints,
		credentials: [
			{
				// One entry for both operations: n8n only uses the first entry of a credential type.
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
					show: { resource: ['delivery', 'endpoint', 'event', 'eventType', 'tenant'] },
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
			searchEventTypes,
			searchPlatformWebhooks,
		},
		loadOptions: { getCatalogEventTypes },
		credentialTest,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const context = parameterChecker.check(this);
		const resource = context.getNodeParameter('resource', 0);
		const operation = context.getNodeParameter('operation', 0);
		return await getOperation(resource, operation)
			.execute(context)
			.catch((error: Error) => {
				throw hideInternalError(context, error, 0);
			});
	}
}
