import once from 'lodash/once';
import { UserError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';

import { createEventTypes } from '../../../../core/outbox/eventType/eventTypeRepository';
import type { Encrypter } from '../../../../core/outbox/store/encryption';
import type { ApiPorts, ApiRequest, ApiRules } from '../../../../core/svixApi/apiContext';
import { serveSvixRequest, type SvixReply } from '../../../../core/svixApi/svixServer';
import { forEachItem, toSingleOutput } from '../../../shared/execution/eachItem';
import { buildJsonResponse } from '../../../shared/execution/jsonResponse';
import { API_ASSOCIATED_DATA } from '../../../shared/outbox/apiItem';
import { readEncryptedRequest } from '../../../shared/outbox/encryptedRequest';
import { openApiKeys, openWholeOutbox } from '../../../shared/outbox/openOutbox';
import type { Operation } from '../operation';

import { urlPermissionFields } from './urlPermissions';

/** @throws UserError if the item has no API request, or one encrypted with another key */
const readRequest = (encrypter: Encrypter, { api_request: ciphertext }: IDataObject): ApiRequest =>
	readEncryptedRequest(encrypter, ciphertext, {
		name: API_ASSOCIATED_DATA,
		kind: 'API Request',
	}) as ApiRequest;

/** @throws UserError for a portal URL that is not one */
function readRules(context: IExecuteFunctions, itemIndex: number): ApiRules {
	const options = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
	const portalUrl = String(options.portalUrl ?? '').trim();
	if (portalUrl !== '' && !/^https?:\/\/[^#]+$/.test(portalUrl)) {
		throw new UserError(
			'"Portal URL" is not a complete URL without a fragment. Enter e.g. https://example.com/webhooks.',
		);
	}
	return {
		allowHttp: options.allowHttp === true,
		allowInternal: options.allowInternal === true,
		...(portalUrl !== '' && { portalUrl }),
		checksPayloads: options.checkPayloads === true,
		limits: { concurrency: 50, maxPacingMs: 10_000 },
	};
}

async function respond(
	context: IExecuteFunctions,
	{ body, headers = {}, statusCode }: SvixReply,
): Promise<void> {
	// Without a body, n8n would write an empty JSON object.
	const response =
		body === undefined
			? { statusCode, headers, body: Buffer.alloc(0) }
			: buildJsonResponse(statusCode, headers, body);
	await context.sendResponse(response);
}

/** Hides the cause, which only the workflow's owner should see. */
const INTERNAL_ERROR_REPLY: SvixReply = {
	statusCode: 500,
	body: { code: 'server_error', detail: 'This does not work right now. Try again later.' },
};

/** Returns what the node's item says about an answered request. */
const describeAnswer = (
	{ key, operation, path }: ApiRequest,
	{ body, statusCode }: SvixReply,
): IDataObject => {
	const { id } = (body ?? {}) as { id?: string };
	return {
		operation,
		application: path.app_id ?? null,
		id: path.endpoint_id ?? path.msg_id ?? id ?? null,
		key_id: key.id,
		status_code: statusCode,
	};
};

export const answerApiOperation: Operation = {
	name: 'Answer API Request',
	action: 'Answer an API request',
	description:
		'Let Svix’s clients manage tenants, endpoints and events. Place this node after an Agent Webhook Trigger.',
	properties: [
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [
				...urlPermissionFields,
				{
					displayName: 'Check Payloads',
					name: 'checkPayloads',
					type: 'boolean',
					default: false,
					description:
						'Whether to reject messages whose payload does not match the schema of their event type in the catalog, or whose event type is not there',
				},
				{
					displayName: 'Portal URL',
					name: 'portalUrl',
					type: 'string',
					default: '',
					placeholder: 'e.g. https://example.com/webhooks',
					description:
						'A page of yours that links for subscribers lead to. Their key follows it, after #key=. Without it, links lead to the portal that the trigger serves, if its option is on.',
				},
			],
		},
	],
	execute: async (context) => {
		const openOnce = once(async (): Promise<Required<ApiPorts>> => {
			const outbox = await openWholeOutbox(context);
			const keys = await openApiKeys(context);
			return { outbox, keys, eventTypes: createEventTypes(outbox) };
		});
		return await forEachItem(context, 1, 0, async ({ json }, itemIndex) => {
			let isAnswered = false;
			const send = async (reply: SvixReply): Promise<void> => {
				isAnswered = true;
				await respond(context, reply);
			};
			const answer = async (): Promise<IDataObject> => {
				const ports = await openOnce();
				const request = readRequest(ports.outbox.encrypter, json);
				const rules = readRules(context, itemIndex);
				return describeAnswer(request, await serveSvixRequest(ports, rules, request, send));
			};
			return await answer().then(toSingleOutput, async (error: unknown) => {
				if (!isAnswered) await respond(context, INTERNAL_ERROR_REPLY);
				throw error;
			});
		});
	},
};
