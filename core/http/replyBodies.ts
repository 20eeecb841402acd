/**
 * The JSON bodies that webhooks are answered with. They follow AgenticFlow's "Response Format", which
 * also serves every platform whose documentation describes none (docs/platforms.md#agenticflow).
 */

/** The field that is wrong, the value expected there, and the value received. */
export interface ErrorDetails {
	/** A header, a URL parameter, or a dotted path into the body. */
	field: string;
	expected: string;
	received: string;
}

/** An error with a request, in words that help its sender and reveal no secret. */
export interface ReplyError<Code extends string = string> {
	/** Stable, for programs: e.g. `TOKEN_INVALID`. */
	code: Code;
	/** For people. */
	message: string;
	details?: ErrorDetails;
}

export interface ErrorReply {
	success: false;
	error: ReplyError;
}

/**
 * Builds the body of an error response.
 * @param error any other fields it has are left out
 * @example
 * toReplyBody({ code: 'NOT_FOUND', message: 'There is no such webhook' });
 * // { success: false, error: { code: 'NOT_FOUND', message: 'There is no such webhook' } }
 */
export function toReplyBody({ code, details, message }: ReplyError): ErrorReply {
	return { success: false, error: { code, message, ...(details && { details }) } };
}

export interface IgnoredReply {
	success: true;
	message: string;
	status: 'ignored' | 'duplicate';
}

/** Builds the body for an authentic, valid request that starts no execution. */
export const buildIgnoredReply = (message: string): IgnoredReply => ({
	success: true,
	message,
	status: 'ignored',
});

/** Builds the body for a request that was received before. */
export const buildDuplicateReply = (): IgnoredReply => ({
	success: true,
	message: 'This delivery was received before',
	status: 'duplicate',
});

/** Builds the reply to a request whose workflow succeeded. It has no execution ID. */
export const buildFinishedReply = (status = 'completed') => ({
	statusCode: 200,
	body: JSON.stringify({ success: true, message: ACCEPTED_MESSAGE, status }),
	contentType: 'application/json; charset=utf-8',
});

/** The texts of AgenticFlow's success reply, in addition to the execution's ID. */
export const ACCEPTED_MESSAGE = 'Webhook processed successfully';
export const ACCEPTED_STATUS = 'queued';
