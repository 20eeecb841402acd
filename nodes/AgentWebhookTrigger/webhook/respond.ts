import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { toReplyBody } from '../../../core/http/replyBodies';
import { getPlatform } from '../../../core/platforms';
import type { Rejection } from '../../../core/receiving/rejection';

import type { CapturedResponse } from './coalesce';
import { createRejectedItem } from './items';
import type { TriggerParameters } from './triggerParameters';

/**
 * Answers a request. `noWebhookResponse` tells n8n that it is answered, so that no execution starts.
 * @param body the JSON to send; `undefined` for none
 */
export function respond(
	context: IWebhookFunctions,
	status: number,
	body: object | undefined,
	headers: Record<string, string> = {},
): IWebhookResponseData {
	const response = context.getResponseObject();
	if (body === undefined) {
		response.writeHead(status, headers);
		response.end();
	} else {
		response.writeHead(status, { ...headers, 'Content-Type': 'application/json; charset=utf-8' });
		response.end(JSON.stringify(body));
	}
	return { noWebhookResponse: true };
}

/** Sends a follower of a burst the response that the leader got. */
export function sendSameResponse(
	context: IWebhookFunctions,
	{ body, contentType, statusCode }: CapturedResponse,
): IWebhookResponseData {
	const response = context.getResponseObject();
	response.writeHead(statusCode, contentType === undefined ? {} : { 'Content-Type': contentType });
	response.end(body);
	return { noWebhookResponse: true };
}

/**
 * Rejects a request, with the status word of its platform. The option "Output Rejected Requests" also
 * starts an execution with its item on the second output.
 */
export function respondWithRejection(
	context: IWebhookFunctions,
	rejection: Rejection,
	{ options, platform }: TriggerParameters,
): IWebhookResponseData {
	const status = getPlatform(platform).replyStatus?.rejected;
	const body = { ...toReplyBody(rejection), ...(status !== undefined && { status }) };
	return {
		...respond(context, rejection.status, body, rejection.headers),
		...(options.outputRefused && { workflowData: [[], [createRejectedItem(context, rejection)]] }),
	};
}
