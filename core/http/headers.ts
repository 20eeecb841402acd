/** Matches the name of a header (RFC 9110, 5.1), up to 100 characters. */
export const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

/** Request headers with lower-case names. A header that was sent more than once is a list. */
export type RequestHeaders = Record<string, string | string[] | undefined>;

/** Returns a body's media type in lower case, without parameters, e.g. `application/json`; empty if unknown. */
export function getMediaType(headers: RequestHeaders): string {
	const value = headers['content-type'];
	return typeof value === 'string' ? value.split(';')[0].trim().toLowerCase() : '';
}

/** Returns whether a body is `application/json`, or a type of its own that ends in `+json`. */
export const isJsonBody = (headers: RequestHeaders): boolean =>
	/^application\/(?:[\w.-]+\+)?json$/.test(getMediaType(headers));

/** The media type of a form. */
export const FORM_TYPE = 'application/x-www-form-urlencoded';

export const isFormBody = (headers: RequestHeaders): boolean => getMediaType(headers) === FORM_TYPE;

/**
 * Returns whether n8n's request helper reads the body of a request as a form before it sends it: it does for exactly this
 * type, whatever the case of the header's name, and cannot read bytes.
 */
export const isReadAsForm = (headers: Record<string, unknown>): boolean =>
	Object.entries(headers).some(
		([name, value]) => name.toLowerCase() === 'content-type' && value === FORM_TYPE,
	);
