import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import type { BodyFault } from '../../../core/receiving/receive';
import type { RequestHeaders } from '../../../core/http/headers';

type Request = ReturnType<IWebhookFunctions['getRequestObject']>;

/**
 * The request's headers, with a list for each that came more than once: Node joins most of those, and
 * of some it keeps the first alone.
 */
export function distinctHeaders(request: Request): RequestHeaders {
	const distinct: Record<string, string[] | undefined> = request.headersDistinct ?? {};
	const repeated = Object.entries(distinct).filter(([, values]) => (values?.length ?? 0) > 1);
	return { ...request.headers, ...Object.fromEntries(repeated) };
}

/** `PayloadTooLargeError` of n8n's body reader, and whatever else says 413. */
export const isTooLarge = (error: unknown): boolean =>
	typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 413;

/**
 * Makes a function that reads the body's bytes as they arrived. It throws only what {@link isTooLarge}
 * knows.
 */
export const bodyReader = (request: Request) => async (): Promise<Buffer | BodyFault> => {
	// n8n parses multipart bodies itself and keeps none of their bytes.
	if (request.contentType === 'multipart/form-data') return 'gone';
	if (request.rawBody === undefined) {
		const [reading] = await Promise.allSettled([request.readRawBody()]);
		if (reading.status === 'rejected') {
			if (isTooLarge(reading.reason)) throw reading.reason;
			return 'damaged';
		}
	}
	return request.rawBody ?? Buffer.alloc(0);
};

/** This webhook's public address. Throws where n8n has none, e.g. before its path is known. */
export function webhookUrl(context: IHookFunctions | IWebhookFunctions): string {
	const url = context.getNodeWebhookUrl('default');
	if (url === undefined) throw new Error('n8n does not know this webhook’s URL.');
	return url;
}

/** The address with the query that was called, as its sender knows it. */
export function publicUrl(context: IWebhookFunctions, ownUrl: string | undefined): string {
	const { originalUrl } = context.getRequestObject();
	const query = originalUrl.indexOf('?');
	const base = ownUrl?.trim() || webhookUrl(context);
	return query === -1 ? base : base + originalUrl.slice(query);
}
