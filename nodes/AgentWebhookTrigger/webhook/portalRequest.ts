import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { z } from 'zod';

import { isObject } from '../../../core/lib/fieldPath';
import type { ApiKeys } from '../../../core/outbox/apiKey/apiKeyToken';
import { buildPortalHeaders, buildPortalPage } from '../../../core/portal/portalPage';
import { parsePortalSettings } from '../../../core/portal/portalSettings';
import type { ApiRequest } from '../../../core/svixApi/apiContext';
import { requirePortalKey } from '../../../core/svixApi/checkCall';
import { findRoute } from '../../../core/svixApi/findRoute';
import { parsePart, SvixApiError } from '../../../core/svixApi/svixErrors';

import { checkReceivedCall, readExactBody } from './apiCall';
import { getWebhookUrl } from './request';
import type { TriggerParameters } from './triggerParameters';

/** The portal: a page, and one path to which the page posts its calls. */

const PORTAL_PATH = /\/portal\/?$/;

/** Matches what follows the trigger's own path, which may itself contain "portal". */
const API_OR_PORTAL_PATH = /(?:\/api\/v1(?:\/[^?]*)?|\/portal\/?)(?:\?.*)?$/;

/** A call in the body of a POST: n8n's answer to a browser's preflight allows no other method on paths with parts. */
const portalCall = z
	.object({
		method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
		/** Below `/api/v1/`. */
		path: z.string().max(1024),
		query: z.record(z.string().max(1024)).optional(),
		body: z.unknown(),
		idempotencyKey: z.string().max(256).optional(),
	})
	.strict();

/** Returns whether the portal is on and a request is for it. A path of the API may end like its path. */
export const isPortalRequest = (
	context: IWebhookFunctions,
	{ options }: TriggerParameters,
): boolean =>
	options.portal !== undefined &&
	(context.getParamsData() as { p1?: string }).p1 === undefined &&
	PORTAL_PATH.test(context.getRequestObject().originalUrl.split('?')[0]);

/** Returns the URL of the portal that the trigger serves beside its API; `undefined` if it serves none. */
export function getPortalUrl(
	context: IWebhookFunctions,
	{ options }: TriggerParameters,
): string | undefined {
	if (options.portal === undefined) return undefined;
	const path = context.getRequestObject().originalUrl.replace(API_OR_PORTAL_PATH, '');
	return `${new URL(getWebhookUrl(context)).origin}${path}/portal`;
}

/** Answers with the page, or with its headers alone. No execution starts. */
export function answerWithPage(
	context: IWebhookFunctions,
	{ options }: TriggerParameters,
): IWebhookResponseData {
	const settings = parsePortalSettings({ ...options.portal?.settings });
	const page = Buffer.from(buildPortalPage(settings), 'utf8');
	const response = context.getResponseObject();
	response.writeHead(200, {
		...buildPortalHeaders(settings),
		'Content-Length': String(page.length),
	});
	response.end(context.getRequestObject().method === 'HEAD' ? undefined : page);
	return { noWebhookResponse: true };
}

/**
 * Reads a call of the page, whose key must be that of a link.
 * @throws SvixApiError, ValidationError, or an error of n8n's body reader
 */
export async function readPortalCall(
	context: IWebhookFunctions,
	parameters: TriggerParameters,
	keys: ApiKeys,
): Promise<ApiRequest> {
	const { method } = context.getRequestObject();
	if (method !== 'POST') {
		throw new SvixApiError(
			405,
			'method_not_allowed',
			'This path supports GET, HEAD and POST only.',
			{ Allow: 'GET, HEAD, POST' },
		);
	}
	const { authorization } = context.getHeaderData() as IDataObject;
	requirePortalKey(authorization, keys, Date.now());
	const posted = await readExactBody(context, parameters);
	const call = parsePart('body', portalCall, posted);
	const { idempotencyKey, path, query = {} } = call;
	const route = findRoute(call.method, path.split('/').filter(Boolean));
	const body = isObject(posted) ? (posted.body ?? {}) : {};
	return await checkReceivedCall(
		context,
		{ route, query, idempotencyKey, readBody: async () => body },
		parameters,
		keys,
	);
}
