import { createHash, randomUUID } from 'crypto';
import omit from 'lodash/omit';
import pick from 'lodash/pick';
import type { IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import { getMediaType, type RequestHeaders } from '../../../core/http/headers';
import { toIsoTime } from '../../../core/lib/time';
import { EVENT_KIND, getPlatform } from '../../../core/platforms';
import type { VerifiedSignature } from '../../../core/receiving/authenticate';
import { CredentialMask } from '../../../core/receiving/presentedCredentials';
import type { ReceivedEvent } from '../../../core/receiving/readEvent';
import type { IgnoredRequest } from '../../../core/receiving/ignoredRequest';
import type { AcceptedRequest } from '../../../core/receiving/receive';
import type { Rejection } from '../../../core/receiving/rejection';

import { readSourceAddress } from './request';
import { suggestFix } from './suggestFix';
import type { TestFault } from './testListening';
import type { TriggerParameters } from './triggerParameters';

/** Creates the mask for the credentials that a request presents. */
export const createCredentialMask = (
	context: IWebhookFunctions,
	tokenHeaders: string[] = [],
): CredentialMask => {
	const { headers, headersDistinct } = context.getRequestObject();
	return new CredentialMask(
		{
			query: context.getQueryData() as Record<string, unknown>,
			// Node keeps only the first of several Authorization headers.
			headers: headersDistinct ?? headers,
		},
		tokenHeaders,
	);
};

/** Describes a request itself, in the same fields for accepted and rejected ones. */
const describeRequest = (
	context: IWebhookFunctions,
	mask: CredentialMask,
	tokenHeaders: string[] = [],
) => {
	const request = context.getRequestObject();
	return {
		source_address: readSourceAddress(request) || null,
		received_at: toIsoTime(Date.now()),
		request_id: randomUUID(),
		headers: mask.maskNamed(omit(request.headers, tokenHeaders)) as IDataObject,
		query: mask.maskNamed(context.getQueryData() as object) as IDataObject,
	};
};

const describeEvent = ({ data, timeMs, type }: ReceivedEvent, mask: CredentialMask) => ({
	event: type === undefined ? null : mask.maskText(type),
	event_time: timeMs === undefined ? null : toIsoTime(timeMs),
	data: (data ?? null) as IDataObject | null,
});

/** Returns the form of a duplicate key that items show if the key itself contains a credential. */
export const hashDuplicateKey = (key: string): string =>
	createHash('sha256').update(key).digest('hex');

/** Hashes a key that contains a credential: if it were masked, different keys would be equal. */
const maskDuplicateKey = (key: string, mask: CredentialMask): string =>
	mask.maskText(key) === key ? key : hashDuplicateKey(key);

/** Describes a verified signature or token, without either of them. */
const describeSignature = (
	{ claims, id, keyId, nonce, scheme, tag, timestampMs }: VerifiedSignature,
	mask: CredentialMask,
): IDataObject => ({
	scheme,
	...(id !== undefined && { id }),
	...(timestampMs !== undefined && { timestamp: toIsoTime(timestampMs) }),
	...(claims && { claims: mask.maskValue(claims) as IDataObject }),
	...(keyId !== undefined && { key_id: keyId }),
	...(nonce !== undefined && { nonce }),
	...(tag !== undefined && { tag }),
});

/** Describes the content of a request: its event, its body and its duplicate key. */
function describeContent(
	{ body, duplicateKey, event, isBodyDecoded, rawBody }: AcceptedRequest,
	mask: CredentialMask,
): IDataObject {
	// Together, so that a large body is searched once.
	const parts = { data: event?.data, envelope: event?.envelope, body };
	const masked = (
		isBodyDecoded ? mask.maskValue(parts) : mask.maskBody(parts, rawBody)
	) as typeof parts;
	return {
		...(event && describeEvent({ ...event, data: masked.data }, mask)),
		...(masked.envelope && { envelope: masked.envelope as IDataObject }),
		body: masked.body as IDataObject,
		...(duplicateKey !== undefined && { duplicate_key: maskDuplicateKey(duplicateKey, mask) }),
	};
}

/** Describes all that is known of a request. Rules read it, whether or not items are simplified. */
export function describeAcceptedRequest(
	context: IWebhookFunctions,
	request: AcceptedRequest,
	{ platform, tokenHeaders }: TriggerParameters,
): IDataObject {
	const { authentication, signature } = request;
	const mask = createCredentialMask(context, tokenHeaders);
	return {
		...describeContent(request, mask),
		platform,
		authentication,
		...(signature && { signature: describeSignature(signature, mask) }),
		...describeRequest(context, mask, tokenHeaders),
	};
}

/** The fields of simplified items. The first four contain the whole body. */
const EVENT_FIELDS = ['event', 'event_time', 'data', 'envelope'];
const REQUEST_FIELDS = ['duplicate_key', 'received_at', 'request_id'];

/** Chooses the fields of the item that a workflow starts with. */
const chooseFields = (
	description: IDataObject,
	{ event }: AcceptedRequest,
	{ simplify }: TriggerParameters,
): IDataObject =>
	simplify
		? pick(description, [...(event ? EVENT_FIELDS : ['body']), ...REQUEST_FIELDS])
		: omit(description, 'envelope');

/** Creates the item that a workflow starts with. */
export async function createAcceptedItem(
	context: IWebhookFunctions,
	description: IDataObject,
	request: AcceptedRequest,
	parameters: TriggerParameters,
): Promise<INodeExecutionData> {
	const json = chooseFields(description, request, parameters);
	const { rawBodyField = '' } = parameters.options;
	if (rawBodyField === '') return { json };
	const { prepareBinaryData } = context.helpers;
	const type = getMediaType(context.getHeaderData() as RequestHeaders) || 'application/json';
	const binary = await prepareBinaryData(request.rawBody, undefined, type);
	return { json, binary: { [rawBodyField]: binary } };
}

/** Describes a rejection without any credential of the request, with what to change. */
export function maskRejection(
	context: IWebhookFunctions,
	{ code, details, message }: Rejection,
	{ platform, requestKind, tokenHeaders }: TriggerParameters,
) {
	const mask = createCredentialMask(context, tokenHeaders);
	const trigger = { platform: getPlatform(platform), isEvent: requestKind === EVENT_KIND };
	return {
		code,
		message: mask.maskText(message),
		details: mask.maskValue({ ...details }) as Rejection['details'],
		hint: suggestFix(code, trigger),
	};
}

/** Creates the item of a rejected request, for the second output. */
export function createRejectedItem(
	context: IWebhookFunctions,
	rejection: Rejection,
	parameters: TriggerParameters,
): INodeExecutionData {
	const { code, details, hint, message } = maskRejection(context, rejection, parameters);
	return {
		json: {
			refused: true,
			code,
			message,
			hint,
			details: { ...details },
			status_code: rejection.status,
			method: context.getRequestObject().method,
			...describeRequest(
				context,
				createCredentialMask(context, parameters.tokenHeaders),
				parameters.tokenHeaders,
			),
		},
	};
}

/** Explains to the trigger's owner why a request was filtered out. */
export function describeIgnored(
	context: IWebhookFunctions,
	cause: IgnoredRequest['cause'],
	tokenHeaders?: string[],
): TestFault {
	const mask = createCredentialMask(context, tokenHeaders);
	if ('condition' in cause) {
		return {
			message: 'Ignored: the conditions are not met',
			description: [
				`Not met: ${mask.maskText(cause.condition)}`,
				'',
				'The sender got 200. Send a request that meets the conditions, or change "Condition".',
			],
		};
	}
	const types = cause.eventTypes.map((type) => mask.maskText(type)).join(', ');
	return {
		message: `Ignored: the event type ${types === '' ? 'is missing' : `${types} is not chosen`}`,
		description: [
			'The sender got 200. Add the type to "Event Types", or leave "Event Types" empty for all.',
			'Then listen again.',
		],
	};
}
