import { createHmac, randomUUID } from 'crypto';
import omit from 'lodash/omit';
import pick from 'lodash/pick';
import type { IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import { toPrintableUrl } from '../../../core/http/endpointUrl';
import { stringifyExactJson } from '../../../core/lib/exactJson';
import { isObject } from '../../../core/lib/fieldPath';
import { toIsoTime } from '../../../core/lib/time';
import type { RequestIdempotency } from '../../../core/managementApi/idempotency';
import { parseManagementTask, type ManagementTask } from '../../../core/managementApi/routes';
import { createEncrypter } from '../../../core/outbox/store/encryption';
import type { AcceptedRequest } from '../../../core/receiving/receive';
import type { Rejection } from '../../../core/receiving/rejection';
import {
	REQUEST_ASSOCIATED_DATA,
	type ManagementItem,
	type EncryptedRequest,
} from '../../shared/outbox/managementItem';
import { parseOutboxCredential } from '../../shared/outbox/openOutbox';

import { readSourceAddress } from './request';
import { createCredentialMask } from './items';
import type { TriggerParameters } from './triggerParameters';

/** The task of a request to the management API, and the webhook that it is about. */
export interface ManagementRoute {
	task: ManagementTask;
	/** `null` for a task about all webhooks. */
	webhookId: string | null;
}

/** Reads the task from the method and the path; n8n names the path's parts as the description does. */
export function parseManagementRoute(context: IWebhookFunctions): ManagementRoute | Rejection {
	const { id, section } = context.getParamsData() as { id?: string; section?: string };
	const task = parseManagementTask(context.getRequestObject().method, { id, section });
	return typeof task === 'string' ? { task, webhookId: id ?? null } : task;
}

/**
 * Picks the fields of a body that an item may show: subscribers write secrets into other fields, and
 * into a URL's query.
 */
function pickPrintableFields(body: unknown): IDataObject {
	if (!isObject(body)) return {};
	const { url } = body;
	// A URL without https:// could be user:password@host, and the item would show the password.
	const isWeb = typeof url === 'string' && /^https?:/i.test(url) && URL.canParse(url);
	return {
		...(pick(body, ['name', 'events', 'status', 'event']) as IDataObject),
		...(isWeb && { url: toPrintableUrl(new URL(url)) }),
	};
}

/**
 * Reads a request's Idempotency-Key.
 * @param secret keeps the caller's digest from being compared with those of guessed API keys
 */
function readIdempotency(
	context: IWebhookFunctions,
	secret: string,
): RequestIdempotency | undefined {
	const { authorization, 'idempotency-key': key } = context.getHeaderData() as IDataObject;
	if (key === undefined) return undefined;
	const { token } = context.getQueryData() as IDataObject;
	const caller = createHmac('sha256', secret)
		.update(JSON.stringify([authorization, token]))
		.digest('hex');
	return { key: String(key), caller };
}

/**
 * Creates the item of a request to the management API. Its visible fields are for people; the request
 * itself is encrypted with the outbox's key.
 * @throws UserError or an error of the encryption if the Outbox credential is not valid
 */
export async function createManagementItem(
	context: IWebhookFunctions,
	{ task, webhookId }: ManagementRoute,
	{ authentication, body, readExactBody }: AcceptedRequest,
	{ platform, tokenHeaders }: TriggerParameters,
): Promise<INodeExecutionData> {
	const { keys } = parseOutboxCredential(await context.getCredentials('agentWebhookOutboxApi'));
	// A URL token authenticates the caller, and is not a parameter of the API.
	const query = omit(context.getQueryData() as IDataObject, 'token');
	const request: EncryptedRequest = { platformId: platform, task, query, body: readExactBody() };
	if (webhookId !== null) request.webhookId = webhookId;
	const idempotency = task === 'create' ? readIdempotency(context, keys[0]) : undefined;
	if (idempotency !== undefined) request.idempotency = idempotency;
	const mask = createCredentialMask(context, tokenHeaders);
	const json: ManagementItem & IDataObject = {
		task,
		webhook_id: webhookId === null ? null : mask.maskText(webhookId),
		...(mask.maskValue(pickPrintableFields(body)) as IDataObject),
		platform,
		authentication,
		source_address: readSourceAddress(context.getRequestObject()) || null,
		received_at: toIsoTime(Date.now()),
		request_id: randomUUID(),
		management_request: createEncrypter(keys).encrypt(
			stringifyExactJson(request),
			REQUEST_ASSOCIATED_DATA,
		),
	};
	return { json };
}
