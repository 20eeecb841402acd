import { createHash } from 'crypto';

import { HEADER_NAME, type RequestHeaders } from '../http/headers';
import { ExactNumber } from '../lib/exactJson';
import { isObject, parsePath, getValuesAt } from '../lib/fieldPath';
import type { PlatformEvents, ValueSource } from '../platforms/platform';

/** The parts of a request that its event is read from. */
export interface EventRequest {
	headers: RequestHeaders;
	/** The URL parameters. */
	query?: Record<string, unknown>;
	/** The body's bytes, or what is signed of them: its digest is equal for a request and its replay. */
	rawBody: Buffer;
	body: unknown;
	/** Absent if no signature was verified. */
	signature?: object;
}

/** An event in the same terms for every platform. */
export interface ReceivedEvent {
	/** `undefined` if the request names no type, or several. */
	type: string | undefined;
	/** Every type that the request names: a provider may send several events at once. */
	types: string[];
	/** The event's data; the whole body if it has no field for it. */
	data: unknown;
	/** The body's fields other than the data; absent if there are none. */
	envelope?: Record<string, unknown>;
	timeMs: number | undefined;
}

/** Returns the SHA-256 of the body in hex. */
export const computeDigest = ({ rawBody }: EventRequest): string =>
	createHash('sha256').update(rawBody).digest('hex');

/** A parameter or header that is repeated is a list, and names no value. */
const listText = (value: unknown): string[] =>
	typeof value === 'string' && value !== '' ? [value] : [];

const isScalar = (value: unknown): value is string | number | ExactNumber =>
	(typeof value === 'string' && value !== '') ||
	typeof value === 'number' ||
	value instanceof ExactNumber;

/** Joins the values of several places: one by one, if all places are in the elements of the same list. */
function joinValues(values: unknown[][], separator: string): string[] {
	const [{ length } = []] = values;
	const canJoin = values.every((found) => found.length === length && found.every(isScalar));
	return canJoin
		? Array.from({ length }, (_, index) =>
				values.map((found) => String(found[index])).join(separator),
			)
		: [];
}

/** Lists the name of the first field of each object that is not excepted. */
const listFieldNames = (values: unknown[], except: string[]): string[] =>
	values
		.filter(isObject)
		.flatMap((object) => Object.keys(object).find((name) => !except.includes(name)) ?? []);

const readValuesAt = (body: unknown, path: string): unknown[] =>
	path === '' ? [body] : getValuesAt(body, parsePath(path));

function readValues(source: ValueSource, request: EventRequest): unknown[] {
	if ('header' in source) return listText(request.headers[source.header.toLowerCase()]);
	if ('query' in source) return listText(request.query?.[source.query]);
	if ('digest' in source) return [computeDigest(request)];
	if ('joined' in source) {
		return joinValues(
			source.joined.map((part) => readValues(part, request)),
			source.with,
		);
	}
	if ('fieldName' in source) {
		return listFieldNames(readValuesAt(request.body, source.fieldName), source.except ?? []);
	}
	return 'signature' in source
		? getValuesAt(request.signature, parsePath(source.signature))
		: readValuesAt(request.body, source.body);
}

/** Returns whether a value is read from the body's fields, so that their digits count. */
export const readsBody = (source: ValueSource): boolean =>
	'body' in source || ('joined' in source && source.joined.some(readsBody));

// Smaller numbers are in seconds. In seconds, this is later than any event; in milliseconds, earlier.
const SECONDS_BELOW = 100_000_000_000;
// Shorter ones are of 1973 and earlier.
const DIGITS = /^\d{9,16}(?:\.\d{1,9})?$/;
// The end of the year 9999: a larger number is in microseconds, and no time that ISO 8601 writes with four digits.
const LAST_TIME_MS = 253_402_300_799_999;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}[T ][\d:.]+(Z|[+-]\d{2}:?\d{2})?$/;

function readTimeMs(value: unknown): number | undefined {
	if (typeof value === 'number') {
		const timeMs = value < SECONDS_BELOW ? value * 1000 : value;
		return Math.abs(timeMs) <= LAST_TIME_MS ? timeMs : undefined;
	}
	if (typeof value !== 'string') return undefined;
	// Headers, URL parameters and forms have only text.
	if (DIGITS.test(value)) return readTimeMs(Number(value));
	const match = ISO_TIME.exec(value);
	if (match === null) return undefined;
	// A time without a zone is in UTC; Date.parse would use the zone of this machine.
	const timeMs = Date.parse(match[1] === undefined ? `${match[0]}Z` : match[0]);
	return Number.isNaN(timeMs) ? undefined : timeMs;
}

/** An object's value at a path, and the object without it. */
interface SplitObject {
	value: unknown;
	others: Record<string, unknown>;
}

const isEmpty = (object: object): boolean => Object.keys(object).length === 0;

