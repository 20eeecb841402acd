import { hasTooManyFields, MAX_FORM_FIELDS } from '../http/formBody';
import { getMediaType, isFormBody, type RequestHeaders } from '../http/headers';
import { hasMoreValues } from '../lib/json';
import { findBodyLimit } from '../signing/bodyLimits';
import type { Scheme } from '../signing/scheme';

import type { InboundRequest } from './inboundRequest';
import { rejectMediaType, type ParseRules } from './parseBody';
import { createRejection, type Rejection } from './rejection';

export interface BodyRules extends ParseRules {
	maxBodyBytes: number;
}

// More than any provider's event has that carries its token in the body, and parsed within milliseconds.
const MAX_UNVERIFIED_BYTES = 256 * 1024;
const MAX_UNVERIFIED_VALUES = 10_000;

const rejectTooLarge = (message: string, expected: string, received: string): Rejection =>
	createRejection({
		status: 413,
		code: 'PAYLOAD_TOO_LARGE',
		message,
		details: { field: 'body', expected, received },
	});

const rejectTooManyBytes = (maxBytes: number, bytes: number): Rejection =>
	rejectTooLarge(
		`The body is larger than ${maxBytes} bytes`,
		`at most ${maxBytes} bytes`,
		`${bytes} bytes`,
	);

/**
 * Reads the body; rejects it if it is larger than `maxBodyBytes`. A `Content-Length` that announces too
 * much is rejected before anything is read.
 */
export async function readBody(
	rules: BodyRules,
	request: InboundRequest,
): Promise<Buffer | Rejection> {
	const announcedBytes = Number(request.headers['content-length'] ?? 0);
	if (announcedBytes > rules.maxBodyBytes) {
		return rejectTooManyBytes(rules.maxBodyBytes, announcedBytes);
	}
	const rawBody = await request.readBody();
	if (rawBody === 'unavailable') return rejectMediaType(rules, request.headers);
	if (rawBody === 'damaged') {
		return createRejection({
			status: 400,
			code: 'BODY_UNREADABLE',
			message: 'The body could not be decompressed, or its length does not match Content-Length',
			details: {
				field: 'body',
				expected: 'a complete body, compressed as Content-Encoding says',
				received: 'a damaged body',
			},
		});
	}
	return rawBody.length > rules.maxBodyBytes
		? rejectTooManyBytes(rules.maxBodyBytes, rawBody.length)
		: rawBody;
}

/**
 * Rejects a body that would take long to read. Runs before the signature is checked, which may need the body's fields.
 * @param scheme the scheme of the signature that is checked next, if any
 */
export function checkBodyLimits(
	{ formBodies }: ParseRules,
	headers: RequestHeaders,
	rawBody: Buffer,
	scheme: Scheme | undefined,
): Rejection | undefined {
	const limit = scheme && findBodyLimit(scheme, headers, rawBody);
	if (limit !== undefined) return rejectTooLarge(limit.message, limit.expected, limit.received);
	return formBodies !== undefined && isFormBody(headers) && hasTooManyFields(rawBody)
		? rejectTooLarge(
				`The form has more than ${MAX_FORM_FIELDS} fields`,
				`at most ${MAX_FORM_FIELDS} fields`,
				'more fields',
			)
		: undefined;
}

/**
 * Rejects a body that is too large to be parsed before its sender is known.
 */
export function checkUnverifiedBody(rawBody: Buffer): Rejection | undefined {
	if (rawBody.length > MAX_UNVERIFIED_BYTES) {
		return rejectTooManyBytes(MAX_UNVERIFIED_BYTES, rawBody.length);
	}
	return hasMoreValues(rawBody.toString('latin1'), MAX_UNVERIFIED_VALUES)
		? rejectTooLarge(
				`The body has more than ${MAX_UNVERIFIED_VALUES} values`,
				`JSON with at most ${MAX_UNVERIFIED_VALUES} values`,
				'more values',
			)
		: undefined;
}

/**
 * Rejects a multipart body: n8n discards its bytes, so no signature can be checked.
 */
export const checkMultipart = (
	rules: ParseRules,
	headers: RequestHeaders,
): Rejection | undefined =>
	getMediaType(headers).startsWith('multipart/') ? rejectMediaType(rules, headers) : undefined;
