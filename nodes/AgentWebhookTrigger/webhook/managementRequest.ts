import { randomUUID } from 'crypto';
import pick from 'lodash/pick';
import type { IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import { toPrintableUrl } from '../../../core/http/endpointUrl';
import { isObject } from '../../../core/lib/fieldPath';
import { toIsoTime } from '../../../core/lib/time';
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
 * Creates the item of a request to the management API. Its visible fields are for people; the request
 * itself is encrypted with the outbox's key.
 * @throws UserError or an error of the encryption if the outbox credential is not valid
 */
export async function createManagementItem(
	context: IWebhookFunctions,
	{ task, webhookId }: ManagementRoute,
	{ authentication, body }: AcceptedRequest,
	{ platform }: TriggerParameters,
): Promise<INodeExecutionData> {
	const { keys } = parseOutboxCredential(await context.getCredentials('agentWebhookOutboxApi'));
	const query = context.getQueryData() as IDataObject;
	const request: EncryptedRequest = { platformId: platform, task, query, body };
	if (webhookId !== null) request.webhookId = webhookId;
	const json: ManagementItem & IDataObject = {
		task,
		webhook_id: webhookId,
		...pickPrintableFields(body),
		platform,
		authentication,
		source_address: context.getRequestObject().ip ?? null,
		received_at: toIsoTime(Date.now()),
		request_id: randomUUID(),
		management_request: createEncrypter(keys).encrypt(
			JSON.stringify(request),
			REQUEST_ASSOCIATED_DATA,
		),
	};
	return { json };
}
