import type {
	IDataObject,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import {
	buildDuplicateReply,
	buildFinishedReply,
	toReplyBody,
	type ReplyError,
} from '../../../core/http/replyBodies';
import { getErrorMessage } from '../../../core/lib/errorMessage';
import { BODY_SCHEMAS, MAX_BODY_BYTES } from '../../../core/managementApi/requestSchemas';
import { API_KIND, getPlatform, MANAGEMENT_KIND } from '../../../core/platforms';
import type { AcceptedReply } from '../../../core/platforms/platform';
import { findAcceptedReply } from '../../../core/receiving/handshake';
import { ignoreUnmet, type IgnoredRequest } from '../../../core/receiving/ignoredRequest';
import {
	receiveRequest,
	type AcceptedRequest,
	type ReceiveResult,
} from '../../../core/receiving/receive';
import { createRejection, isRejection, type Rejection } from '../../../core/receiving/rejection';

import { handleApiRequest } from './apiRequest';
import { getCombineWindowMs, joinBurst } from './coalesce';
import { getCachedInboundCredential } from './credentialCache';
import { startDelivery } from './deduplicate';
import { testRules } from './itemRules';
import { createAcceptedItem, describeAcceptedRequest, describeIgnored } from './items';
import {
	createManagementItem,
	parseManagementRoute,
	type ManagementRoute,
} from './managementRequest';
import { isTooLarge, toInboundRequest } from './request';
import {
	prepareReply,
	respond,
	respondToHandshake,
	respondToUnused,
	respondWithRejection,
	sendSameResponse,
} from './respond';
import { buildReceiveRules } from './rules';
import { failTest, isListening, supersedeIgnored, waitForOthers } from './testListening';
import { nameTrigger } from './triggerName';
import {
	readTriggerParameter,
	readTriggerParameters,
	waitsForEnd,
	type TriggerParameters,
} from './triggerParameters';

const TOO_LARGE: Rejection = createRejection({
	status: 413,
	code: 'PAYLOAD_TOO_LARGE',
	message: 'The body is too large',
	details: {
		field: 'body',
		expected: 'a body within n8n’s limit, N8N_PAYLOAD_SIZE_MAX',
		received: 'a larger body',
	},
});

const NOT_SET_UP: ReplyError = {
	code: 'RECEIVER_NOT_SET_UP',
	message: 'The webhook cannot check requests at the moment',
};

const TOO_MANY_REPEATS: Rejection = createRejection({
	status: 429,
	code: 'TOO_MANY_REPEATS',
	message: 'Too many duplicates of this delivery are waiting for its response',
	details: { field: 'delivery', expected: 'one at a time', received: 'many duplicates at once' },
	headers: { 'Retry-After': '10' },
});

interface ReceivedRequest {
	parameters: TriggerParameters;
	/** Present for a request to the management API. */
	route: ManagementRoute | undefined;
	result: ReceiveResult;
	/** The description of an accepted request, if rules were tested on it. */
	description?: IDataObject;
}

/**
 * Adds the headers that the platform and the credential name for tokens, also for requests that were rejected before
 * their check. Nobody sees the headers of most rejected requests: they do not read the credential.
 */
async function addTokenHeaders(
	context: IWebhookFunctions,
	parameters: TriggerParameters,
	result: ReceiveResult['result'],
): Promise<TriggerParameters> {
	if (result === 'handshake') return parameters;
	const isShown =
		result !== 'rejected' || parameters.options.outputRefused === true || isListening(context);
	if (!isShown) return parameters;
	const { headerToken } = getPlatform(parameters.platform);
	const names = headerToken?.names.map((name) => name.toLowerCase()) ?? [];
	if (parameters.methods.length === 0) return { ...parameters, tokenHeaders: names };
	return await getCachedInboundCredential(context).then(
		({ header }) => ({ ...parameters, tokenHeaders: [...names, ...header.names] }),
		// Without a credential there is no other token.
		() => ({ ...parameters, tokenHeaders: names }),
	);
}

/**
 * Checks a request by the trigger's parameters.
 * @throws if the body is too large for n8n, or if the trigger or its credential is not set up correctly
 */
async function receive(
	context: IWebhookFunctions,
	parameters: TriggerParameters,
): Promise<ReceivedRequest> {
	const isManagement = parameters.requestKind === MANAGEMENT_KIND;
	const route = isManagement ? parseManagementRoute(context) : undefined;
	if (route !== undefined && isRejection(route)) {
		// Its response needs the platform: fail here, where the owner sees it, if it is unknown.
		getPlatform(parameters.platform);
		return {
			parameters: await addTokenHeaders(context, parameters, 'rejected'),
			route: undefined,
			result: route,
		};
	}
	const rules = buildReceiveRules(
		parameters,
		async () => await getCachedInboundCredential(context),
		route && {
			method: context.getRequestObject().method,
			bodySchema: BODY_SCHEMAS[route.task],
			maxBodyBytes: MAX_BODY_BYTES,
		},
	);
	const request = toInboundRequest(context, parameters.options.publicUrl);
	const result = await receiveRequest(rules, request);
	const masked = await addTokenHeaders(context, parameters, result.result);
	if (result.result !== 'accepted' || route !== undefined || !parameters.hasRules) {
		return { parameters: masked, route, result };
	}
	const description = describeAcceptedRequest(context, result, masked);
	const tested = testRules(context, description);
	const received = { parameters: masked, route, description };
	if (isRejection(tested)) return { ...received, result: tested };
	return { ...received, result: tested.met ? result : ignoreUnmet(result.body, tested) };
}

/** Answers a request that could not be checked. Its caller does not learn why; n8n's log tells the owner. */
async function respondWithError(
	context: IWebhookFunctions,
	error: unknown,
): Promise<IWebhookResponseData> {
	if (isTooLarge(error)) {
		const parameters = readTriggerParameters(context);
		const masked = await addTokenHeaders(context, parameters, 'rejected');
		return respondWithRejection(context, TOO_LARGE, masked);
	}
	context.logger.error(`${nameTrigger(context)} cannot check requests: ${getErrorMessage(error)}`);
	const answered = respond(context, 500, toReplyBody(NOT_SET_UP));
	return isListening(context)
		? failTest(context, {
				message: 'The trigger cannot check requests',
				description: [
					getErrorMessage(error),
					'',
					'The sender got 500. Correct this, then listen again.',
				],
			})
		: answered;
}

/** Answers an authentic request that was filtered out. A person who listens sees the reason. */
async function respondToIgnored(
	context: IWebhookFunctions,
	{ body, cause, reply }: IgnoredRequest,
	parameters: TriggerParameters,
): Promise<IWebhookResponseData> {
	context.logger.debug(`${context.getNode().name} ignored a request: ${reply.message}`);
	const answered = respondToUnused(context, parameters, body, reply);
	if (!isListening(context) || !(await waitForOthers(context))) return answered;
	return failTest(context, describeIgnored(context, cause, parameters.tokenHeaders));
}

/** Answers a request that starts no execution of its own. */
async function respondWithoutExecution(
	context: IWebhookFunctions,
	result: Exclude<ReceiveResult, AcceptedRequest>,
	parameters: TriggerParameters,
): Promise<IWebhookResponseData> {
	switch (result.result) {
		case 'rejected':
			return respondWithRejection(context, result, parameters);
		case 'handshake':
			return respondToHandshake(context, result);
		case 'ignored':
			return await respondToIgnored(context, result, parameters);
	}
}

/**
 * Answers a duplicate.
 * @returns `undefined` for a new request, which is then in progress until it is answered
 */
async function respondToDuplicate(
	context: IWebhookFunctions,
	request: AcceptedRequest,
	parameters: TriggerParameters,
): Promise<IWebhookResponseData | undefined> {
	const start = await startDelivery(context, request, parameters);
	switch (start) {
		case 'first':
			return undefined;
		case 'duplicate':
			return respondToUnused(context, parameters, request.body, buildDuplicateReply());
		case 'busy':
			return respondWithRejection(context, TOO_MANY_REPEATS, parameters);
	}
}

/**
 * Chooses the reply to an accepted request, with the status that the trigger's owner wants.
 * @returns `undefined` for AgenticFlow's format with the execution's ID, or if the workflow answers itself
 */
function chooseReply(
	context: IWebhookFunctions,
	{ options, platform }: TriggerParameters,
	body: unknown,
): AcceptedReply | undefined {
	if (readTriggerParameter(context, 'responseMode') !== 'onReceived') return undefined;
	const { replyStatus, ...facts } = getPlatform(platform);
	const reply =
		findAcceptedReply(facts, body) ??
		(waitsForEnd(options) ? buildFinishedReply(replyStatus?.accepted) : undefined);
	return reply && { ...reply, statusCode: options.responseCode ?? reply.statusCode };
}

/** Starts an execution with an event's item, or with those of its whole burst. */
async function startExecution(
	context: IWebhookFunctions,
	item: INodeExecutionData,
	{ body }: AcceptedRequest,
	parameters: TriggerParameters,
): Promise<IWebhookResponseData> {
	const reply = chooseReply(context, parameters, body);
	const windowMs = getCombineWindowMs(context, parameters);
	if (windowMs <= 0) return { workflowData: [[item]], ...prepareReply(context, parameters, reply) };
	const burst = await joinBurst(context, item, windowMs);
	return burst.role === 'leader'
		? { workflowData: [burst.items], ...prepareReply(context, parameters, reply) }
		: sendSameResponse(context, burst.response, reply);
}

/**
 * Handles a request to the trigger: checks it, answers it if it is rejected or a duplicate, otherwise
 * starts an execution with its item.
 */
export async function handleWebhook(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	let received: ReceivedRequest;
	try {
		const given = readTriggerParameters(context);
		if (given.requestKind === API_KIND) return await handleApiRequest(context, given);
		received = await receive(context, given);
	} catch (error) {
		return await respondWithError(context, error);
	}
	const { parameters, result, route } = received;
	if (result.result !== 'accepted') {
		return await respondWithoutExecution(context, result, parameters);
	}
	if (isListening(context)) supersedeIgnored(context);

	const duplicateResponse = await respondToDuplicate(context, result, parameters);
	if (duplicateResponse !== undefined) return duplicateResponse;

	if (route !== undefined) {
		return { workflowData: [[await createManagementItem(context, route, result, parameters)]] };
	}
	const description = received.description ?? describeAcceptedRequest(context, result, parameters);
	const item = await createAcceptedItem(context, description, result, parameters);
	return await startExecution(context, item, result, parameters);
}
