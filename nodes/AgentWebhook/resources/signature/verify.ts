import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';

import { parseInboundCredential } from '../../../../core/credentials/inbound';
import { getSigningSettings } from '../../../../core/credentials/signingFields';
import { ACCEPTED_MESSAGE, toReplyBody } from '../../../../core/http/replyBodies';
import type { RequestHeaders } from '../../../../core/http/headers';
import { toIsoTime } from '../../../../core/lib/time';
import { verifyRequest, type Verification } from '../../../../core/signing/verify';
import { readBodyParameter, bodyProperties } from '../../../shared/properties/bodyProperty';
import { forEachItem } from '../../../shared/execution/eachItem';
import { parseJsonObject } from '../../../shared/parameters/parse';
import { buildNotice } from '../../../shared/properties/notice';
import { buildPlatformProperty } from '../../../shared/properties/platformProperties';
import type { Operation } from '../operation';

const VALID = 0;
const REJECTED = 1;

const properties: INodeProperties[] = [
	buildNotice(
		'rawBodyNotice',
		'Place this node after n8n’s Webhook node with its option "Raw Body". A signature covers the exact bytes, and parsed JSON no longer has them.',
		{ show: { bodySource: ['binary'] } },
	),
	buildPlatformProperty(
		'Platform that signed the request, unless the credential chooses another scheme',
	),
	...bodyProperties,
	{
		displayName: 'Headers (JSON)',
		name: 'headers',
		type: 'json',
		default: '={{ $json.headers }}',
		required: true,
		description: 'Headers of the request, as the Webhook node outputs them',
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
						description: '200 for valid requests, 401 for others',
					},
					{ name: 'No Request', value: 'none', description: 'Another node answers' },
					{ name: 'Rejected Requests', value: 'refused', description: 'With 401 and the reason' },
				],
				default: 'refused',
				description:
					'Requests to answer from this node. Set the Webhook node to respond "Using Respond to Webhook Node"; n8n also wants such a node somewhere after it.',
			},
			{
				displayName: 'Request Method',
				name: 'requestMethod',
				type: 'string',
				default: 'POST',
				placeholder: 'e.g. POST',
				description: 'Method of the request, for senders that sign it (HubSpot)',
			},
			{
				displayName: 'Request URL',
				name: 'requestUrl',
				type: 'string',
				default: '={{ $json.webhookUrl }}',
				placeholder: 'e.g. https://n8n.example.com/webhook/orders?page=1',
				description:
					'URL of the request with its query, for senders that sign it (HubSpot, Twilio)',
			},
			{
				displayName: 'Timestamp Tolerance (Seconds)',
				name: 'toleranceSeconds',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 300,
				description: 'Replaces the platform’s tolerance',
			},
		],
	},
];

/** @throws UserError if the value is not a JSON object */
function readRequestHeaders(value: unknown): RequestHeaders {
	const headers = parseJsonObject(value, 'Headers (JSON)');
	if (headers === undefined) {
		throw new UserError('"Headers (JSON)" is empty. Enter the headers of the request.');
	}
	return Object.fromEntries(
		Object.entries(headers).map(([name, header]) => [
			name.toLowerCase(),
			Array.isArray(header) ? header.map(String) : String(header),
		]),
	);
}

/** @param requestsToAnswer `all`, `refused` or `none` */
async function answerRequest(
	context: IExecuteFunctions,
	requestsToAnswer: string,
	verification: Verification,
): Promise<void> {
	if (verification.valid ? requestsToAnswer !== 'all' : requestsToAnswer === 'none') return;
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
					body: toReplyBody(verification) as unknown as IDataObject,
				},
	);
}

/** Returns the field `verification` of an item. */
const toVerificationFields = (scheme: string, verification: Verification): IDataObject =>
	verification.valid
		? {
				valid: true,
				scheme,
				...(verification.id !== undefined && { id: verification.id }),
				...(verification.timestampMs !== undefined && {
					timestamp: toIsoTime(verification.timestampMs),
				}),
			}
		: {
				valid: false,
				code: verification.code,
				message: verification.message,
				...verification.details,
			};

export const verifyOperation: Operation = {
	name: 'Verify',
	action: 'Verify a signature',
	description: 'Check a signature and route valid and invalid requests to separate outputs',
	properties,
	subtitle: ({ platform }, { names }) => [names.platform[platform || '']],
	execute: async (context) =>
		await forEachItem(context, 2, REJECTED, async (item, itemIndex) => {
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
			const { scheme, secrets } = getSigningSettings(
				parseInboundCredential(credential).signing,
				platformId,
			);
			if (secrets.length === 0) {
				throw new UserError(
					'The inbound credential has no signing secret. Enter it under "Signing Secret".',
				);
			}
			const verification = verifyRequest(scheme, {
				headers: readRequestHeaders(context.getNodeParameter('headers', itemIndex)),
				body: await readBodyParameter(context, itemIndex),
				nowMs: Date.now(),
				secrets,
				toleranceSeconds: options.toleranceSeconds,
				...(url !== '' && { request: () => ({ method, url }) }),
			});
			// All items belong to one request, which gets one answer.
			if (itemIndex === 0) await answerRequest(context, options.answer ?? 'none', verification);
			return {
				output: verification.valid ? VALID : REJECTED,
				item: {
					...item,
					json: { ...item.json, verification: toVerificationFields(scheme.name, verification) },
				},
			};
		}),
};
