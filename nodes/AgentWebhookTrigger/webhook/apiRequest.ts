import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { parseEventTypes } from '../../../core/event/eventTypes';
import { getErrorMessage } from '../../../core/lib/errorMessage';
import { createApiKeys, type ApiKeys } from '../../../core/outbox/apiKey/apiKeyToken';
import type { ApiRequest } from '../../../core/svixApi/apiContext';
import { findRoute, type Route } from '../../../core/svixApi/findRoute';
import { buildOpenApi } from '../../../core/svixApi/openApi';
import { checkPublicEventTypes } from '../../../core/svixApi/publicEventTypes';
import { toSvixErrorReply } from '../../../core/svixApi/svixErrorReply';
import { SvixApiError } from '../../../core/svixApi/svixErrors';
import { getOperation } from '../../../core/svixApi/svixRoutes';
import { parseJsonObject } from '../../shared/parameters/parse';

import { checkReceivedCall, createApiItem, readExactBody } from './apiCall';
import { getCachedOutbox } from './credentialCache';
import { answerWithPage, getPortalUrl, isPortalRequest, readPortalCall } from './portalRequest';
import { getWebhookUrl, isTooLarge } from './request';
import { respond } from './respond';
import { nameTrigger } from './triggerName';
import type { TriggerParameters } from './triggerParameters';

const MAX_PARTS = 7;

/** Reads the parts of the path below `/api/v1`; n8n names them as the description does. */
function readParts(context: IWebhookFunctions): string[] {
	const parameters = context.getParamsData() as Record<string, string | undefined>;
	const parts = Array.from({ length: MAX_PARTS }, (_, index) => parameters[`p${index + 1}`]);
	return parts.filter((part) => part !== undefined);
}

/** Returns the URL that precedes `/api/v1`, on the host that n8n shows. */
function getServerUrl(context: IWebhookFunctions): string {
	const [path] = context.getRequestObject().originalUrl.split('/api/v1');
	return new URL(getWebhookUrl(context)).origin + path;
}

/**
 * Reads the option "Public Event Types".
 * @throws UserError, InvalidPublicEventTypeError or InvalidSchemaError with what to change
 */
export const readPublicEventTypes = ({ publicEventTypes }: TriggerParameters['options']) =>
	(publicEventTypes?.entry ?? []).flatMap(({ eventTypes, schema }) =>
		checkPublicEventTypes(
			parseEventTypes(eventTypes),
			parseJsonObject(schema, 'Schema (JSON)') ?? {},
		),
	);

/** Answers what needs no key. */
function answerPublic(
	context: IWebhookFunctions,
	{ operation }: Route,
	{ options }: TriggerParameters,
): IWebhookResponseData {
	if (operation !== 'v1.openapi.get') return respond(context, 204, undefined);
	const document = buildOpenApi(getServerUrl(context), readPublicEventTypes(options));
	return respond(context, 200, document, { 'Access-Control-Allow-Origin': '*' });
}

/**
 * Reads a request to a path of the API.
 * @throws SvixApiError, ValidationError, or an error of n8n's body reader
 */
async function readApiCall(
	context: IWebhookFunctions,
	route: Route,
	parameters: TriggerParameters,
	keys: ApiKeys,
): Promise<ApiRequest> {
	const { 'idempotency-key': idempotencyKey } = context.getHeaderData() as IDataObject;
	const query = context.getQueryData() as Record<string, unknown>;
	const readBody = async (): Promise<unknown> => await readExactBody(context, parameters);
	const call = { route, query, idempotencyKey, readBody };
	return await checkReceivedCall(context, call, parameters, keys);
}

/** Answers a request that starts no execution. Only n8n's log tells the owner what is not set up. */
function respondWithError(context: IWebhookFunctions, error: unknown): IWebhookResponseData {
	const known = isTooLarge(error)
		? new SvixApiError(413, 'payload_too_large', 'The body is too large')
		: error;
	const reply = toSvixErrorReply(known);
	if (reply !== undefined) return respond(context, reply.statusCode, reply.body, reply.headers);
	context.logger.error(`${nameTrigger(context)} cannot check requests: ${getErrorMessage(error)}`);
	const body = { code: 'server_error', detail: 'The API cannot check requests at the moment' };
	return respond(context, 500, body);
}

/**
 * Handles a request to the API: answers what needs no execution, also what its key does not allow, and otherwise
 * starts an execution with its item.
 */
export async function handleApiRequest(
	context: IWebhookFunctions,
	parameters: TriggerParameters,
): Promise<IWebhookResponseData> {
	try {
		const isPortal = isPortalRequest(context, parameters);
		const { method } = context.getRequestObject();
		if (isPortal && ['GET', 'HEAD'].includes(method)) return answerWithPage(context, parameters);
		const route = isPortal ? undefined : findRoute(method, readParts(context));
		if (route && getOperation(route.operation).isPublic) {
			return answerPublic(context, route, parameters);
		}
		const { keys: encryptionKeys, name } = await getCachedOutbox(context);
		const keys = createApiKeys(name, encryptionKeys);
		const request =
			route === undefined
				? await readPortalCall(context, parameters, keys)
				: await readApiCall(context, route, parameters, keys);
		const portalUrl = getPortalUrl(context, parameters);
		const served = { ...request, ...(portalUrl !== undefined && { portalUrl }) };
		return { workflowData: [[createApiItem(context, served, encryptionKeys)]] };
	} catch (error) {
		return respondWithError(context, error);
	}
}
