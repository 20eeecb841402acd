import { readFormFields, stripByteOrderMark, type FormField } from '../http/formBody';
import {
	FORM_TYPE,
	getMediaType,
	isFormBody,
	isJsonBody,
	type RequestHeaders,
} from '../http/headers';
import { parseBigNumbersAsText, parseExactJson } from '../lib/exactJson';
import { isNestedDeeper, parseJson } from '../lib/json';
import { hasRepeatedKey } from '../lib/repeatedKeys';
import type { Platform } from '../platforms/platform';

import { createRejection, isRejection, type Rejection } from './rejection';

/** Rules for parsing bodies. */
export interface ParseRules {
	/** Set if bodies may be forms. */
	formBodies: Platform['formBodies'];
	/** Set if bodies may be text: `json` if it must be JSON, `any` if other text is a value of its own. */
	textBodies?: 'any' | 'json';
	/** True if bodies may be XML, which arrives as text. */
	xmlBodies?: boolean;
	/** True if bodies may not be JSON, unless it is in a text. */
	noJsonBodies?: boolean;
	/** True if numbers that JavaScript would round arrive as text. */
	bigNumbersAsText?: boolean;
}

/** A body, parsed from its bytes as UTF-8, whatever its media type says about them. */
export interface ParsedBody {
	value: unknown;
	/** Returns the value with every number that JavaScript would round as an `ExactNumber`. */
	readExactValue: () => unknown;
	/**
	 * Returns whether an object in JSON has a key of the path more than once. In a form, a repeated field is a list.
	 */
	repeatsKey: (path: string[]) => boolean;
}

/** Wraps a body that is no JSON text. */
export const createBody = (value: unknown): ParsedBody => ({
	value,
	readExactValue: () => value,
	repeatsKey: () => false,
});

// Far more levels than any event has, and few enough for code that recurses into a body.
const MAX_LEVELS = 100;

/** The kinds of bodies that are accepted, with the media type of each. */
const listFormats = ({ formBodies, noJsonBodies, textBodies, xmlBodies }: ParseRules) => [
	...(noJsonBodies ? [] : [{ name: 'JSON', mediaType: 'application/json' }]),
	...(formBodies ? [{ name: 'a form', mediaType: 'application/x-www-form-urlencoded' }] : []),
	...(textBodies ? [{ name: 'text', mediaType: 'text/plain' }] : []),
	...(xmlBodies ? [{ name: 'XML', mediaType: 'application/xml' }] : []),
];

