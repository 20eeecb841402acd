import { randomUUID } from 'crypto';
import type { IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import { roundExactNumbers, stringifyExactJson } from '../../../core/lib/exactJson';
import { toIsoTime } from '../../../core/lib/time';
import type { ApiKeys } from '../../../core/outbox/apiKey/apiKeyToken';
import { KeyRateLimit } from '../../../core/outbox/apiKey/keyRateLimit';
import { createEncrypter } from '../../../core/outbox/store/encryption';
import { receiveRequest } from '../../../core/receiving/receive';
import type { ApiRequest } from '../../../core/svixApi/apiContext';
import { checkCall } from '../../../core/svixApi/checkCall';
import type { Route } from '../../../core/svixApi/findRoute';
import { parsePart, SvixApiError } from '../../../core/svixApi/svixErrors';
import { QUERY_SCHEMAS } from '../../../core/svixApi/svixQuery';
import { getOperation } from '../../../core/svixApi/svixRoutes';
import { BODY_SCHEMAS } from '../../../core/svixApi/svixSchemas';
import { API_ASSOCIATED_DATA, type ApiItem } from '../../shared/outbox/apiItem';

import { readSourceAddress, toInboundRequest } from './request';
import { buildReceiveRules } from './rules';
import { DEFAULT_MAX_REQUESTS, type TriggerParameters } from './triggerParameters';

/** With room for the largest payload that an event may have. */
const MAX_BODY_BYTES = 512 * 1024;

/** The requests of all keys in this process. */
const keyRateLimit = new KeyRateLimit(10_000);

/** One call, however it arrived. */
export interface ReceivedCall {
	route: Route;
	query: Record<string, unknown>;
	idempotencyKey?: unknown;
	/** Reads its body, once its key is known to allow it. */
	readBody: () => Promise<unknown>;
}

/**
 * Reads the body of a request as JSON, with the digits of its numbers.
 * @throws SvixApiError, or an error of n8n's body reader
 */
export async function readExactBody(
	context: IWebhookFunctions,
	parameters: TriggerParameters,
): Promise<unknown> {
	const rules = buildReceiveRules(
		parameters,
		async () => {
			throw new Error('An API request is authenticated by its key.');
		},
		{ method: context.getRequestObject().method, maxBodyBytes: MAX_BODY_BYTES },
	);
	const received = await receiveRequest(rules, toInboundRequest(context, undefined));
	if (received.result === 'rejected') {
		const { code, headers, message, status } = received;
		throw new SvixApiError(status, code.toLowerCase(), message, headers);
	}
	return received.result === 'accepted' ? received.readExactBody() : {};
}

/**
 * Checks a call by its key and its fields.
 * @throws SvixApiError, ValidationError, or an error of n8n's body reader
 */
export async function checkReceivedCall(
	context: IWebhookFunctions,
	{ idempotencyKey, query, readBody, route }: ReceivedCall,
	parameters: TriggerParameters,
	keys: ApiKeys,
): Promise<ApiRequest> {
	const { authorization } = context.getHeaderData() as IDataObject;
	const limits = {
		rateLimit: keyRateLimit,
		api: `${context.getWorkflow().id ?? ''} ${context.getNode().id}`,
		maxPerMinute: parameters.options.maxRequestsPerMinute ?? DEFAULT_MAX_REQUESTS,
	};
	const key = checkCall(route.operation, authorization, keys, limits, Date.now());
	const { body: bodyName, query: queryName } = getOperation(route.operation);
	parsePart('query', QUERY_SCHEMAS[queryName], query);
	const body = await readBody();
	if (bodyName !== undefined) {
		parsePart('body', BODY_SCHEMAS[bodyName], roundExactNumbers(body));
	}
	return {
		...route,
		query,
		body: bodyName === undefined ? {} : body,
		...(typeof idempotencyKey === 'string' && { idempotencyKey }),
		key,
	};
}

/** Creates the item of a request. Its visible fields are for people; the request itself is encrypted. */
export function createApiItem(
	context: IWebhookFunctions,
	request: ApiRequest,
	encryptionKeys: string[],
): INodeExecutionData {
	const { key, operation, path } = request;
	const json: ApiItem & IDataObject = {
		operation,
		application: path.app_id ?? null,
		key_id: key.id,
		tenant_id: key.tenantId,
		source_address: readSourceAddress(context.getRequestObject()) || null,
		received_at: toIsoTime(Date.now()),
		request_id: randomUUID(),
		api_request: createEncrypter(encryptionKeys).encrypt(
			stringifyExactJson(request),
			API_ASSOCIATED_DATA,
		),
	};
	return { json };
}
