import { createHash } from 'crypto';

import { HEADER_NAME, type RequestHeaders } from '../http/headers';
import { isObject, parsePath, getValuesAt } from '../lib/fieldPath';
import type { PlatformEvents, ValueSource } from '../platforms/platform';

/** The parts of a request that its event is read from. */
export interface EventRequest {
	headers: RequestHeaders;
	rawBody: Buffer;
	body: unknown;
}

/** An event in the same terms for every platform. */
export interface ReceivedEvent {
	/** `undefined` if the request names no type, or several. */
	type: string | undefined;
	/** Every type that the request names: a provider may send several events at once. */
	types: string[];
	/** The event's data; the whole body if the platform documents no field for it. */
	data: unknown;
	timeMs: number | undefined;
}

function readValues(source: ValueSource, { body, headers, rawBody }: EventRequest): unknown[] {
	if ('header' in source) {
		const value = headers[source.header.toLowerCase()];
		return typeof value === 'string' && value !== '' ? [value] : [];
	}
	if ('digest' in source) return [createHash('sha256').update(rawBody).digest('hex')];
	return getValuesAt(body, parsePath(source.body));
}

// Smaller numbers are in seconds. In seconds, this is later than any event; in milliseconds, earlier.
const SECONDS_BELOW = 100_000_000_000;
// The latest time of a JavaScript Date.
const LAST_TIME_MS = 8_640_000_000_000_000;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}[T ][\d:.]+(Z|[+-]\d{2}:?\d{2})?$/;

function readTimeMs(value: unknown): number | undefined {
	if (typeof value === 'number') {
		const timeMs = value < SECONDS_BELOW ? value * 1000 : value;
		return Math.abs(timeMs) <= LAST_TIME_MS ? timeMs : undefined;
	}
	const match = typeof value === 'string' ? ISO_TIME.exec(value) : null;
	if (match === null) return undefined;
	// A time without a zone is in UTC; Date.parse would use the zone of this machine.
	const timeMs = Date.parse(match[1] === undefined ? `${match[0]}Z` : match[0]);
	return Number.isNaN(timeMs) ? undefined : timeMs;
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
	const data =
		platformEvents.data === undefined
			? []
			: getValuesAt(request.body, parsePath(platformEvents.data));
	const [time] = platformEvents.time === undefined ? [] : readValues(platformEvents.time, request);
	return {
		type: unique.length === 1 ? unique[0] : undefined,
		types: unique,
		data: data.length > 0 ? data[0] : request.body,
		timeMs: readTimeMs(time),
	};
}

/** Returns what conditions test: the event's data if it is an object, otherwise the body. */
export const getConditionSubject = (event: ReceivedEvent | undefined, body: unknown): unknown =>
	isObject(event?.data) ? event.data : body;

/**
 * Computes the key that a delivery shares with its duplicates, e.g. `lead_1:lead.qualified`.
 * @returns `undefined` if a part is missing, so that duplicates cannot be recognized
 */
export function computeDuplicateKey(
	sources: ValueSource[],
	request: EventRequest,
): string | undefined {
	const parts = sources.map((source) =>
		readValues(source, request)
			.filter((value) => typeof value === 'string' || typeof value === 'number')
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
 * Parses a value source as a person types it: `header.X-Request-ID`, `body.data.lead_id` or `digest`.
 * @throws InvalidSourceError, and InvalidPathError if the path into the body is not valid
 */
export function parseValueSource(text: string): ValueSource {
	if (text === 'digest') return { digest: 'body' };
	const [kind, ...rest] = text.split('.');
	const name = rest.join('.');
	if (kind === 'header' && HEADER_NAME.test(name)) return { header: name };
	if (kind === 'body' && name !== '') return { body: parsePath(name).join('.') };
	throw new InvalidSourceError(
		`"${text}" does not name a value of a request. Use header.X-Request-ID, body.data.id or digest (the SHA-256 of the body), for example.`,
	);
}
