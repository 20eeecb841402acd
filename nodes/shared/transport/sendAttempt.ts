import {
	OperationalError,
	type ICredentialDataDecryptedObject,
	type IExecuteFunctions,
} from 'n8n-workflow';

import { isReadAsForm } from '../../../core/http/headers';
import { decodeText } from '../../../core/lib/cutText';
import type { AttemptResult } from '../../../core/sending/attemptOutcome';
import type { OutgoingAttempt } from '../../../core/sending/target';
import type { SignableRequest } from '../../../credentials/AgentWebhookOutboundApi.credentials';

import { CANCELLED } from './cancellableWait';
import { TIMEOUT_CODE, toErrorResult } from './requestErrors';
import { createTimeoutSignal } from './timeoutSignal';

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

const CONNECTION_RESET_ERROR = Object.assign(new Error('The response was cut off'), {
	code: 'ECONNRESET',
});

/**
 * Keeps the beginning of a body in one buffer. A list of its chunks would take hundreds of times the memory of the body
 * if an endpoint sends it byte by byte.
 */
class BodyBeginning {
	private bytes = Buffer.alloc(0);

	private length = 0;

	constructor(private readonly maxBytes: number) {}

	/** @returns whether the body is longer than the limit */
	add(chunk: Buffer): boolean {
		const length = this.length + chunk.length;
		// One byte more than the limit shows where a character ends.
		const kept = Math.min(length, Math.floor(this.maxBytes) + 1);
		if (kept > this.bytes.length) {
			const grown = Buffer.alloc(Math.max(kept, 2 * this.bytes.length));
			this.bytes.copy(grown);
			this.bytes = grown;
		}
		chunk.copy(this.bytes, this.length, 0, kept - this.length);
		this.length = kept;
		return length > this.maxBytes;
	}

	/** Returns the text without a byte order mark, which some servers put before their JSON. */
	toText(): string {
		return decodeText(this.bytes.subarray(0, this.length), this.maxBytes).replace(/^\ufeff/, '');
	}
}

/**
 * Reads a body up to `maxBytes`, and closes the connection there.
 * @throws if the connection closes before the body ends
 */
async function readBounded(
	stream: ResponseStream,
	maxBytes: number,
): Promise<{ body: string; bodyTruncated: boolean }> {
	const beginning = new BodyBeginning(maxBytes);
	const bodyTruncated = await new Promise<boolean>((resolve, reject) => {
		if (stream.destroyed) return reject(CONNECTION_RESET_ERROR);
		stream.on('data', (chunk) => {
			if (!beginning.add(chunk)) return;
			resolve(true);
			stream.destroy();
		});
		stream.on('end', () => resolve(false));
		stream.on('error', reject);
		// Has no effect after the end of the body.
		stream.on('close', () => reject(CONNECTION_RESET_ERROR));
	});
	return { body: beginning.toText(), bodyTruncated };
}

/** Merges headers, of which the last one with a name counts, whatever its case. */
function mergeHeaders(...groups: Array<Record<string, string>>): Record<string, string> {
	const merged = new Map<string, [string, string]>();
	for (const [name, value] of groups.flatMap((group) => Object.entries(group))) {
		merged.set(name.toLowerCase(), [name, value]);
	}
	return Object.fromEntries(merged.values());
}

function buildRequest(
	{ accessToken, body, contentHeaders = {}, key, nowMs, target, tls }: OutgoingAttempt,
	abortSignal: AbortSignal | undefined,
): SignableRequest {
	const { platformId, signed, unsignedAllowed } = target;
	const headers = mergeHeaders(
		{ 'Content-Type': 'application/json' },
		target.headers,
		contentHeaders,
	);
	return {
		method: 'POST',
		url: target.url,
		headers,
		body: isReadAsForm(headers) ? body.toString('utf8') : body,
		timeout: target.timeoutMs,
		skipSslCertificateValidation: target.skipTlsCheck,
		disableFollowRedirect: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		// Streamed, so that an endless body costs no memory.
		encoding: 'stream',
		// With a credential, n8n's helper uses the same signal by itself.
		abortSignal,
		...(signed && { signing: { platformId, id: key, nowMs, unsignedAllowed, accessToken } }),
		...(tls && { agentOptions: tls }),
	};
}

async function request(
	context: IExecuteFunctions,
	options: SignableRequest,
	credential: OutgoingAttempt['credential'],
): Promise<StreamedResponse> {
	if (options.signing === undefined) {
		return (await context.helpers.httpRequest(options)) as StreamedResponse;
	}
	const { httpRequestWithAuthentication } = context.helpers;
	return (await httpRequestWithAuthentication.call(context, CREDENTIAL, options, {
		// Read once for all attempts: n8n's helper would otherwise decrypt the credential for each.
		credentialsDecrypted: {
			id: '',
			name: CREDENTIAL,
			type: CREDENTIAL,
			data: credential as ICredentialDataDecryptedObject,
		},
	})) as StreamedResponse;
}

/**
 * Makes one attempt with n8n's own request helper, so that the instance's proxy, egress and TLS
 * settings apply. Redirects are not followed.
 * @returns the response, or why there is none
 * @throws OperationalError when the execution is cancelled
 */
export async function sendAttempt(
	context: IExecuteFunctions,
	attempt: OutgoingAttempt,
): Promise<AttemptResult> {
	const { maxResponseBytes, timeoutMs } = attempt.target;
	const cancelSignal = context.getExecutionCancelSignal();
	const timeoutSignal = createTimeoutSignal(timeoutMs);
	let response: StreamedResponse | undefined;
	const exchange = async (): Promise<AttemptResult> => {
		try {
			response = await request(context, buildRequest(attempt, cancelSignal), attempt.credential);
			const { body: stream, headers, statusCode } = response;
			if (timeoutSignal.aborted) stream.destroy();
			const body = await readBounded(stream, maxResponseBytes);
			return { kind: 'response', statusCode, headers, ...body };
		} catch (error) {
			return toErrorResult(error, response?.statusCode);
		}
	};
	const result = await new Promise<AttemptResult>((resolve) => {
		// Ends the attempt on time, even if n8n's helper does not give up at once.
		const expire = (): void => {
			response?.body.destroy();
			resolve(toErrorResult({ code: TIMEOUT_CODE }, response?.statusCode));
		};
		timeoutSignal.addEventListener('abort', expire, { once: true });
		void exchange().then((outcome) => {
			// Otherwise the signal would keep the attempt's memory until the timeout.
			timeoutSignal.removeEventListener('abort', expire);
			resolve(outcome);
		});
	});
	// The helper aborts the request with the execution: that says nothing about the endpoint.
	if (result.kind === 'error' && cancelSignal?.aborted) throw new OperationalError(CANCELLED);
	return result;
}
