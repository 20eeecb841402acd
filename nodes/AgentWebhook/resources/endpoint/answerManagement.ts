import once from 'lodash/once';
import { type IDataObject, type IExecuteFunctions } from 'n8n-workflow';

import { toReplyBody } from '../../../../core/http/replyBodies';
import { createTimeZone } from '../../../../core/lib/timeZone';
import {
	handleManagementRequest,
	type ManagementReply,
	type ManagementRequest,
} from '../../../../core/managementApi/server';
import type { Encrypter } from '../../../../core/outbox/store/encryption';
import { getPlatform } from '../../../../core/platforms';
import { forEachItem, toSingleOutput } from '../../../shared/execution/eachItem';
import { buildJsonResponse } from '../../../shared/execution/jsonResponse';
import { readEncryptedRequest } from '../../../shared/outbox/encryptedRequest';
import {
	REQUEST_ASSOCIATED_DATA,
	type EncryptedRequest,
} from '../../../shared/outbox/managementItem';
import { openOutbox, type TenantOpener } from '../../../shared/outbox/openOutbox';
import { readTenant, tenantField } from '../../../shared/properties/tenantProperties';
import type { Operation } from '../operation';

import { urlPermissionFields } from './urlPermissions';

/** @throws UserError if the item has no management request, or one encrypted with another key */
const readRequest = (
	encrypter: Encrypter,
	{ management_request: ciphertext }: IDataObject,
): EncryptedRequest =>
	readEncryptedRequest(encrypter, ciphertext, {
		name: REQUEST_ASSOCIATED_DATA,
		kind: 'Management Request',
	}) as EncryptedRequest;

interface AnsweredRequest {
	request: ManagementRequest;
	reply: ManagementReply;
}

async function answerRequest(
	context: IExecuteFunctions,
	openTenant: TenantOpener,
	json: IDataObject,
	itemIndex: number,
): Promise<AnsweredRequest> {
	const outbox = openTenant(readTenant(context, itemIndex));
	const { platformId, ...request } = readRequest(outbox.encrypter, json);
	const options = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
	const rules = {
		platform: getPlatform(platformId),
		allowHttp: options.allowHttp === true,
		allowInternal: options.allowInternal === true,
		zone: createTimeZone(context.getTimezone()),
	};
	return { request, reply: await handleManagementRequest(outbox, rules, request) };
}

async function respond(
	context: IExecuteFunctions,
	{ body, statusCode }: ManagementReply,
): Promise<void> {
	await context.sendResponse(buildJsonResponse(statusCode, {}, body));
}

/** Hides the cause, which only the workflow's owner should see. */
const INTERNAL_ERROR_REPLY: ManagementReply = {
	statusCode: 500,
	body: toReplyBody({
		code: 'INTERNAL_ERROR',
		message: 'Webhooks cannot be managed right now. Try again later.',
	}),
};

export const answerManagementOperation: Operation = {
	name: 'Answer Management Request',
	action: 'Answer a management request',
	description:
		'Let subscribers manage their endpoints through an API. Place this node after an Agent Webhook Trigger.',
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
					...tenantField,
					description:
						'ID of the tenant who sent the request. It manages its own endpoints, and no others. Without this option, they are those that belong to no tenant of yours.',
				},
			],
		},
	],
	execute: async (context) => {
		const openOnce = once(async () => await openOutbox(context));
		return await forEachItem(context, 1, 0, async ({ json }, itemIndex) => {
			const answer = async (): Promise<AnsweredRequest> =>
				await answerRequest(context, await openOnce(), json, itemIndex);
			return await answer().then(
				async ({ reply, request: { task, webhookId } }) => {
					await respond(context, reply);
					const { id, url } = reply.body as IDataObject;
					return toSingleOutput({
						task,
						webhook_id: webhookId ?? id ?? null,
						...(typeof url === 'string' && { url }),
						status_code: reply.statusCode,
					});
				},
				async (error: unknown) => {
					await respond(context, INTERNAL_ERROR_REPLY);
					throw error;
				},
			);
		});
	},
};
