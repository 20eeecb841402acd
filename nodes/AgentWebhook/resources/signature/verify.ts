import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type IN8nHttpFullResponse,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { parseInboundCredential } from '../../../../core/credentials/inbound';
import {
	findSecretPlatform,
	findWrongSigningSecret,
	getSigningSettings,
} from '../../../../core/credentials/signingFields';
import { ACCEPTED_MESSAGE, toReplyBody } from '../../../../core/http/replyBodies';
import type { RequestHeaders } from '../../../../core/http/headers';
import { isObject } from '../../../../core/lib/fieldPath';
import { toIsoTime } from '../../../../core/lib/time';
import { describeSecretSource, getPlatform } from '../../../../core/platforms';
import { findAcceptedReply } from '../../../../core/receiving/handshake';
import {
	checkBodyLimits,
	checkMultipart,
	parseAnyBody,
	parseBody,
	type ParseRules,
} from '../../../../core/receiving/readBody';
import { isRejection, type Rejection } from '../../../../core/receiving/rejection';
import type { Scheme } from '../../../../core/signing/scheme';
import { hasPublishedKeys } from '../../../../core/signing/schemeFacts';
import {
	verifyRequest,
	type Verification,
	type VerificationInput,
} from '../../../../core/signing/verify';
import { readBodyParameter, bodyProperties } from '../../../shared/properties/bodyProperty';
import { forEachItem } from '../../../shared/execution/eachItem';
import { parseJsonObject } from '../../../shared/parameters/parse';
import { bigNumbersOption } from '../../../shared/properties/bigNumbersOption';
import { buildNotice } from '../../../shared/properties/notice';
import { OWN_ENDPOINT_PLATFORM } from '../../../shared/properties/deliveryOptions';
import { buildPlatformProperty } from '../../../shared/properties/platformProperties';
import { secretNotice } from '../../../shared/properties/setupNotices';
import type { Operation } from '../operation';

const VALID = 0;
const REJECTED = 1;

const properties: INodeProperties[] = [
	{
		...buildPlatformProperty(
			'Platform that signed the request, unless the credential chooses another scheme',
		),
		default: OWN_ENDPOINT_PLATFORM,
	},
	secretNotice,
	...bodyProperties,
	buildNotice(
		'rawBodyNotice',
		'Place this node after n8n’s Webhook node with its option "Raw Body". A signature covers the exact bytes, and parsed JSON no longer has them.',
		{ show: { bodySource: ['binary'] } },
	),
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
						description:
							'The platform’s own reply for valid requests, an error such as 401 for others',
					},
					{ name: 'No Request', value: 'none', description: 'Another node answers' },
					{
						name: 'Rejected Requests',
						value: 'refused',
						description: 'With the reason, e.g. as 401',
					},
				],
				default: 'refused',
				description:
					'Requests to answer from this node. Set the Webhook node to respond "Using Respond to Webhook Node"; n8n also wants such a node somewhere after it.',
			},
			bigNumbersOption,
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

/** A request whose signature is valid, with the body that was signed. */
type VerifiedRequest = Extract<Verification, { valid: true }> & { body: unknown };

type Rejected = Pick<Rejection, 'code' | 'details' | 'message' | 'status'>;

/** Returns the Content-Type of an item that n8n's Webhook node made. */
function readItemType({ headers }: IDataObject): RequestHeaders {
	const type = isObject(headers) ? headers['content-type'] : undefined;
	return typeof type === 'string' ? { 'content-type': type } : {};
}

/**
 * Verifies a request and parses its body from the bytes that were signed: n8n's Webhook node parses by the
 * Content-Type, which no signature covers.
 * @param bodyHeaders the headers that say how to parse the body
 */
function verifyAndParse(
	scheme: Scheme,
	rules: ParseRules,
	input: VerificationInput,
	bodyHeaders: RequestHeaders,
): VerifiedRequest | Rejected {
	const limitRejection = checkBodyLimits(rules, bodyHeaders, input.body, scheme);
	if (limitRejection !== undefined) return limitRejection;
	const verification = verifyRequest(scheme, input);
	if (!verification.valid) return { ...verification, status: 401 };
	const { payload } = verification;
	const parsed = payload
		? parseBody(rules, { 'content-type': 'application/json' }, payload)
		: parseAnyBody(rules, bodyHeaders, input.body);
	return isRejection(parsed) ? parsed : { ...verification, body: parsed.value };
}

const isVerified = (result: VerifiedRequest | Rejected): result is VerifiedRequest =>
	'body' in result;