const joinWords = (words: string[]): string =>
	words.length < 2
		? words.join('')
		: `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;

const nameMissingType = ({ 'content-type': value }: RequestHeaders): string =>
	Array.isArray(value) ? 'several such headers' : 'no such header';

/** Rejects a body of a kind that is not accepted. */
export function rejectMediaType(rules: ParseRules, headers: RequestHeaders): Rejection {
	const received = getMediaType(headers);
	const formats = listFormats(rules);
	const expected = joinWords(formats.map(({ mediaType }) => mediaType));
	return createRejection({
		status: 415,
		code: 'UNSUPPORTED_MEDIA_TYPE',
		message: `The body must be ${joinWords(formats.map(({ name }) => name))}`,
		details: {
			field: 'content-type',
			expected,
			received: received === '' ? nameMissingType(headers) : received.slice(0, 100),
		},
	});
}

const rejectJson = (
	message: string,
	expected: string,
	received: string,
	field = 'body',
): Rejection =>
	createRejection({
		status: 400,
		code: 'INVALID_JSON',
		message,
		details: { field, expected, received },
	});

/** Decodes bytes. Returns `undefined` if they are not UTF-8, instead of text with replacement characters. */
function decodeUtf8(bytes: Buffer): string | undefined {
	const text = bytes.toString('utf8');
	const mayBeReplaced = text.includes('\uFFFD');
	return mayBeReplaced && !Buffer.from(text, 'utf8').equals(bytes) ? undefined : text;
}

/** Parses JSON. n8n's parser accepts a byte order mark too. */
function parseJsonBody({ bigNumbersAsText }: ParseRules, bytes: Buffer): ParsedBody | Rejection {
	const text = decodeUtf8(stripByteOrderMark(bytes));
	if (text === undefined) {
		return rejectJson('The body is not valid UTF-8', 'JSON in UTF-8', 'bytes that are not UTF-8');
	}
	if (isNestedDeeper(text, MAX_LEVELS)) {
		return rejectJson(
			`The body is nested more than ${MAX_LEVELS} levels deep`,
			`JSON with at most ${MAX_LEVELS} levels of lists and objects`,
			'more levels',
		);
	}
	const parsed = bigNumbersAsText ? parseBigNumbersAsText(text) : parseJson(text);
	if (parsed === undefined) {
		return rejectJson('The body is not valid JSON', 'JSON', 'text that is not JSON');
	}
	const { value } = parsed;
	return {
		value,
		readExactValue: () => parseExactJson(text, bigNumbersAsText ? undefined : parsed)?.value,
		repeatsKey: (path) => hasRepeatedKey(text, path),
	};
}

/** Matches what no form has unescaped, but JSON, XML and other text have. */
const NOT_IN_FORMS = /[^!-~\x80-\xff]|["<>{}]/;

/** Returns whether bytes can be a form. If only they are signed, anyone can claim so in the Content-Type. */
const isForm = (rawBody: Buffer): boolean => !NOT_IN_FORMS.test(rawBody.toString('latin1'));

function toFormValue(fields: FormField[]): Record<string, string | string[]> {
	const values = new Map<string, string[]>();
	for (const { name, value } of fields) {
		const key = name.toString('utf8');
		const found = values.get(key);
		if (found === undefined) values.set(key, [value.toString('utf8')]);
		else found.push(value.toString('utf8'));
	}
	return Object.fromEntries(
		[...values].map(([name, found]) => [name, found.length === 1 ? found[0] : found]),
	);
}

/** Rejects a body that is not of the kind that its media type says. */
const rejectKind = (kind: string, received: string): Rejection =>
	createRejection({
		status: 415,
		code: 'UNSUPPORTED_MEDIA_TYPE',
		message: `The body is not ${kind}, although its Content-Type says so`,
		details: {
			field: 'content-type',
			expected: 'the media type of the body, e.g. application/json',
			received,
		},
	});

function parseFormBody(
	rules: ParseRules,
	{ jsonField, isJsonFieldRequired }: NonNullable<Platform['formBodies']>,
	rawBody: Buffer,
): ParsedBody | Rejection {
	if (!isForm(rawBody)) return rejectKind('a form', FORM_TYPE);
	const fields = readFormFields(rawBody);
	const hasJson = fields.some(({ name }) => name.toString('utf8') === jsonField);
	if (jsonField === undefined || (!hasJson && !isJsonFieldRequired)) {
		return createBody(toFormValue(fields));
	}
	// Of several fields, a receiver could read another one than the sender meant.
	return hasJson && fields.length === 1
		? parseJsonBody(rules, fields[0].value)
		: rejectJson(
				`The form must have the field ${jsonField} and no other`,
				`one field, ${jsonField}`,
				hasJson ? `${fields.length} fields` : 'other fields',
				jsonField,
			);
}

const isXmlBody = (headers: RequestHeaders): boolean =>
	/^(?:application|text)\/(?:[\w.-]+\+)?xml$/.test(getMediaType(headers));

/** Returns whether a body is text of another kind than XML, or may be: some senders name no media type. */
function isTextBody({ textBodies }: ParseRules, headers: RequestHeaders): boolean {
	const mediaType = getMediaType(headers);
	if (mediaType === '') return textBodies === 'any';
	return textBodies !== undefined && mediaType.startsWith('text/') && !isXmlBody(headers);
}

/** Parses text: JSON if it is an object or a list, or if nothing else is accepted. Other text is a value of its own. */
function parseTextBody(rules: ParseRules, rawBody: Buffer): ParsedBody | Rejection {
	const json = parseJsonBody(rules, rawBody);
	if (rules.textBodies === 'json') return json;
	if (!isRejection(json) && typeof json.value === 'object' && json.value !== null) return json;
	return parseAsText(rawBody);
}

function parseAsText(rawBody: Buffer): ParsedBody | Rejection {
	const text = decodeUtf8(stripByteOrderMark(rawBody));
	return text === undefined
		? createRejection({
				status: 400,
				code: 'BODY_UNREADABLE',
				message: 'The body is not valid UTF-8',
				details: {
					field: 'body',
					expected: 'text in UTF-8',
					received: 'bytes that are not UTF-8',
				},
			})
		: createBody(text);
}

/** Matches what XML begins with, and neither JSON nor a form does. */
const XML_START = /^\s*</;

/** Returns XML as text. If only the bytes are signed, anyone can claim in the Content-Type that JSON is XML. */
function parseXmlBody(headers: RequestHeaders, rawBody: Buffer): ParsedBody | Rejection {
	const parsed = parseAsText(rawBody);
	return isRejection(parsed) || XML_START.test(String(parsed.value))
		? parsed
		: rejectKind('XML', getMediaType(headers));
}

/**
 * Returns whether the media type alone, which signatures rarely cover, decides what a body says: as text, a form is one
 * value, and names no field.
 */
export const hasAmbiguousBodies = ({ formBodies, textBodies }: ParseRules): boolean =>
	formBodies !== undefined && textBodies === 'any';

/**
 * Parses a body by its media type: JSON, and forms, text or XML if they are accepted.
 * @returns the value; `{}` for an empty body
 */
export function parseBody(
	rules: ParseRules,
	headers: RequestHeaders,
	rawBody: Buffer,
): ParsedBody | Rejection {
	if (rawBody.length === 0) return createBody({});
	if (rules.formBodies !== undefined && isFormBody(headers)) {
		return parseFormBody(rules, rules.formBodies, rawBody);
	}
	if (isJsonBody(headers) && !rules.noJsonBodies) return parseJsonBody(rules, rawBody);
	if (isTextBody(rules, headers)) return parseTextBody(rules, rawBody);
	return rules.xmlBodies && isXmlBody(headers)
		? parseXmlBody(headers, rawBody)
		: rejectMediaType(rules, headers);
}

/**
 * Parses a body of any media type but multipart: JSON and forms as {@link parseBody} does, everything else
 * as JSON if it is an object or a list, otherwise as text.
 * @returns the value; `null` if the bytes are not text
 */
export function parseAnyBody(
	rules: ParseRules,
	headers: RequestHeaders,
	rawBody: Buffer,
): ParsedBody | Rejection {
	if (rawBody.length === 0 || isFormBody(headers) || isJsonBody(headers)) {
		return parseBody(rules, headers, rawBody);
	}
	const parsed = parseJsonBody(rules, rawBody);
	if (!isRejection(parsed) && typeof parsed.value === 'object' && parsed.value !== null) {
		return parsed;
	}
	return createBody(decodeUtf8(rawBody) ?? null);
}
