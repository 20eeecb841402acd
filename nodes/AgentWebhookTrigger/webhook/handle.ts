import type { INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { buildDuplicateReply, toReplyBody, type ReplyError } from '../../../core/http/replyBodies';
import { getErrorMessage } from '../../../core/lib/errorMessage';
import { BODY_SCHEMAS } from '../../../core/managementApi/requestSchemas';
import { getPlatform, MANAGEMENT_KIND } from '../../../core/platforms';
import {
	receiveRequest,
	type AcceptedRequest,
	type ReceiveResult,
} from '../../../core/receiving/receive';
import { createRejection, isRejection, type Rejection } from '../../../core/receiving/rejection';

import { getCombineWindowMs, joinBurst } from './coalesce';
import { getCachedInboundCredential } from './credentialCache';
import { startDelivery } from './deduplicate';
import { createAcceptedItem } from './items';
import {
	createManagementItem,
	parseManagementRoute,
	type ManagementRoute,
} from './managementRequest';
import { isTooLarge, toInboundRequest } from './request';
import { respond, respondWithRejection, sendSameResponse } from './respond';
import { buildReceiveRules, getDuplicateWindowMs } from './rules';
import { readTriggerParameters, type TriggerParameters } from './triggerParameters';

const TOO_LARGE: ReplyError = {
	code: 'PAYLOAD_TOO_LARGE',
	message: 'The body is too large',
	details: {
		field: 'body',
		expected: 'a body within n8n’s limit, N8N_PAYLOAD_SIZE_MAX',
		received: 'a larger body',
	},
};

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
}

/**
 * Checks a request by the trigger's parameters.
 * @throws if the body is too large for n8n, or if the trigger or its credential is not set up correctly
 */
async function receive(context: IWebhookFunctions): Promise<ReceivedRequest> {
	const parameters = readTriggerParameters(context);
	const isManagement = parameters.requestKind === MANAGEMENT_KIND;
	const route = isManagement ? parseManagementRoute(context) : undefined;
	if (route !== undefined && isRejection(route)) {
		// Its response needs the platform: fail here, where the owner is told, if it is unknown.
		getPlatform(parameters.platform);
		return { parameters, route: undefined, result: route };
	}
	const rules = buildReceiveRules(
		parameters,
		async () => await getCachedInboundCredential(context),
		route && { method: context.getRequestObject().method, bodySchema: BODY_SCHEMAS[route.task] },
	);
	const request = toInboundRequest(context, parameters.options.publicUrl);
	return { parameters, route, result: await receiveRequest(rules, request) };
}

/** Answers a request that could not be checked. Its caller does not learn why; n8n's log tells the owner. */
function respondWithError(context: IWebhookFunctions, error: unknown): IWebhookResponseData {
	if (isTooLarge(error)) return respond(context, 413, toReplyBody(TOO_LARGE));
	context.logger.error(
		`${context.getNode().name} cannot check requests: ${getErrorMessage(error)}`,
	);
	return respond(context, 500, toReplyBody(NOT_SET_UP));
}

/** Answers a request that starts no execution of its own. */
function respondWithoutExecution(
	context: IWebhookFunctions,
	result: Exclude<ReceiveResult, AcceptedRequest>,
	parameters: TriggerParameters,
): IWebhookResponseData {
	switch (result.result) {
		case 'rejected':
			return respondWithRejection(context, result, parameters);
		case 'handshake':
			return respond(context, result.status, result.reply);
		case 'ignored':
			return respond(context, 200, result.reply);
	}
}

/**
 * Answers a duplicate.
 * @returns `undefined` for a new request, which is then in progress until it is answered
 */
async function respondToDuplicate(
	context: IWebhookFunctions,
	{ duplicateKey }: AcceptedRequest,
	parameters: TriggerParameters,
): Promise<IWebhookResponseData | undefined> {
	const start = await startDelivery(context, duplicateKey, getDuplicateWindowMs(parameters));
	switch (start) {
		case 'first':
			return undefined;
		case 'duplicate':
			return respond(context, 200, buildDuplicateReply());
		case 'busy':
			return respondWithRejection(context, TOO_MANY_REPEATS, parameters);
	}
}

/** Starts an execution with an event's item, or with those of its whole burst. */
async function startExecution(
	context: IWebhookFunctions,
	item: INodeExecutionData,
	parameters: TriggerParameters,
): Promise<IWebhookResponseData> {
	const windowMs = getCombineWindowMs(context, parameters);
	if (windowMs <= 0) return { workflowData: [[item]] };
	const burst = await joinBurst(context, item, windowMs);
	return burst.role === 'leader'
		? { workflowData: [burst.items] }
		: sendSameResponse(context, burst.response);
}

/**
 * Handles a request to the trigger: checks it, answers it if it is rejected or a duplicate, otherwise
 * starts an execution with its item.
 */
export async function handleWebhook(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	let received: ReceivedRequest;
	try {
		received = await receive(context);
	} catch (error) {
		return respondWithError(context, error);
	}
	const { parameters, result, route } = received;
	if (result.result !== 'accepted') return respondWithoutExecution(context, result, parameters);

	const duplicateResponse = await respondToDuplicate(context, result, parameters);
	if (duplicateResponse !== undefined) return duplicateResponse;

	if (route !== undefined) {
		return { workflowData: [[await createManagementItem(context, route, result, parameters)]] };
	}
	return await startExecution(
		context,
		await createAcceptedItem(context, result, parameters),
		parameters,
	);
}