/** Builds the answer to a valid request: what its platform expects, otherwise AgenticFlow's format. */
function buildValidResponse(
	context: IExecuteFunctions,
	{ body }: VerifiedRequest,
): IN8nHttpFullResponse {
	const platform = getPlatform(context.getNodeParameter('platform', 0) as string);
	const reply = findAcceptedReply(platform, body);
	if (reply !== undefined) {
		const { contentType, statusCode } = reply;
		return { statusCode, headers: { 'content-type': contentType }, body: reply.body };
	}
	return {
		statusCode: 200,
		headers: {},
		body: {
			success: true,
			message: ACCEPTED_MESSAGE,
			execution_id: context.getExecutionId(),
			status: 'accepted',
		},
	};
}

/** @param requestsToAnswer `all`, `refused` or `none` */
async function answerRequest(
	context: IExecuteFunctions,
	requestsToAnswer: string,
	result: VerifiedRequest | Rejected,
): Promise<void> {
	if (isVerified(result) ? requestsToAnswer !== 'all' : requestsToAnswer === 'none') return;
	await context.sendResponse(
		isVerified(result)
			? buildValidResponse(context, result)
			: {
					statusCode: result.status,
					headers: {},
					body: toReplyBody(result) as unknown as IDataObject,
				},
	);
}

/** Returns the field `verification` of an item. */
const toVerificationFields = (scheme: string, result: VerifiedRequest | Rejected): IDataObject =>
	isVerified(result)
		? {
				valid: true,
				scheme,
				...(result.id !== undefined && { id: result.id }),
				...(result.timestampMs !== undefined && { timestamp: toIsoTime(result.timestampMs) }),
				...(result.claims && { claims: result.claims as IDataObject }),
				...(result.keyId !== undefined && { key_id: result.keyId }),
				...(result.nonce !== undefined && { nonce: result.nonce }),
				...(result.tag !== undefined && { tag: result.tag }),
			}
		: { valid: false, code: result.code, message: result.message, ...result.details };

interface VerifyOptions {
	answer?: string;
	bigNumbersAsText?: boolean;
	requestMethod?: string;
	requestUrl?: string;
	toleranceSeconds?: number;
}

/** @throws UserError if the credential has no secret, or the item no body or headers */
async function verifyItem(
	context: IExecuteFunctions,
	{ json }: INodeExecutionData,
	itemIndex: number,
	options: VerifyOptions,
): Promise<{ scheme: Scheme; result: VerifiedRequest | Rejected }> {
	const platformId = context.getNodeParameter('platform', itemIndex) as string;
	const url = options.requestUrl ?? String(json.webhookUrl ?? '');
	const method = options.requestMethod ?? 'POST';
	const credential = await context.getCredentials('agentWebhookInboundApi', itemIndex);
	const { signing } = parseInboundCredential(credential);
	const { scheme, secrets } = getSigningSettings(signing, platformId);
	if (secrets.length === 0 && !hasPublishedKeys(scheme)) {
		throw new UserError(
			`The Receiving credential has no signing secret. Turn on "Signature" there, and fill in "Signing Secret". ${describeSecretSource(findSecretPlatform(signing, platformId))}`,
		);
	}
	const wrong = findWrongSigningSecret(signing, platformId);
	if (wrong !== undefined) {
		throw new UserError(`"Signing Secret" in the Receiving credential ${wrong}`);
	}
	const headers = readRequestHeaders(context.getNodeParameter('headers', itemIndex));
	const itemType = readItemType(json);
	// Accepts forms from any sender whose platform is unknown.
	const { formBodies = {} } = getPlatform(platformId);
	const rules = { formBodies, bigNumbersAsText: options.bigNumbersAsText };
	const multipart = checkMultipart(rules, headers) ?? checkMultipart(rules, itemType);
	if (multipart !== undefined) return { scheme, result: multipart };
	const input = {
		headers,
		body: await readBodyParameter(context, itemIndex),
		nowMs: Date.now(),
		secrets,
		toleranceSeconds: options.toleranceSeconds,
		...(url !== '' && { request: () => ({ method, url }) }),
	};
	// "Headers" may have only those that the signature needs.
	return { scheme, result: verifyAndParse(scheme, rules, input, { ...itemType, ...headers }) };
}

export const verifyOperation: Operation = {
	name: 'Verify',
	action: 'Verify a signature',
	description: 'Check a signature and route valid and invalid requests to separate outputs',
	properties,
	subtitle: ({ platform }, { names }) => [names.platform[platform || '']],
	execute: async (context) =>
		await forEachItem(context, 2, REJECTED, async (item, itemIndex) => {
			const options = context.getNodeParameter('options', itemIndex, {}) as VerifyOptions;
			const { result, scheme } = await verifyItem(context, item, itemIndex, options);
			// All items belong to one request, which gets one answer.
			if (itemIndex === 0) await answerRequest(context, options.answer ?? 'none', result);
			return {
				output: isVerified(result) ? VALID : REJECTED,
				item: {
					...item,
					json: {
						...item.json,
						...(isVerified(result) && { body: result.body as IDataObject }),
						verification: toVerificationFields(scheme.name, result),
					},
				},
			};
		}),
};
