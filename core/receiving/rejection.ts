import type { ErrorDetails, ReplyError } from '../http/replyBodies';
import type { VerificationCode } from '../signing/verify';

export type RejectionCode =
	| VerificationCode
	| 'NOT_FOUND'
	| 'METHOD_NOT_ALLOWED'
	| 'HTTPS_REQUIRED'
	| 'ADDRESS_NOT_ALLOWED'
	| 'TOKEN_MISSING'
	| 'TOKEN_INVALID'
	| 'CREDENTIALS_MISSING'
	| 'CREDENTIALS_INVALID'
	| 'UNAUTHORIZED'
	| 'PAYLOAD_TOO_LARGE'
	| 'UNSUPPORTED_MEDIA_TYPE'
	| 'BODY_UNREADABLE'
	| 'INVALID_JSON'
	| 'INVALID_INPUT'
	| 'VALUE_NOT_COMPARABLE'
	| 'TOO_MANY_REPEATS';

/**
 * A rejected request, passed from the check that fails to the response. `toReplyBody` builds the
 * response's body from it.
 */
export interface Rejection extends ReplyError<RejectionCode> {
	result: 'rejected';
	/** The HTTP status of the response. */
	status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 | 429;
	details: ErrorDetails;
	/** Response headers that the status asks for, e.g. `Allow`. */
	headers: Record<string, string>;
}

type RejectionFields = Pick<Rejection, 'code' | 'details' | 'message' | 'status'> &
	Partial<Pick<Rejection, 'headers'>>;

/** Rejects a request. */
export const createRejection = ({
	status,
	code,
	message,
	details,
	headers = {},
}: RejectionFields): Rejection => ({ result: 'rejected', status, code, message, details, headers });

/** Checks whether a step of receiving a request returned a rejection. */
export const isRejection = (value: object): value is Rejection =>
	'result' in value && value.result === 'rejected';
