import { randomUUID } from 'crypto';
import type { IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import { toIsoTime } from '../../../core/lib/time';
import type { VerifiedSignature } from '../../../core/receiving/authenticate';
import type { ReceivedEvent } from '../../../core/receiving/readEvent';
import type { AcceptedRequest } from '../../../core/receiving/receive';
import type { Rejection } from '../../../core/receiving/rejection';

import type { TriggerParameters } from './triggerParameters';

/** Matches the names of headers and URL parameters with which callers of any platform authenticate. */
const CREDENTIAL_NAME = /authorization|cookie|token|secret|password|api[-_]?key/i;

/** Leaves out the headers or URL parameters with which the caller authenticates. */
const omitCredentials = (values: object): IDataObject =>
	Object.fromEntries(
		Object.entries(values).filter(([name]) => !CREDENTIAL_NAME.test(name)),
	) as IDataObject;

/** Describes a request itself, in the same fields for accepted and rejected ones. */
const describeRequest = (context: IWebhookFunctions) => {
	const request = context.getRequestObject();
	return {
		headers: omitCredentials(request.headers),
		query: omitCredentials(context.getQueryData() as object),
		source_address: request.ip ?? null,
		received_at: toIsoTime(Date.now()),
		request_id: randomUUID(),
	};
};

const describeEvent = ({ data, timeMs, type }: ReceivedEvent) => ({
	event: type ?? null,
	event_time: timeMs === undefined ? null : toIsoTime(timeMs),
	data: (data ?? null) as IDataObject | null,
});

const describeSignature = ({ id, scheme, timestampMs }: VerifiedSignature) => ({
	scheme,
	...(id !== undefined && { id }),
	...(timestampMs !== undefined && { timestamp: toIsoTime(timestampMs) }),
});

/** Creates the item that a workflow starts with. */
export async function createAcceptedItem(
	context: IWebhookFunctions,
	{ authentication, body, duplicateKey, event, rawBody, signature }: AcceptedRequest,
	{ options, platform }: TriggerParameters,
): Promise<INodeExecutionData> {
	const { rawBodyField = '' } = options;
	return {
		json: {
			body: body as IDataObject,
			...(event && describeEvent(event)),
			...(duplicateKey !== undefined && { duplicate_key: duplicateKey }),
			platform,
			authentication,
			...(signature && { signature: describeSignature(signature) }),
			...describeRequest(context),
		},
		...(rawBodyField !== '' && {
			binary: {
				[rawBodyField]: await context.helpers.prepareBinaryData(
					rawBody,
					undefined,
					'application/json',
				),
			},
		}),
	};
}

/** Creates the item of a rejected request, for the second output. */
export function createRejectedItem(
	context: IWebhookFunctions,
	{ code, details, message, status }: Rejection,
): INodeExecutionData {
	return {
		json: {
			refused: true,
			code,
			message,
			details: { ...details },
			status_code: status,
			method: context.getRequestObject().method,
			...describeRequest(context),
		},
	};
}
