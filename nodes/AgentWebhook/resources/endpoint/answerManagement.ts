import { UserError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';

import { parseJson } from '../../../../core/lib/json';
import {
	handleManagementRequest as answerRequest,
	type ManagementReply,
	type ManagementRequest,
} from '../../../../core/managementApi/server';
import type { OutboxPorts } from '../../../../core/outbox/ports';
import { getPlatform } from '../../../../core/platforms';
import { errorReply } from '../../../../core/http/replyBodies';
import { eachItem, onlyOutput } from '../../../shared/execution/eachItem';
import {
	REQUEST_PLACE,
	type ManagementItem,
	type SealedRequest,
} from '../../../shared/outbox/managementItem';
import { openOutbox } from '../../../shared/outbox/openOutbox';
import type { Operation } from '../operation';

/** @throws UserError where the item is no request, or was sealed with another key */
async function requestOf({ sealer }: OutboxPorts, json: IDataObject): Promise<SealedRequest> {
	const { management_request: sealed } = json as Partial<ManagementItem>;
	if (typeof sealed !== 'string') {
		throw new UserError(
			'The item is not a request to the management API. Put this node behind an Agent Webhook Trigger with the request kind "Management Request".',
		);
	}
	const open = async (): Promise<string> => sealer.open(sealed, REQUEST_PLACE);
	const [opened] = await Promise.allSettled([open()]);
	if (opened.status === 'rejected') {
		throw new UserError(
			'The request was sealed with another key, or changed on the way. Give the Agent Webhook Trigger and this node the same Outbox credential.',
		);
	}
	return parseJson(opened.value)?.value as SealedRequest;
}

async function respond(
	context: IExecuteFunctions,
	{ body, statusCode }: ManagementReply,
): Promise<void> {
	await context.sendResponse({ statusCode, headers: {}, body: body as IDataObject });
}

const FAILED: ManagementReply = {
	statusCode: 500,
	body: errorReply('INTERNAL_ERROR', 'The webhooks cannot be managed at the moment'),
};

export const answerManagement: Operation = {
	properties: [
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [
				{
					displayName: 'Allow Internal Addresses',
					name: 'allowInternal',
					type: 'boolean',
					default: false,
					description:
						'Whether subscribers may register localhost and addresses of private, link-local and reserved ranges. Events then go to whatever listens there.',
				},
				{
					displayName: 'Allow Plain HTTP',
					name: 'allowHttp',
					type: 'boolean',
					default: false,
					description:
						'Whether subscribers may register URLs that begin with http://, where anyone on the way can read events',
				},
			],
		},
	],
	execute: async (context) => {
		const [opened] = await Promise.allSettled([openOutbox(context)]);
		return await eachItem(context, 1, 0, async ({ json }, itemIndex) => {
			const answered = async (): Promise<[ManagementRequest, ManagementReply]> => {
				if (opened.status === 'rejected') throw opened.reason;
				const { platformId, ...request } = await requestOf(opened.value, json);
				const options = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
				const rules = {
					profile: getPlatform(platformId),
					allowHttp: options.allowHttp === true,
					allowInternal: options.allowInternal === true,
				};
				return [request, await answerRequest(opened.value, rules, request)];
			};
			const [result] = await Promise.allSettled([answered()]);
			if (result.status === 'rejected') {
				await respond(context, FAILED);
				throw result.reason;
			}
			const [{ task, webhookId }, reply] = result.value;
			await respond(context, reply);
			const { id, url } = reply.body as IDataObject;
			return onlyOutput({
				task,
				webhook_id: webhookId ?? id ?? null,
				...(typeof url === 'string' && { url }),
				status_code: reply.statusCode,
			});
		});
	},
};
