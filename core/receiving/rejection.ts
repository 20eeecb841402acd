import { errorReply, type ErrorReply, type ReplyDetails } from '../http/replyBodies';
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
	| 'TOO_MANY_REPEATS';

type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 | 429;

/** Why a request starts nothing, and what its sender is told. */
export interface Rejection {
	result: 'refused';
	statusCode: RefusalStatus;
	code: RejectionCode;
	headers: Record<string, string>;
	reply: ErrorReply;
}

/** @param details the field at fault, what was expected there and what came */
export function createRejection(
	statusCode: RefusalStatus,
	code: RejectionCode,
	message: string,
	details: ReplyDetails,
	headers: Record<string, string> = {},
): Rejection {
	return {
		result: 'refused',
		statusCode,
		code,
		headers,
		reply: errorReply(code, message, details),
	};
}
