import {
	OperationalError,
	type ICredentialDataDecryptedObject,
	type IExecuteFunctions,
} from 'n8n-workflow';

import type { SignableRequest } from '../../../credentials/AgentWebhookOutboundApi.credentials';
import { classifyAttempt, type AttemptResult } from '../../../core/sending/attemptOutcome';
import type { OutgoingAttempt } from '../../../core/sending/target';

import { CANCELLED } from './cancellableSleep';

/** A response body as n8n's helper streams it. */
interface ResponseStream {
	destroyed: boolean;
	destroy(): void;
	on(event: 'data', listener: (chunk: Buffer) => void): this;
	on(event: 'end' | 'close', listener: () => void): this;
	on(event: 'error', listener: (error: Error) => void): this;
}

interface StreamedResponse {
	body: ResponseStream;
	headers: Record<string, unknown>;
	statusCode: number;
}

const CREDENTIAL = 'agentWebhookOutboundApi';

/** The names of what our credential throws: faults of the request, not of the endpoint. */
const OWN_ERRORS = new Set([
	'IncompleteCredentialError',
	'InvalidIdError',
	'InvalidSchemeError',
	'InvalidSecretError',
]);

const TOO_LATE = 'ETIMEDOUT';

/** What happened, by Node's code for it. */
const MESSAGES: Record<string, string> = {
	ECONNABORTED: 'The endpoint did not answer in time',
	ECONNREFUSED: 'The endpoint refused the connection',
	ECONNRESET: 'The endpoint closed the connection before it had answered',
	EHOSTUNREACH: 'The endpoint’s host cannot be reached',
	ENETUNREACH: 'The endpoint’s network cannot be reached',
	ENOTFOUND: 'The endpoint’s host name is not known',
	EAI_AGAIN: 'The endpoint’s host name could not be looked up',
	[TOO_LATE]: 'The endpoint did not answer in time',
};

/** The same where the answer had begun. */
const MESSAGES_AFTER_STATUS: Record<string, string> = {
	ECONNRESET: 'and closed the connection before the end of its answer',
	[TOO_LATE]: 'and its answer did not end in time',
};

/** What OpenSSL has to say, without the places in its source and Node's advice to whoever starts it. */
const tlsReason = (text: string): string =>
	(/:SSL routines:[^:]*:([^:]+):/.exec(text)?.[1] ?? text).split(';')[0];

function faultMessage(code: string, text: string): string {
	if (MESSAGES[code] !== undefined) return MESSAGES[code];
	if (code.startsWith('HPE_')) {
		return `The endpoint’s answer is not valid HTTP: ${text.replace(/^Parse Error: /, '')}`;
	}
	const isTls = classifyAttempt({ kind: 'error', code, message: text }, []) === 'tls';
	return isTls ? `The TLS connection to the endpoint failed: ${tlsReason(text)}` : text;
}

/** @param status that the answer had begun with */
function faultMessageAfter(status: number, code: string, text: string): string {
	const how = MESSAGES_AFTER_STATUS[code] ?? `and its answer cannot be read: ${text}`;
	return `The endpoint answered with status ${status}, ${how}`;
}

function causes(error: unknown): Array<Record<string, unknown>> {
	const chain: Array<Record<string, unknown>> = [];
	let current = error;
	while (typeof current === 'object' && current !== null && chain.length < 10) {
		chain.push(current as Record<string, unknown>);
		current = (current as Record<string, unknown>).cause;
	}
	return chain;
}

/**
 * What became of a request that had no whole response, read from n8n's error and the ones it wraps.
 * @param status that a response had begun with
 */
function errorResult(error: unknown, status?: number): AttemptResult {
	const chain = causes(error);
	const own = chain.find(({ name }) => OWN_ERRORS.has(String(name)));
	if (own !== undefined) {
		return { kind: 'error', code: 'INVALID_REQUEST', message: String(own.message) };
	}
	const blocked = chain.find(({ name }) => String(name).startsWith('Ssrf'));
	if (blocked !== undefined) {
		return {
			kind: 'error',
			code: 'SSRF',
			message: `n8n’s egress policy does not allow this address: ${String(blocked.message)}`,
		};
	}
	const coded = chain.map(({ code }) => code).filter((code) => typeof code === 'string');
	const code = coded[coded.length - 1] ?? 'UNKNOWN';
	const innermost = chain[chain.length - 1]?.message;
	const text = typeof innermost === 'string' ? innermost : 'The request failed';
	const message =
		status === undefined ? faultMessage(code, text) : faultMessageAfter(status, code, text);
	return { kind: 'error', code, message };
}