/** Takes the value at a path out of an object; `undefined` if there is none. */
function splitObject(object: unknown, [key, ...keys]: string[]): SplitObject | undefined {
	if (!isObject(object) || !Object.prototype.hasOwnProperty.call(object, key)) return undefined;
	const { [key]: value, ...others } = object;
	if (keys.length === 0) return { value, others };
	const inner = splitObject(value, keys);
	return (
		inner && {
			value: inner.value,
			others: isEmpty(inner.others) ? others : { ...others, [key]: inner.others },
		}
	);
}

/** Splits a body into the event's data and the fields around it. */
function splitBody(body: unknown, dataPath = ''): Pick<ReceivedEvent, 'data' | 'envelope'> {
	const split = dataPath === '' ? undefined : splitObject(body, parsePath(dataPath));
	if (split === undefined) return { data: body };
	return { data: split.value, ...(!isEmpty(split.others) && { envelope: split.others }) };
}

/**
 * Reads an event from the places that its platform documents.
 * @example
 * readEvent(getPlatform('github').events, { headers: { 'x-github-event': 'push' }, rawBody, body });
 * // { type: 'push', types: ['push'], data: body, timeMs: undefined }
 */
export function readEvent(platformEvents: PlatformEvents, request: EventRequest): ReceivedEvent {
	const types = platformEvents.type
		.map((source) => readValues(source, request).filter((type) => typeof type === 'string'))
		.find((found) => found.length > 0);
	const unique = [...new Set(types)];
	const [time] = platformEvents.time === undefined ? [] : readValues(platformEvents.time, request);
	return {
		type: unique.length === 1 ? unique[0] : undefined,
		types: unique,
		...splitBody(request.body, platformEvents.data),
		timeMs: readTimeMs(time),
	};
}

/** Returns what conditions test: the event's data if it is an object, otherwise the body. */
export const getConditionSubject = (event: ReceivedEvent | undefined, body: unknown): unknown =>
	isObject(event?.data) ? event.data : body;

/**
 * Computes the key that a delivery shares with its duplicates, e.g. `lead_1:lead.qualified`.
 * @param request with numbers that JavaScript would round as `ExactNumber`, so that their digits count
 * @returns `undefined` if a part is missing, so that duplicates cannot be recognized
 */
export function computeDuplicateKey(
	sources: ValueSource[],
	request: EventRequest,
): string | undefined {
	const parts = sources.map((source) =>
		readValues(source, request)
			.filter(
				(value) =>
					typeof value === 'string' || typeof value === 'number' || value instanceof ExactNumber,
			)
			// Half of a surrogate pair is valid in JSON, but encodeURIComponent throws on it.
			.map((value) => encodeURIComponent(Buffer.from(String(value), 'utf8').toString('utf8')))
			.join(','),
	);
	return parts.length === 0 || parts.includes('') ? undefined : parts.join(':');
}

/** A value source that a person typed is not valid. */
export class InvalidSourceError extends Error {
	override readonly name = 'InvalidSourceError';
}

/**
 * Parses a value source as a person types it: `header.X-Request-ID`, `body.data.lead_id`, `query.id` or `digest`.
 * @throws InvalidSourceError, and InvalidPathError if the path into the body is not valid
 */
export function parseValueSource(text: string): ValueSource {
	if (text === 'digest') return { digest: 'body' };
	const [kind, ...rest] = text.split('.');
	const name = rest.join('.');
	if (kind === 'header' && HEADER_NAME.test(name)) return { header: name };
	if (kind === 'query' && name !== '') return { query: name };
	if (kind === 'body' && name !== '') return { body: parsePath(name).join('.') };
	if (kind === 'signature' && name !== '') return { signature: parsePath(name).join('.') };
	throw new InvalidSourceError(
		`"${text}" does not name a value of a request. Use header.X-Request-ID, body.data.id, query.id or digest (the SHA-256 of the body), for example, or signature.claims.jti of a JSON Web Token.`,
	);
}

/** The places of an event's values, as a person types them; an empty one is the platform's. */
export interface EventPlaces {
	type: string[];
	time: string;
	data: string;
}

/** Parses the place of an event's type or time, which is in no digest. */
function parseEventSource(text: string): ValueSource {
	const source = parseValueSource(text);
	if (!('digest' in source)) return source;
	throw new InvalidSourceError(
		'The digest of the body is no type or time of an event. Use header.X-Event, body.event or query.event, for example.',
	);
}

/** Parses the place of an event's data: `body.data`, or `body` for all of it. */
function parseDataPath(text: string): string | undefined {
	if (text === 'body') return undefined;
	const source = parseValueSource(text);
	if ('body' in source) return source.body;
	throw new InvalidSourceError(
		`"${text}" is not in the body. Use body.data, for example, or body for the whole body.`,
	);
}

/**
 * Replaces the places of an event's values by those that a person typed.
 * @throws InvalidSourceError, and InvalidPathError if a path into the body is not valid
 */
export const replaceEventPlaces = (
	events: PlatformEvents,
	{ data, time, type }: EventPlaces,
): PlatformEvents => ({
	...events,
	...(type.length > 0 && { type: type.map(parseEventSource) }),
	...(time !== '' && { time: parseEventSource(time) }),
	...(data !== '' && { data: parseDataPath(data) }),
});
