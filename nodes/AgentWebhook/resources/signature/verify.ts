import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';

import { signingSettings } from '../../../../core/credentials/credentialFields';
import { ACCEPTED_MESSAGE, errorReply } from '../../../../core/http/replyBodies';
import type { RequestHeaders } from '../../../../core/http/headers';
import { verifyRequest, type Verification } from '../../../../core/signing/verify';
import { bodyParameter, bodyProperties } from '../../../shared/properties/bodyProperty';
import { eachItem } from '../../../shared/execution/eachItem';
import { jsonObjectParameter } from '../../../shared/parameters/parse';
import { notice } from '../../../shared/properties/notice';
import { platformProperty } from '../../../shared/properties/platformProperties';
import type { Operation } from '../operation';

const VALID = 0;
const REFUSED = 1;

const properties: INodeProperties[] = [
	notice(
		'rawBodyNotice',
		'Put this behind n8n’s Webhook node with its option "Raw Body": JSON that was parsed has lost the bytes that were signed.',
		{ show: { bodySource: ['binary'] } },
	),
	platformProperty('Who signed, where the credential leaves it to the node'),
	...bodyProperties,
	{
		displayName: 'Headers (JSON)',
		name: 'headers',
		type: 'json',
		default: '={{ $json.headers }}',
		required: true,
		description: 'The request’s headers, as the Webhook node puts them out',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Answer the Request',
				name: 'answer',
				type: 'options',
				options: [
					{
						name: 'Every Request',
						value: 'all',
						description: '200 for valid ones, 401 for others',
					},
					{ name: 'No Request', value: 'none', description: 'Another node answers' },
					{ name: 'Refused Requests', value: 'refused', description: 'With 401 and the reason' },
				],
				default: 'refused',
				description:
					'Which requests this node answers itself. The Webhook node must respond "Using Respond to Webhook Node", and asks for such a node to be somewhere behind it.',
			},
			{
				displayName: 'Request Method',
				name: 'requestMethod',
				type: 'string',
				default: 'POST',
				placeholder: 'e.g. POST',
				description: 'For senders that sign it (HubSpot)',
			},
			{
				displayName: 'Request URL',
				name: 'requestUrl',
				type: 'string',
				default: '={{ $json.webhookUrl }}',
				placeholder: 'e.g. https://n8n.example.com/webhook/orders?page=1',
				description:
					'The address that was called, with its query, for senders that sign it (HubSpot, Twilio)',
			},
			{
				displayName: 'Timestamp Tolerance (Seconds)',
				name: 'toleranceSeconds',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 300,
				description: 'Takes the place of the platform’s own',
			},
		],
	},
];

function requestHeaders(value: unknown): RequestHeaders {
	const headers = jsonObjectParameter(value, 'Headers (JSON)');
	if (headers === undefined) {
		throw new UserError('"Headers (JSON)" is empty. Give it the request’s headers.');
	}
	return Object.fromEntries(
		Object.entries(headers).map(([name, header]) => [
			name.toLowerCase(),
			Array.isArray(header) ? header.map(String) : String(header),
		]),
	);
}

async function answer(
	context: IExecuteFunctions,
	which: string,
	verification: Verification,
): Promise<void> {
	if (verification.valid ? which !== 'all' : which === 'none') return;
	await context.sendResponse(
		verification.valid
			? {
					statusCode: 200,
					headers: {},
					body: {
						success: true,
						message: ACCEPTED_MESSAGE,
						execution_id: context.getExecutionId(),
						status: 'accepted',
					},
				}
			: {
					statusCode: 401,
					headers: {},
					body: errorReply(verification.code, verification.message, {
						field: verification.field,
						expected: verification.expected,
						received: verification.received,
					}) as unknown as IDataObject,
				},
	);
}

export const verify: Operation = {
	properties,
	execute: async (context) =>
		await eachItem(context, 2, REFUSED, async (item, itemIndex) => {
			const platformId = context.getNodeParameter('platform', itemIndex) as string;
			const options = context.getNodeParameter('options', itemIndex, {}) as {
				answer?: string;
				requestMethod?: string;
				requestUrl?: string;
				toleranceSeconds?: number;
			};
			const url = options.requestUrl ?? String(item.json.webhookUrl ?? '');
			const method = options.requestMethod ?? 'POST';
			const credential = await context.getCredentials('agentWebhookInboundApi', itemIndex);
			const { scheme, secrets } = signingSettings(credential, platformId);
			if (secrets.length === 0) {
				throw new UserError('The inbound credential has no signing secret. Fill it in.');
			}
			const verification = verifyRequest(scheme, {
				headers: requestHeaders(context.getNodeParameter('headers', itemIndex)),
				body: await bodyParameter(context, itemIndex),
				nowMs: Date.now(),
				secrets,
				toleranceSeconds: options.toleranceSeconds,
				...(url !== '' && { request: () => ({ method, url }) }),
			});
			// A request has one answer: that of its first item.
			if (itemIndex === 0) await answer(context, options.answer ?? 'none', verification);
			const fields = verification.valid
				? {
						valid: true,
						scheme: scheme.name,
						...(verification.id !== undefined && { id: verification.id }),
						...(verification.timestampMs !== undefined && {
							timestamp: new Date(verification.timestampMs).toISOString(),
						}),
					}
				: verification;
			return {
				output: verification.valid ? VALID : REFUSED,
				item: { ...item, json: { ...item.json, verification: { ...fields } } },
			};
		}),
};
