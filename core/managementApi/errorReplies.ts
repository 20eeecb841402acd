import { toReplyBody } from '../http/replyBodies';
import {
	EndpointLimitError,
	EndpointNotFoundError,
	UnreadableEndpointError,
} from '../outbox/endpoint/repository';
import { WorkflowEndpointError } from '../outbox/endpoint/workflowSettings';
import { TenantDisabledError } from '../outbox/tenant/tenantRepository';

import { InvalidFieldError } from './fieldErrors';
import { ReusedKeyError } from './idempotency';

/** The response to send, with a JSON body. */
export interface ManagementReply {
	statusCode: number;
	body: object;
}

/** Builds a reply with the body that all errors have. */
const toReply = (
	statusCode: number,
	content: Parameters<typeof toReplyBody>[0],
): ManagementReply => ({ statusCode, body: toReplyBody(content) });

/** Returns the reply to an error that the caller can understand; `undefined` for any other error. */
export function toErrorReply(error: unknown): ManagementReply | undefined {
	if (error instanceof InvalidFieldError) {
		const { details, message } = error;
		return toReply(422, { code: 'INVALID_INPUT', message, details });
	}
	if (error instanceof WorkflowEndpointError) {
		const details = {
			field: error.field,
			expected: 'nothing, because a workflow in n8n gets the events',
			received: 'a value',
		};
		return toReply(422, { code: 'INVALID_INPUT', message: error.message, details });
	}
	if (error instanceof ReusedKeyError) {
		return toReply(409, { code: 'IDEMPOTENCY_CONFLICT', message: error.message });
	}
	if (error instanceof EndpointLimitError) {
		return toReply(403, {
			code: 'WEBHOOK_LIMIT_REACHED',
			message:
				'There are as many webhooks as there may be. Delete one that is no longer needed, or ask the owner of this API for more.',
		});
	}
	if (error instanceof TenantDisabledError) {
		return toReply(403, {
			code: 'TENANT_DISABLED',
			message: 'These webhooks are disabled. Ask the owner of this API to enable them.',
		});
	}
	if (error instanceof UnreadableEndpointError) {
		return toReply(503, {
			code: 'WEBHOOK_UNREADABLE',
			message:
				'This webhook cannot be changed or tested right now, and its deliveries wait. Ask the owner of this API to correct it, or delete it.',
		});
	}
	return error instanceof EndpointNotFoundError
		? toReply(404, { code: 'NOT_FOUND', message: 'This webhook does not exist' })
		: undefined;
}
