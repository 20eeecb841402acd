import { hasTooManyFields, MAX_FORM_FIELDS } from '../http/formBody';
import { isFormBody, type RequestHeaders } from '../http/headers';
import { hasMoreValues } from '../lib/json';

import type { Scheme } from './scheme';
import { isContentScheme, readsBodyFields, signsField } from './schemeFacts';

/** Limits for bodies that are read before their signature is verified: anyone can send them. */
const MAX_FORM_BYTES = 1024 * 1024;
const MAX_JSON_BYTES = 256 * 1024;
const MAX_JSON_VALUES = 5000;

/** The limit of the characters of a token that is the body. */
export const MAX_BODY_TOKEN_CHARACTERS = 256 * 1024;

/** A limit that a body exceeds. */
export interface ExceededLimit {
	message: string;
	expected: string;
	received: string;
}

const exceedBytes = (maxBytes: number, { length }: Buffer, what: string): ExceededLimit => ({
	message: `${what} is larger than ${maxBytes} bytes, the most that is read before the signature is verified`,
	expected: `at most ${maxBytes} bytes`,
	received: `${length} bytes`,
});

/** Finds the limit that a form exceeds whose fields are signed. */
export function findFormLimit(body: Buffer): ExceededLimit | undefined {
	if (body.length > MAX_FORM_BYTES) return exceedBytes(MAX_FORM_BYTES, body, 'The form');
	return hasTooManyFields(body)
		? {
				message: `The form has more than ${MAX_FORM_FIELDS} fields`,
				expected: `at most ${MAX_FORM_FIELDS} fields`,
				received: 'more fields',
			}
		: undefined;
}

/** Finds the limit that JSON exceeds whose fields are signed. */
export function findJsonLimit(body: Buffer): ExceededLimit | undefined {
	if (body.length > MAX_JSON_BYTES) return exceedBytes(MAX_JSON_BYTES, body, 'The JSON body');
	return hasMoreValues(body.toString('latin1'), MAX_JSON_VALUES)
		? {
				message: `The JSON body has more than ${MAX_JSON_VALUES} values, the most that are read before the signature is verified`,
				expected: `JSON with at most ${MAX_JSON_VALUES} values`,
				received: 'more values',
			}
		: undefined;
}

/** Finds the limit that a body exceeds which must be read before its signature can be verified. */
export function findBodyLimit(
	scheme: Scheme,
	headers: RequestHeaders,
	body: Buffer,
): ExceededLimit | undefined {
	if (isContentScheme(scheme)) {
		if (isFormBody(headers)) {
			return signsField(scheme, 'form') || readsBodyFields(scheme)
				? findFormLimit(body)
				: undefined;
		}
		return readsBodyFields(scheme) ? findJsonLimit(body) : undefined;
	}
	const isToken = scheme.kind === 'jwt' && 'body' in scheme.place;
	return isToken && body.length > MAX_BODY_TOKEN_CHARACTERS
		? exceedBytes(MAX_BODY_TOKEN_CHARACTERS, body, 'The token in the body')
		: undefined;
}
