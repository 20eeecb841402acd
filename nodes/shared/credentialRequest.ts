import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';

import type { SignableRequest } from '../../credentials/AgentWebhookOutboundApi.credentials';
import type { AttemptResult } from '../../core/policy/outcome';

/** A response body as n8n's helper streams it. */
interface ResponseStream extends AsyncIterable<Uint8Array> {
	destroy(): void;
}

interface StreamedResponse {
	body: ResponseStream;
	headers: Record<string, unknown>;
	statusCode: number;
}

export interface AttemptRequest {
	url: string;
	headers: Record<string, string>;
	body: Buffer;
	timeoutMs: number;
	skipTlsCheck: boolean;
	/** What is kept of a response's body; the rest is not read. */
	maxResponseBytes: number;
	/** Absent: the request is sent without a credential, unsigned. */
	signing?: SignableRequest['signing'];
	/**
	 * The outbound credential's fields, read once for all attempts: n8n's helper would otherwise read
	 * and decrypt the credential anew for each of them.
	 */
	credential?: ICredentialDataDecryptedObject;
}

const CREDENTIAL = 'agentWebhookOutboundApi';

/** The names of what our credential throws: faults of the request, not of the endpoint. */
const OWN_ERRORS = new Set([
	'IncompleteCredentialError',
	'InvalidIdError',
	'InvalidSchemeError',
	'InvalidSecretError',
]);

const MESSAGES: Record<string, string> = {
	ECONNABORTED: 'The endpoint did not answer in time',
	ECONNREFUSED: 'The endpoint refused the connection',
	ECONNRESET: 'The endpoint closed the connection before it had answered',
	ENOTFOUND: 'The endpoint’s host name is not known',
	EAI_AGAIN: 'The endpoint’s host name could not be looked up',
	ETIMEDOUT: 'The endpoint did not answer in time',
};

function causes(error: unknown): Array<Record<string, unknown>> {
	const chain: Array<Record<string, unknown>> = [];
	let current = error;
	while (typeof current === 'object' && current !== null && chain.length < 10) {
		chain.push(current as Record<string, unknown>);
		current = (current as Record<string, unknown>).cause;
	}
	return chain;
}

/** What became of a request that had no response, read from n8n's error and the ones it wraps. */
export function errorResult(error: unknown): AttemptResult {
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
	return {
		kind: 'error',
		code,
		message: MESSAGES[code] ?? (typeof innermost === 'string' ? innermost : 'The request failed'),
	};
}

async function readBounded(
	stream: ResponseStream,
	maxBytes: number,
): Promise<{ body: string; bodyTruncated: boolean }> {
	const chunks: Buffer[] = [];
	let length = 0;
	let bodyTruncated = false;
	for await (const chunk of stream) {
		chunks.push(Buffer.from(chunk));
		length += chunk.length;
		if (length > maxBytes) {
			bodyTruncated = true;
			break;
		}
	}
	stream.destroy();
	return { body: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8'), bodyTruncated };
}

/**
 * Makes one attempt with n8n's own request helper, so that the instance's proxy, egress and TLS
 * settings apply. Redirects are not followed.
 * @param deadline settles when the attempt has taken too long, or rejects when it is cancelled
 * @returns what happened; rejects only where `deadline` does
 */
export async function attemptRequest(
	context: IExecuteFunctions,
	request: AttemptRequest,
	deadline: Promise<void>,
): Promise<AttemptResult> {
	const options: SignableRequest = {
		method: 'POST',
		url: request.url,
		headers: request.headers,
		body: request.body,
		timeout: request.timeoutMs,
		skipSslCertificateValidation: request.skipTlsCheck,
		disableFollowRedirect: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		// Streamed, so that an endless body costs no memory.
		encoding: 'stream',
		abortSignal: context.getExecutionCancelSignal(),
		...(request.signing && { signing: request.signing }),
	};
	let open: ResponseStream | undefined;
	let expired = false;
	const exchange = async (): Promise<AttemptResult> => {
		try {
			const response = (await (request.signing
				? context.helpers.httpRequestWithAuthentication.call(context, CREDENTIAL, options, {
						credentialsDecrypted: {
							id: '',
							name: CREDENTIAL,
							type: CREDENTIAL,
							data: request.credential,
						},
					})
				: context.helpers.httpRequest(options))) as StreamedResponse;
			open = response.body;
			if (expired) open.destroy();
			const { statusCode, headers } = response;
			const body = await readBounded(response.body, request.maxResponseBytes);
			return { kind: 'response', statusCode, headers, ...body };
		} catch (error) {
			return errorResult(error);
		}
	};
	const timedOut = deadline.then((): AttemptResult => {
		expired = true;
		open?.destroy();
		return { kind: 'error', code: 'ETIMEDOUT', message: MESSAGES.ETIMEDOUT };
	});
	return await Promise.race([exchange(), timedOut]);
}
