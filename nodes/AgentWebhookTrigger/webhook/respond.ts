import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { toReplyBody, type IgnoredReply } from '../../../core/http/replyBodies';
import { getPlatform } from '../../../core/platforms';
import type { AcceptedReply } from '../../../core/platforms/platform';
import type { AnsweredHandshake } from '../../../core/receiving/answerHandshake';
import { findAcceptedReply } from '../../../core/receiving/handshake';
import type { Rejection } from '../../../core/receiving/rejection';

import { isSuccess, replaceSuccessBody, type CapturedResponse } from './captureResponse';
import { createRejectedItem, maskRejection } from './items';
import { failTest, isListening, supersedeIgnored } from './testListening';
import { nameTrigger } from './triggerName';
import { waitsForEnd, type TriggerParameters } from './triggerParameters';

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

/**
 * Answers a handshake. No execution starts, and a person who listens goes on listening: n8n ends the listening
 * with an execution only.
 */
export function respondToHandshake(
	context: IWebhookFunctions,
	{ headers, reply, status, text }: AnsweredHandshake,
): IWebhookResponseData {
	context.logger.debug(`${nameTrigger(context)} answered the sender’s verification of the URL`);
	if (text === undefined) return respond(context, status, reply, headers);
	const response = context.getResponseObject();
	// The text is the sender's: no browser may take it for a page.
	response.writeHead(status, {
		...headers,
		'Content-Type': 'text/plain; charset=utf-8',
		'X-Content-Type-Options': 'nosniff',
	});
	response.end(text);
	return { noWebhookResponse: true };
}

/** Answers a request with the reply that its platform expects. */
export function respondWithReply(
	context: IWebhookFunctions,
	{ body, contentType, statusCode }: AcceptedReply,
): IWebhookResponseData {
	const response = context.getResponseObject();
	response.writeHead(statusCode, body === '' ? {} : { 'Content-Type': contentType });
	response.end(body);
	return { noWebhookResponse: true };
}

/**
 * Answers an authentic request that starts no execution as its platform expects.
 * @param body the request's body, by which some platforms choose the reply
 * @param reply what other platforms get
 */
export function respondToUnused(
	context: IWebhookFunctions,
	{ platform }: TriggerParameters,
	body: unknown,
	reply: IgnoredReply,
): IWebhookResponseData {
	const expected = findAcceptedReply(getPlatform(platform), body);
	return expected === undefined
		? respond(context, 200, reply)
		: respondWithReply(context, expected);
}

/**
 * Prepares the reply that n8n sends once it has accepted the execution, or once it has finished with success.
 * n8n leaves alone what is set on the response object.
 * @returns fields of the result; none for AgenticFlow's format, which names the execution
 */
export function prepareReply(
	context: IWebhookFunctions,
	{ options }: TriggerParameters,
	reply: AcceptedReply | undefined,
): Pick<IWebhookResponseData, 'webhookResponse'> {
	if (reply === undefined) return {};
	const response = context.getResponseObject();
	response.statusCode = reply.statusCode;
	if (waitsForEnd(options)) {
		replaceSuccessBody(response, reply);
		return {};
	}
	response.setHeader('Content-Type', reply.contentType);
	return { webhookResponse: reply.body };
}

/**
 * Sends a follower of a burst the response that the leader got.
 * @param reply the follower's own, if the leader got a success and the platform expects a certain one
 */
export function sendSameResponse(
	context: IWebhookFunctions,
	{ body, contentType, statusCode }: CapturedResponse,
	reply: AcceptedReply | undefined,
): IWebhookResponseData {
	if (reply !== undefined && isSuccess({ statusCode })) {
		return respondWithReply(context, reply);
	}
	const response = context.getResponseObject();
	response.writeHead(statusCode, contentType === undefined ? {} : { 'Content-Type': contentType });
	response.end(body);
	return { noWebhookResponse: true };
}

/**
 * Rejects a request, with the status word of its platform. The option "Output Rejected Requests" also
 * starts an execution with its item on the second output. Without it, a person who listens sees the reason.
 */
export function respondWithRejection(
	context: IWebhookFunctions,
	rejection: Rejection,
	parameters: TriggerParameters,
): IWebhookResponseData {
	const status = getPlatform(parameters.platform).replyStatus?.rejected;
	const body = { ...toReplyBody(rejection), ...(status !== undefined && { status }) };
	const answered = respond(context, rejection.status, body, rejection.headers);
	if (isListening(context)) supersedeIgnored(context);
	if (parameters.options.outputRefused) {
		return {
			...answered,
			workflowData: [[], [createRejectedItem(context, rejection, parameters)]],
		};
	}
	if (!isListening(context)) return answered;
	const { code, details, hint, message } = maskRejection(context, rejection, parameters);
	return failTest(context, {
		message: `Rejected with ${rejection.status} ${code}: ${message}`,
		description: [
			`Expected ${details.field}: ${details.expected}`,
			`Received: ${details.received}`,
			'',
			hint,
		],
	});
}
