import { getMediaType, isJsonBody, type RequestHeaders } from '../http/headers';
import { isObject } from '../lib/fieldPath';
import { isNestedDeeper } from '../lib/json';
import type { ValueSource } from '../platforms/platform';

/**
 * CloudEvents 1.0 over HTTP (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md):
 * structured mode has the whole event in the body, binary mode its attributes in headers and its data in the body.
 */

/** The media types of structured mode. */
export const CLOUD_EVENT_TYPE = 'application/cloudevents+json';
export const CLOUD_EVENT_BATCH_TYPE = 'application/cloudevents-batch+json';

const HEADER_PREFIX = 'ce-';

const SPEC_VERSION = '1.0';

// Few enough for code that recurses into an event.
const MAX_LEVELS = 100;

/** An attribute that is missing or wrong. */
export interface AttributeFault {
	attribute: string;
	expected: string;
	received: string;
}

const REQUIRED_TEXTS = ['id', 'source', 'type'];

const describe = (value: unknown): string => {
	if (value === undefined) return 'no such attribute';
	return typeof value === 'string' ? `"${value.slice(0, 20)}"` : 'another value';
};

/** Finds an attribute that no CloudEvent may lack, or have otherwise. */
export function findAttributeFault(event: unknown): AttributeFault | undefined {
	if (!isObject(event)) {
		return { attribute: 'body', expected: 'a CloudEvent', received: 'another value' };
	}
	if (event.specversion !== SPEC_VERSION) {
		const received = describe(event.specversion);
		return { attribute: 'specversion', expected: `"${SPEC_VERSION}"`, received };
	}
	const wrong = REQUIRED_TEXTS.find(
		(attribute) => typeof event[attribute] !== 'string' || event[attribute] === '',
	);
	if (wrong !== undefined) {
		return { attribute: wrong, expected: 'text', received: describe(event[wrong]) };
	}
	return 'data' in event && 'data_base64' in event
		? { attribute: 'data', expected: 'data or data_base64', received: 'both' }
		: undefined;
}

/** Returns whether a value is an event in structured mode, or a batch with one, whatever its attributes are. */
export const isStructuredEvent = (value: unknown): boolean =>
	Array.isArray(value)
		? value.some(isStructuredEvent)
		: isObject(value) &&
			['specversion', ...REQUIRED_TEXTS].every((attribute) =>
				Object.prototype.hasOwnProperty.call(value, attribute),
			);

/** Returns whether a request has the attributes of an event in its headers. */
export const isBinaryMode = (headers: RequestHeaders): boolean =>
	headers['ce-specversion'] !== undefined &&
	!getMediaType(headers).startsWith('application/cloudevents');

function tryDecodePercent(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** Decodes a header's value (3.1.3.2): first its quotation marks, then its percent escapes. */
function decodeHeaderValue(value: string): string {
	const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(value);
	return tryDecodePercent(quoted === null ? value : quoted[1].replace(/\\(.)/gs, '$1'));
}

/** Encodes a header's value (3.1.3.2). Half of a surrogate pair has no bytes of its own. */
const encodeHeaderValue = (value: string): string =>
	Buffer.from(value, 'utf8')
		.toString('utf8')
		.replace(/[^\x21\x23\x24\x26-\x7e]/gu, (character) =>
			[...Buffer.from(character, 'utf8')]
				.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
				.join(''),
		);

/** Matches the name of an attribute. `data` is none (2.2): a header must not stand in for the body. */
const ATTRIBUTE = /^(?!data$)[a-z0-9]{1,100}$/;

/** Reads the attributes of an event from the headers of binary mode, e.g. `ce-type`. */
export function readAttributes(headers: RequestHeaders): Record<string, string> {
	const attributes = Object.entries(headers).flatMap(([header, value]): Array<[string, string]> => {
		const name = header.slice(HEADER_PREFIX.length);
		const isAttribute = header.startsWith(HEADER_PREFIX) && ATTRIBUTE.test(name);
		return isAttribute && typeof value === 'string' ? [[name, decodeHeaderValue(value)]] : [];
	});
	const { 'content-type': contentType } = headers;
	return {
		...Object.fromEntries(attributes),
		...(typeof contentType === 'string' && { datacontenttype: contentType }),
	};
}

/** A parser of JSON, which keeps big numbers as its caller needs them. */
export type ParseText = (text: string) => { value: unknown } | undefined;

const isJsonType = (type: unknown): boolean =>
	isJsonBody({ 'content-type': typeof type === 'string' ? type : 'application/json' });

const isTextType = (type: unknown): boolean =>
	typeof type === 'string' && /^text\/|^application\/(?:[\w.-]+\+)?xml\b/i.test(type.trim());

/** Decodes the data of an event by its media type: JSON, text, or bytes, which stay base64. */
export function decodeData(
	bytes: Buffer,
	type: unknown,
	parseText: ParseText,
): { data?: unknown; data_base64?: string } {
	const text = bytes.toString('utf8');
	const isText = Buffer.from(text, 'utf8').equals(bytes);
	const parsed =
		isText && isJsonType(type) && !isNestedDeeper(text, MAX_LEVELS) ? parseText(text) : undefined;
	if (parsed !== undefined) return { data: parsed.value };
	return isText && isTextType(type) ? { data: text } : { data_base64: bytes.toString('base64') };
}

/** Returns an event with its data as a value, if it has it in base64 and it is JSON or text. */
export function normalizeCloudEvent(event: unknown, parseText: ParseText): unknown {
	if (!isObject(event) || typeof event.data_base64 !== 'string') return event;
	const { data_base64: encoded, ...attributes } = event;
	return {
		...attributes,
		...decodeData(Buffer.from(encoded, 'base64'), event.datacontenttype, parseText),
	};
}

/** Returns the place of a value in binary mode, where all attributes are headers. */
export const toBinarySource = (source: ValueSource): ValueSource =>
	'body' in source && !/^data(?:\.|_base64$|$)/.test(source.body)
		? { header: `${HEADER_PREFIX}${source.body}` }
		: source;

/** Splits an event in structured mode into the headers and the data of binary mode. */
export function toBinaryMode({ data, datacontenttype, ...attributes }: Record<string, unknown>): {
	headers: Record<string, string>;
	data: unknown;
} {
	const headers = Object.entries(attributes).map(([name, value]): [string, string] => [
		`${HEADER_PREFIX}${name}`,
		encodeHeaderValue(String(value)),
	]);
	return {
		headers: { ...Object.fromEntries(headers), 'Content-Type': String(datacontenttype) },
		data,
	};
}
