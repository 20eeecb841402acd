import {
	CLOUD_EVENT_BATCH_TYPE,
	decodeData,
	findAttributeFault,
	isBinaryMode,
	isStructuredEvent,
	normalizeCloudEvent,
	readAttributes,
	type ParseText,
} from '../event/cloudEventFormat';
import { stripByteOrderMark } from '../http/formBody';
import { getMediaType, isJsonBody, type RequestHeaders } from '../http/headers';
import { parseBigNumbersAsText, parseExactJson } from '../lib/exactJson';
import { isNestedDeeper, parseJson } from '../lib/json';

import { createBody, parseBody, type ParsedBody, type ParseRules } from './parseBody';
import { createRejection, isRejection, type Rejection } from './rejection';

const rejectAttribute = (
	field: string,
	message: string,
	expected: string,
	received: string,
): Rejection =>
	createRejection({
		status: 422,
		code: 'INVALID_INPUT',
		message,
		details: { field, expected, received },
	});

/** Rejects an event whose attributes are not those of CloudEvents 1.0. */
function checkEvent(event: unknown, prefix: string): Rejection | undefined {
	const fault = findAttributeFault(event);
	if (fault === undefined) return undefined;
	const { attribute, expected, received } = fault;
	const field = `${prefix}${attribute}`;
	return rejectAttribute(
		field,
		attribute === 'specversion'
			? `This webhook accepts CloudEvents 1.0 only: ${field} must be ${expected}`
			: `The CloudEvent’s ${field} must be ${expected}`,
		expected,
		received,
	);
}

function checkBatch(events: unknown): Rejection | undefined {
	if (!Array.isArray(events) || events.length === 0) {
		const expected = 'a list with at least one CloudEvent';
		return rejectAttribute('body', `The body must be ${expected}`, expected, 'another value');
	}
	for (const [index, event] of events.entries()) {
		const rejection = checkEvent(event, `${index}.`);
		if (rejection !== undefined) return rejection;
	}
	return undefined;
}

const parseAsJson = (rules: ParseRules, rawBody: Buffer): ParsedBody | Rejection =>
	parseBody({ ...rules, formBodies: undefined }, { 'content-type': 'application/json' }, rawBody);

// More levels than any event has, and few enough to look for events in lists in lists.
const MAX_LEVELS = 100;

/** Returns whether a body is an event in structured mode, whatever its media type says. */
function hasStructuredEvent(rawBody: Buffer): boolean {
	const text = stripByteOrderMark(rawBody).toString('utf8');
	if (!text.includes('{') || isNestedDeeper(text, MAX_LEVELS)) return false;
	return isStructuredEvent(parseJson(text)?.value);
}

/** Reads an event whose attributes are headers and whose data is the body. */
function parseBinaryMode(
	rules: ParseRules,
	headers: RequestHeaders,
	rawBody: Buffer,
): ParsedBody | Rejection {
	const attributes = readAttributes(headers);
	const rejection = checkEvent(attributes, 'ce-');
	if (rejection !== undefined) return rejection;
	if (rawBody.length === 0) return createBody(attributes);
	// The headers of a signed event in structured mode could otherwise replace the attributes that are signed.
	if (hasStructuredEvent(rawBody)) {
		return rejectAttribute(
			'body',
			'The body is itself a CloudEvent, and the ce- headers name another one: send it as application/cloudevents+json, without ce- headers',
			'the data of the event in the ce- headers',
			'a CloudEvent in structured mode',
		);
	}
	if (!isJsonBody(headers)) {
		return createBody({ ...attributes, ...decodeData(rawBody, getMediaType(headers), parseJson) });
	}
	const parsed = parseAsJson(rules, rawBody);
	return isRejection(parsed)
		? parsed
		: {
				value: { ...attributes, data: parsed.value },
				readExactValue: () => ({ ...attributes, data: parsed.readExactValue() }),
				repeatsKey: ([first, ...path]) => first === 'data' && parsed.repeatsKey(path),
			};
}

const normalizeAll = (value: unknown, parseText: ParseText): unknown =>
	Array.isArray(value)
		? value.map((event: unknown) => normalizeCloudEvent(event, parseText))
		: normalizeCloudEvent(value, parseText);

/**
 * Parses a CloudEvent in binary mode, in structured mode, or a batch of them, into what structured mode has: its
 * attributes, and `data` as a value if it is JSON or text.
 */
export function parseCloudEvent(
	rules: ParseRules,
	headers: RequestHeaders,
	rawBody: Buffer,
): ParsedBody | Rejection {
	if (isBinaryMode(headers)) return parseBinaryMode(rules, headers, rawBody);
	const parsed = isJsonBody(headers)
		? parseAsJson(rules, rawBody)
		: parseBody({ ...rules, formBodies: undefined }, headers, rawBody);
	if (isRejection(parsed)) return parsed;
	const { readExactValue, value } = parsed;
	const isBatch = getMediaType(headers) === CLOUD_EVENT_BATCH_TYPE;
	const rejection = isBatch ? checkBatch(value) : checkEvent(value, '');
	if (rejection !== undefined) return rejection;
	const parseText: ParseText = rules.bigNumbersAsText ? parseBigNumbersAsText : parseJson;
	return {
		...parsed,
		value: normalizeAll(value, parseText),
		readExactValue: () => normalizeAll(readExactValue(), parseExactJson),
	};
}
