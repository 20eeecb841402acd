import { isFormBody, isJsonBody, getMediaType } from '../http/headers';
import { isNestedDeeper, parseJson } from '../lib/json';
import type { Platform } from '../platforms/platform';

import type { InboundRequest } from './inboundRequest';
import { createRejection, type Rejection } from './rejection';

export interface BodyRules {
	maxBodyBytes: number;
	/** Set if bodies may be forms; it names the form field that may have JSON. */
	formBodies: Platform['formBodies'];
}

// Far more levels than any event has, and few enough for code that recurses into a body.
const MAX_LEVELS = 100;

function rejectMediaType(rules: BodyRules, request: InboundRequest): Rejection {
	const received = getMediaType(request.headers);
	const expected = rules.formBodies
		? 'application/json or application/x-www-form-urlencoded'
		: 'application/json';
	return createRejection({
		status: 415,
		code: 'UNSUPPORTED_MEDIA_TYPE',
		message: rules.formBodies ? 'The body must be JSON or a form' : 'The body must be JSON',
		details: {
			field: 'content-type',
			expected,
			received: received === '' ? 'null' : received.slice(0, 100),
		},
	});
}

const rejectTooLarge = ({ maxBodyBytes }: BodyRules, bytes: number): Rejection =>
	createRejection({
		status: 413,
		code: 'PAYLOAD_TOO_LARGE',
		message: `The body is larger than ${maxBodyBytes} bytes`,
		details: {
			field: 'body',
			expected: `at most ${maxBodyBytes} bytes`,
			received: `${bytes} bytes`,
		},
	});

/**
 * Reads the body; rejects it if it is larger than `maxBodyBytes`. A `Content-Length` that announces too
 * much is rejected before anything is read.
 */
export async function readBody(
	rules: BodyRules,
	request: InboundRequest,
): Promise<Buffer | Rejection> {
	const announcedBytes = Number(request.headers['content-length'] ?? 0);
	if (announcedBytes > rules.maxBodyBytes) return rejectTooLarge(rules, announcedBytes);
	const rawBody = await request.readBody();
	if (rawBody === 'unavailable') return rejectMediaType(rules, request);
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
	return rawBody.length > rules.maxBodyBytes ? rejectTooLarge(rules, rawBody.length) : rawBody;
}

/** Strips a leading byte order mark. n8n's parser accepts one too. */
const stripByteOrderMark = (text: string): string =>
	text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;

function parseForm(text: string, jsonField: string | undefined): { value: unknown } | undefined {
	const form = new URLSearchParams(text);
	const json = jsonField === undefined ? null : form.get(jsonField);
	if (json !== null) return parseJson(stripByteOrderMark(json));
	return {
		value: Object.fromEntries(
			[...new Set(form.keys())].map((name) => {
				const values = form.getAll(name);
				return [name, values.length === 1 ? values[0] : values];
			}),
		),
	};
}

const rejectJson = (message: string, expected: string, received: string): Rejection =>
	createRejection({
		status: 400,
		code: 'INVALID_JSON',
		message,
		details: { field: 'body', expected, received },
	});

/**
 * Parses a body by its content type: JSON, or a form if the platform sends forms.
 * @returns the value; `{}` for an empty body
 */
export function parseBody(
	rules: BodyRules,
	request: InboundRequest,
	rawBody: Buffer,
): { value: unknown } | Rejection {
	if (rawBody.length === 0) return { value: {} };
	const isForm = rules.formBodies !== undefined && isFormBody(request.headers);
	if (!isForm && !isJsonBody(request.headers)) return rejectMediaType(rules, request);
	const parsed = isForm
		? parseForm(rawBody.toString('utf8'), rules.formBodies?.jsonField)
		: getMediaType(request.headers) === 'application/json'
			? { value: request.parsedBody() }
			: parseJson(stripByteOrderMark(rawBody.toString('utf8')));
	if (parsed === undefined) {
		return rejectJson('The body is not valid JSON', 'JSON', 'text that is not JSON');
	}
	if (isNestedDeeper(parsed.value, MAX_LEVELS)) {
		return rejectJson(
			`The body is nested more than ${MAX_LEVELS} levels deep`,
			`JSON with at most ${MAX_LEVELS} levels of lists and objects`,
			'more levels',
		);
	}
	return parsed;
}
