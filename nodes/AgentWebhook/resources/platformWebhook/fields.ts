import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';

import { inboundSecrets } from '../../../../core/credentials/credentialFields';
import { checkEndpointUrl } from '../../../../core/http/endpointUrl';
import { jsonObjectParameter, listParameter } from '../../../shared/parameters/parse';
import { platformProperty } from '../../../shared/properties/platformProperties';

/** Which platform's webhooks: those with an API for them. */
export const managedPlatform = platformProperty(
	'Whose webhooks these are',
	({ management }) => management !== undefined,
);

/** Which webhook an operation is about. */
export const webhookLocator: INodeProperties = {
	displayName: 'Webhook',
	name: 'webhook',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchPlatformWebhooks', searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. wh_987654321' },
	],
	description: 'The webhook at the platform',
};

/** @throws UserError where none is chosen */
export function webhookId(context: IExecuteFunctions, itemIndex: number): string {
	const id = context.getNodeParameter('webhook', itemIndex, '', { extractValue: true }) as string;
	if (id === '') throw new UserError('"Webhook" is empty. Choose a webhook, or give its ID.');
	return id;
}

/** How the platform proves itself to the webhook beside its signature. */
export const callerAuthentication: INodeProperties = {
	displayName: 'Authentication of Calls',
	name: 'callerAuthentication',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Bearer Token',
			value: 'bearer',
			description: 'The first Bearer token of the inbound credential',
		},
		{ name: 'Signature Only', value: 'none' },
	],
	default: 'none',
	description: 'What the platform brings when it calls, beside its signature',
};

/** Conditions, filters, batches and retries, as AgenticFlow's page has them. */
export const deliverySettings: INodeProperties[] = [
	{
		displayName: 'Backoff Multiplier',
		name: 'backoffMultiplier',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 2,
		description: 'Of the retry policy: by how much each wait is longer than the one before',
	},
	{
		displayName: 'Conditions (JSON)',
		name: 'conditions',
		type: 'json',
		default: '{}',
		placeholder: 'e.g. {"satisfaction_score": {"lt": 3}}',
		description: 'Only events for which these hold are sent',
	},
	{
		displayName: 'Include Fields',
		name: 'includeFields',
		type: 'string',
		default: '',
		placeholder: 'e.g. workflow_id, status',
		description: 'Dotted paths that alone are sent, with commas between them',
	},
	{
		displayName: 'Max Events per Delivery',
		name: 'maxEvents',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 100,
	},
	{
		displayName: 'Max Retries',
		name: 'maxRetries',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 3,
		description: 'Of the retry policy: how many attempts follow a failed first one',
	},
	{
		displayName: 'Max Wait for a Batch (Seconds)',
		name: 'maxWaitSeconds',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 300,
	},
];

export interface DeliverySettings {
	backoffMultiplier?: number;
	conditions?: unknown;
	includeFields?: string;
	maxEvents?: number;
	maxRetries?: number;
	maxWaitSeconds?: number;
}

const without = (fields: IDataObject): IDataObject =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const group = (name: string, fields: IDataObject): IDataObject => {
	const filled = without(fields);
	return Object.keys(filled).length === 0 ? {} : { [name]: filled };
};

/** The settings in the words of AgenticFlow's page. */
export function settingsBody(settings: DeliverySettings): IDataObject {
	const conditions = jsonObjectParameter(settings.conditions, 'Conditions (JSON)');
	const fields = listParameter(settings.includeFields);
	return {
		...(conditions && { conditions: conditions as IDataObject }),
		...group('filters', { include_fields: fields.length > 0 ? fields : undefined }),
		...group('batch_settings', {
			max_events: settings.maxEvents,
			max_wait_seconds: settings.maxWaitSeconds,
		}),
		...group('retry_policy', {
			max_retries: settings.maxRetries,
			backoff_multiplier: settings.backoffMultiplier,
		}),
	};
}

/** The authentication in the words of AgenticFlow's page: the inbound credential's Bearer token. */
export async function authenticationBody(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<IDataObject> {
	if (context.getNodeParameter('callerAuthentication', itemIndex) !== 'bearer') return {};
	const credential = await context.getCredentials('agentWebhookInboundApi', itemIndex);
	const [token] = inboundSecrets(credential).bearerTokens;
	if (token === undefined) {
		throw new UserError('The inbound credential has no Bearer token. Fill one in.');
	}
	return { authentication: { type: 'bearer', token } };
}

/** @throws InvalidEndpointUrlError */
export const urlBody = (url: string): IDataObject =>
	url.trim() === ''
		? {}
		: { url: checkEndpointUrl(url, { allowHttp: true, allowInternal: true }).href };