const BROKEN_OFF = Object.assign(new Error('The answer broke off'), { code: 'ECONNRESET' });

/** Reads a body up to so many bytes, and ends the connection there. @throws where it breaks off */
async function readBounded(
	stream: ResponseStream,
	maxBytes: number,
): Promise<{ body: string; bodyTruncated: boolean }> {
	const chunks: Buffer[] = [];
	let length = 0;
	const bodyTruncated = await new Promise<boolean>((resolve, reject) => {
		if (stream.destroyed) return reject(BROKEN_OFF);
		stream.on('data', (chunk) => {
			chunks.push(chunk);
			length += chunk.length;
			if (length <= maxBytes) return;
			resolve(true);
			stream.destroy();
		});
		stream.on('end', () => resolve(false));
		stream.on('error', reject);
		// After the end of the body it changes nothing.
		stream.on('close', () => reject(BROKEN_OFF));
	});
	return { body: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8'), bodyTruncated };
}

/**
 * Makes one attempt with n8n's own request helper, so that the instance's proxy, egress and TLS
 * settings apply. Redirects are not followed.
 * @param attempt with the credential's fields, read once for all attempts: n8n's helper would otherwise
 * read and decrypt the credential for each of them
 * @returns what happened
 * @throws OperationalError when the execution is cancelled
 */
export async function sendAttempt(
	context: IExecuteFunctions,
	{ body, credential, key, nowMs, target }: OutgoingAttempt,
): Promise<AttemptResult> {
	const { maxResponseBytes, platformId, signed, timeoutMs, unsignedAllowed } = target;
	const cancelled = context.getExecutionCancelSignal();
	const tooLate = AbortSignal.timeout(timeoutMs);
	const options: SignableRequest = {
		method: 'POST',
		url: target.url,
		headers: { 'Content-Type': 'application/json', ...target.headers },
		body,
		timeout: timeoutMs,
		skipSslCertificateValidation: target.skipTlsCheck,
		disableFollowRedirect: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		// Streamed, so that an endless body costs no memory.
		encoding: 'stream',
		// With a credential the helper takes the same signal by itself.
		abortSignal: cancelled,
		...(signed && { signing: { platformId, id: key, nowMs, unsignedAllowed } }),
	};
	let begun: StreamedResponse | undefined;
	const exchange = async (): Promise<AttemptResult> => {
		try {
			begun = (await (signed
				? context.helpers.httpRequestWithAuthentication.call(context, CREDENTIAL, options, {
						credentialsDecrypted: {
							id: '',
							name: CREDENTIAL,
							type: CREDENTIAL,
							data: credential as ICredentialDataDecryptedObject,
						},
					})
				: context.helpers.httpRequest(options))) as StreamedResponse;
			const { body: stream, headers, statusCode } = begun;
			if (tooLate.aborted) stream.destroy();
			const body = await readBounded(stream, maxResponseBytes);
			return { kind: 'response', statusCode, headers, ...body };
		} catch (error) {
			return errorResult(error, begun?.statusCode);
		}
	};
	const result = await new Promise<AttemptResult>((resolve) => {
		// Whether n8n's helper gives up at once or not: nobody waits for it any longer.
		const expire = (): void => {
			begun?.body.destroy();
			resolve(errorResult({ code: TOO_LATE }, begun?.statusCode));
		};
		tooLate.addEventListener('abort', expire, { once: true });
		void exchange().then((outcome) => {
			// Else the signal would keep what this attempt has used until its time is over.
			tooLate.removeEventListener('abort', expire);
			resolve(outcome);
		});
	});
	// The helper ends the request with the execution: that says nothing of the endpoint.
	if (result.kind === 'error' && cancelled?.aborted) throw new OperationalError(CANCELLED);
	return result;
}
