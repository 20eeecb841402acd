import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import type { RequestHeaders } from '../../../core/http/headers';
import type { BodyFault, InboundRequest } from '../../../core/receiving/inboundRequest';

type Request = ReturnType<IWebhookFunctions['getRequestObject']>;

/**
 * Returns the request's headers, with a list for each that came more than once: Node joins most of
 * those into one value, and keeps only the first of some
 * (https://nodejs.org/api/http.html#messageheaders).
 */
function readHeaders(request: Request): RequestHeaders {
	const distinct: Record<string, string[] | undefined> = request.headersDistinct ?? {};
	const repeated = Object.entries(distinct).filter(([, values]) => (values?.length ?? 0) > 1);
	return { ...request.headers, ...Object.fromEntries(repeated) };
}

/** Recognizes the `PayloadTooLargeError` of n8n's body reader, and any other error with status 413. */
export const isTooLarge = (error: unknown): boolean =>
	typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 413;

/**
 * Reads the body's bytes as they arrived.
 * @throws an error that {@link isTooLarge} recognizes, and no other
 */
async function readBytes(request: Request): Promise<Buffer | BodyFault> {
	// n8n parses multipart bodies itself and keeps none of their bytes.
	if (request.contentType === 'multipart/form-data') return 'unavailable';
	if (request.rawBody === undefined) {
		const fault = await request.readRawBody().then(
			() => undefined,
			(error: unknown): BodyFault => {
				if (isTooLarge(error)) throw error;
				return 'damaged';
			},
		);
		if (fault !== undefined) return fault;
	}
	return request.rawBody ?? Buffer.alloc(0);
}

/**
 * Returns this webhook's public URL.
 * @throws Error if n8n has none, e.g. before the webhook's path is known
 */
export function getWebhookUrl(context: IHookFunctions | IWebhookFunctions): string {
	const url = context.getNodeWebhookUrl('default');
	if (url === undefined) throw new Error('n8n does not know this webhook’s URL.');
	return url;
}

/** Returns the URL with its query as the sender knows it. */
function getRequestUrl(context: IWebhookFunctions, publicUrl: string | undefined): string {
	const { originalUrl } = context.getRequestObject();
	const query = originalUrl.indexOf('?');
	const base = publicUrl?.trim() || getWebhookUrl(context);
	return query === -1 ? base : base + originalUrl.slice(query);
}

/**
 * Translates n8n's request for core.
 * @param publicUrl the trigger's option "Public URL"
 */
export function toInboundRequest(
	context: IWebhookFunctions,
	publicUrl: string | undefined,
): InboundRequest {
	const request = context.getRequestObject();
	return {
		method: request.method,
		secure: request.secure,
		address: request.ip ?? '',
		query: context.getQueryData() as Record<string, unknown>,
		headers: readHeaders(request),
		readBody: async () => await readBytes(request),
		parsedBody: () => context.getBodyData(),
		url: () => getRequestUrl(context, publicUrl),
		nowMs: Date.now(),
	};
}
