import pick from 'lodash/pick';
import type { IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import type { AcceptedRequest } from '../../../core/receiving/receive';
import type { Rejection } from '../../../core/receiving/rejection';
import { parseManagementTask, type ManagementTask } from '../../../core/managementApi/routes';
import { toPrintableUrl } from '../../../core/http/endpointUrl';
import { createEncrypter } from '../../../core/outbox/store/encryption';
import { isObject } from '../../../core/lib/fieldPath';
import {
	REQUEST_PLACE,
	type ManagementItem,
	type SealedRequest,
} from '../../shared/outbox/managementItem';
import { outboxSettings } from '../../shared/outbox/openOutbox';

/** Which task a request to the management API is, or why it is none. */
export interface ManagementRoute {
	task: ManagementTask;
	webhookId: string | null;
}

/** Reads the task from the method and the path, whose parts n8n names as the description does. */
export function managementRoute(context: IWebhookFunctions): ManagementRoute | Rejection {
	const { id, section } = context.getParamsData() as { id?: string; section?: string };
	const task = parseManagementTask(context.getRequestObject().method, { id, section });
	return typeof task === 'string' ? { task, webhookId: id ?? null } : task;
}

/** What an item may show of a body: subscribers put secrets into the rest, and into a URL's query. */
function shown(body: unknown): IDataObject {
	if (!isObject(body)) return {};
	const { url } = body;
	// Without https:// it could be user:password@host, of which the password would be shown.
	const isWeb = typeof url === 'string' && /^https?:/i.test(url) && URL.canParse(url);
	return {
		...(pick(body, ['name', 'events', 'status', 'event']) as IDataObject),
		...(isWeb && { url: toPrintableUrl(new URL(url)) }),
	};
}

/**
 * The item of a request to the management API. What it shows is for people; what it wants done is sealed
 * with the outbox's key.
 */
export async function managementItem(
	context: IWebhookFunctions,
	{ task, webhookId }: ManagementRoute,
	{ authentication, body }: AcceptedRequest,
	platformId: string,
	requestId: string,
): Promise<INodeExecutionData> {
	const { keys } = outboxSettings(await context.getCredentials('agentWebhookOutboxApi'));
	const query = context.getQueryData() as IDataObject;
	const request: SealedRequest = { platformId, task, query, body };
	if (webhookId !== null) request.webhookId = webhookId;
	const json: ManagementItem & IDataObject = {
		task,
		webhook_id: webhookId,
		...shown(body),
		platform: platformId,
		authentication,
		source_address: context.getRequestObject().ip ?? null,
		received_at: new Date().toISOString(),
		request_id: requestId,
		management_request: createEncrypter(keys).encrypt(JSON.stringify(request), REQUEST_PLACE),
	};
	return { json };
}
