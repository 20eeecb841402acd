/**
 * The bodies that a webhook answers with: AgenticFlow's "Response Format" (spec/agenticflow.txt),
 * which serves every platform that names none (spec/README.md).
 */

export interface ErrorReply {
	success: false;
	error: { code: string; message: string; details?: ReplyDetails };
	/** Where the platform's page names one, e.g. AgentFlow's `rejected`. */
	status?: string;
}

/** What was expected and what came, where one field is at fault. */
export interface ReplyDetails {
	field: string;
	expected: string;
	received: string;
}

/** The body of a refusal. */
export function errorReply(
	code: string,
	message: string,
	details?: ReplyDetails,
	status?: string,
): ErrorReply {
	return {
		success: false,
		error: { code, message, ...(details && { details }) },
		...(status !== undefined && { status }),
	};
}

/** The body for a request that was authentic and well formed, and that nothing is started for. */
export function ignoredReply(message: string): IgnoredReply {
	return { success: true, message, status: 'ignored' };
}

/** The body for a delivery that was received before. */
export const duplicateReply = (): IgnoredReply => ({
	success: true,
	message: 'This delivery was received before',
	status: 'duplicate',
});

export interface IgnoredReply {
	success: true;
	message: string;
	status: 'ignored' | 'duplicate';
}

/** What stands in AgenticFlow's success reply beside the execution's id. */
export const ACCEPTED_MESSAGE = 'Webhook processed successfully';
export const ACCEPTED_STATUS = 'queued';
