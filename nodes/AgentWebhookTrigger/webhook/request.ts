import once from 'lodash/once';
import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import type { RequestHeaders } from '../../../core/http/headers';
import { normalizeAddress } from '../../../core/http/ipAddresses';
import { InboundConfigurationError } from '../../../core/receiving/configuredMethods';
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

/**
 * Parses the option "Public URL" to the form in which senders know and sign it, e.g. with a host in lower case.
 * @returns `undefined` if it is empty
 * @throws InboundConfigurationError for a URL that requests cannot have, which would reject them all, one by one
 */
export function parsePublicUrl(publicUrl = ''): string | undefined {
	const text = publicUrl.trim();
	if (text === '') return undefined;
	const url = /^https?:\/\/[^?#]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
	if (url === undefined) {
		throw new InboundConfigurationError(
			'"Public URL" is not a complete URL without a query. Enter the URL that the sender calls, e.g. https://n8n.example.com/webhook/webhooks/events/orders.',
		);
	}
	if (url.username !== '' || url.password !== '') {
		throw new InboundConfigurationError(
			'"Public URL" contains a user name or a password, which requests never have in their URL. Remove everything between // and @, and choose "Basic" under "Authentication" instead.',
		);
	}
	return url.href;
}

const stripEndSlash = (path: string): string => path.replace(/\/$/, '');

/**
 * Replaces the folder of production URLs, by default `webhook`, by that of test URLs, with which the path
 * that n8n has served begins.
 * @returns `undefined` if the URL and the path do not end alike, e.g. because a proxy rewrites paths
 */
function toTestUrl(productionUrl: string, servedPath: string): string | undefined {
	const url = stripEndSlash(productionUrl).split('/');
	const [, testFolder, ...webhookPath] = stripEndSlash(servedPath).split('/');
	const folder = url.length - webhookPath.length - 1;
	// The host is before the third slash.
	const endsAlike = folder >= 3 && webhookPath.join('/') === url.slice(folder + 1).join('/');
	return endsAlike ? url.with(folder, testFolder).join('/') : undefined;
}

/**
 * Lists this webhook's URLs that the sender may know: the one that the trigger's owner entered, otherwise
 * those that n8n shows. The header `Host` does not count, since any caller can write it.
 */
function listPublicUrls(context: IWebhookFunctions, publicUrl: string | undefined): string[] {
	const productionUrl = parsePublicUrl(publicUrl) ?? getWebhookUrl(context);
	if (context.getMode() !== 'manual') return [productionUrl];
	const [servedPath] = context.getRequestObject().originalUrl.split('?');
	// n8n shows test URLs on its editor's host, which may differ from the host of production URLs.
	const shownUrl = parsePublicUrl(publicUrl) ?? context.getWebhookResourceUrl('default');
	const urls = [shownUrl, toTestUrl(productionUrl, servedPath)].filter((url) => url !== undefined);
	return urls.length > 0 ? [...new Set(urls)] : [productionUrl];
}

/** Lists the public URLs with the query of the request. */
function listRequestUrls(context: IWebhookFunctions, publicUrl: string | undefined): string[] {
	const { originalUrl } = context.getRequestObject();
	const query = originalUrl.includes('?') ? originalUrl.slice(originalUrl.indexOf('?')) : '';
	return listPublicUrls(context, publicUrl).map((url) => url + query);
}

/** Returns the caller's address as the trusted proxy reports it, in its canonical form; empty if unknown. */
export const readSourceAddress = (request: Request): string => normalizeAddress(request.ip ?? '');

/**
 * Translates n8n's request for core.
 * @param publicUrl the trigger's option "Public URL"
 */
export function toInboundRequest(
	context: IWebhookFunctions,
	publicUrl: string | undefined,
): InboundRequest {
	const request = context.getRequestObject();
	const listUrls = () => listRequestUrls(context, publicUrl);
	return {
		method: request.method,
		secure: request.secure,
		address: readSourceAddress(request),
		peerAddress: normalizeAddress(request.socket?.remoteAddress ?? ''),
		query: context.getQueryData() as Record<string, unknown>,
		headers: readHeaders(request),
		readBody: once(async () => await readBytes(request)),
		url: () => listUrls()[0],
		otherUrls: () => listUrls().slice(1),
		nowMs: Date.now(),
	};
}
