/** What a header may be called (RFC 9110, 5.1), in a bounded length. */
export const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

/** Request headers with lower-case names. A header that came more than once is a list. */
export type RequestHeaders = Record<string, string | string[] | undefined>;

/** The media type of a body, in lower case and without parameters; empty where none is given. */
export function getMediaType(headers: RequestHeaders): string {
	const value = headers['content-type'];
	return typeof value === 'string' ? value.split(';')[0].trim().toLowerCase() : '';
}

/** `application/json`, and everything that ends in `+json`. */
export const isJsonBody = (headers: RequestHeaders): boolean =>
	/^application\/(?:[\w.-]+\+)?json$/.test(getMediaType(headers));

export const isFormBody = (headers: RequestHeaders): boolean =>
	getMediaType(headers) === 'application/x-www-form-urlencoded';
