import type {
	IHookFunctions,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { API_KIND, SERVED_KINDS } from '../../core/platforms';
import { credentialTest } from '../shared/credentialTests';
import { ParameterChecker } from '../shared/parameters/parameterChecker';

import { exampleCalls } from './description/exampleCalls';
import { triggerPanel } from './description/triggerPanel';
import { properties } from './description/triggerProperties';
import { subtitle } from './description/triggerSubtitle';
import { outputs, webhooks } from './description/webhooks';
import { getEventTypes } from './getEventTypes';
import { getServerEventTypes } from './getServerEventTypes';
import { activateWebhook, deactivateWebhook } from './registration/activation';
import { handleWebhook } from './webhook/handle';

// n8n evaluates these conditions for credentials too, but its types allow them only for parameters.
const anyMethod = { _cnd: { exists: true } } as const;

const parameterChecker = new ParameterChecker(properties);

export class AgentWebhookTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Agent Webhook Trigger',
		name: 'agentWebhookTrigger',
		icon: {
			light: 'file:../AgentWebhook/agentWebhook.svg',
			dark: 'file:../AgentWebhook/agentWebhook.dark.svg',
		},
		group: ['trigger'],
		// Above 1: for a node of version 1, n8n evaluates an additional expression for each request.
		version: [2],
		subtitle,
		description:
			'Receives verified webhooks from Stripe, GitHub, Shopify and others, and sends signed webhooks with retries',
		eventTriggerDescription: 'Waiting for you to send a request to the test URL',
		activationMessage: 'Your webhook now accepts requests on its production URL.',
		defaults: { name: 'Agent Webhook Trigger' },
		triggerPanel,
		hints: exampleCalls,
		inputs: [],
		outputs,
		credentials: [
			{
				name: 'agentWebhookInboundApi',
				required: true,
				testedBy: 'inboundCredentialTest',
				displayOptions: {
					// If this listed the methods' values, n8n's editor would mistake the parameter for its own
					// choice of a credential type, and hide it.
					show: { authenticationMethods: [anyMethod as unknown as string] },
					hide: { requestKind: [API_KIND] },
				},
			},
			{
				name: 'agentWebhookOutboxApi',
				required: true,
				testedBy: 'outboxCredentialTest',
				displayOptions: { show: { requestKind: SERVED_KINDS } },
			},
			{
				name: 'agentWebhookPlatformApi',
				required: true,
				testedBy: 'platformCredentialTest',
				displayOptions: { show: { register: [true] } },
			},
		],
		webhooks,
		properties,
	};

	methods = { loadOptions: { getEventTypes, getServerEventTypes }, credentialTest };

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				// Always false, so that n8n calls `create`, which finds an existing webhook and checks the
				// settings.
				return false;
			},
			async create(this: IHookFunctions): Promise<boolean> {
				await activateWebhook(parameterChecker.check(this));
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				await deactivateWebhook(parameterChecker.check(this));
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await handleWebhook(parameterChecker.check(this));
	}
}
