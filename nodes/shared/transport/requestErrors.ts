import { classifyAttempt, type AttemptResult } from '../../../core/sending/attemptOutcome';

/** The code of a request that took longer than its timeout. */
export const TIMEOUT_CODE = 'ETIMEDOUT';

/** Names of the errors that the Sending credential throws: the request is wrong, not the endpoint. */
const CREDENTIAL_ERRORS = new Set([
	'IncompleteCredentialError',
	'InvalidHeaderValueError',
	'InvalidIdError',
	'InvalidSchemeError',
	'InvalidSecretError',
]);

/** Messages by Node's error code, for a request without a response. */
const MESSAGES: Record<string, string> = {
	ECONNABORTED: 'The endpoint did not answer in time',
	ECONNREFUSED: 'The endpoint refused the connection',
	ECONNRESET: 'The endpoint closed the connection before it answered',
	EHOSTUNREACH: 'The endpoint’s host cannot be reached',
	ENETUNREACH: 'The endpoint’s network cannot be reached',
	ENOTFOUND: 'The endpoint’s host name is unknown',
	EAI_AGAIN: 'The endpoint’s host name could not be looked up',
	[TIMEOUT_CODE]: 'The endpoint did not answer in time',
};

/** Messages for a response that broke off after its status had arrived. */
const MESSAGES_AFTER_STATUS: Record<string, string> = {
	ECONNRESET: 'and closed the connection before the end of its response',
	[TIMEOUT_CODE]: 'and its response did not end in time',
};

/** Extracts OpenSSL's reason, without the location in its source and Node's advice. */
const extractTlsReason = (text: string): string =>
	(/:SSL routines:[^:]*:([^:]+):/.exec(text)?.[1] ?? text).split(';')[0];

function describeFault(code: string, text: string): string {
	if (MESSAGES[code] !== undefined) return MESSAGES[code];
	if (code.startsWith('HPE_')) {
		return `The endpoint’s response is not valid HTTP: ${text.replace(/^Parse Error: /, '')}`;
	}
	const isTls = classifyAttempt({ kind: 'error', code, message: text }, []) === 'tls';
	return isTls ? `The TLS connection to the endpoint failed: ${extractTlsReason(text)}` : text;
}

function describeFaultAfterStatus(status: number, code: string, text: string): string {
	const fault = MESSAGES_AFTER_STATUS[code] ?? `and its response cannot be read: ${text}`;
	return `The endpoint answered with status ${status}, ${fault}`;
}

/** Lists an error and the errors that it wraps, outermost first. */
function listCauses(error: unknown): Array<Record<string, unknown>> {
	const chain: Array<Record<string, unknown>> = [];
	let cause = error;
	while (typeof cause === 'object' && cause !== null && chain.length < 10) {
		chain.push(cause as Record<string, unknown>);
		cause = (cause as Record<string, unknown>).cause;
	}
	return chain;
}

/**
 * Turns the error of a request into the result of its attempt. n8n wraps the errors of Node and of the
 * credential, so the whole chain is searched for the cause.
 * @param status the response's status, if it had arrived
 */
export function toErrorResult(error: unknown, status?: number): AttemptResult {
	const chain = listCauses(error);
	const credentialError = chain.find(({ name }) => CREDENTIAL_ERRORS.has(String(name)));
	if (credentialError !== undefined) {
		const message = String(credentialError.message);
		return { kind: 'error', code: 'INVALID_REQUEST', message };
	}
	const blocked = chain.find(({ name }) => String(name).startsWith('Ssrf'));
	if (blocked !== undefined) {
		return {
			kind: 'error',
			code: 'SSRF',
			message: `n8n’s egress policy does not allow this address: ${String(blocked.message)}`,
		};
	}
	const codes = chain.map(({ code }) => code).filter((code) => typeof code === 'string');
	const code = codes[codes.length - 1] ?? 'UNKNOWN';
	const innermost = chain[chain.length - 1]?.message;
	const text = typeof innermost === 'string' ? innermost : 'The request failed';
	const message =
		status === undefined ? describeFault(code, text) : describeFaultAfterStatus(status, code, text);
	return { kind: 'error', code, message };
}
