import { createHash } from 'crypto';

import { HEADER_NAME, type RequestHeaders } from '../http/headers';
import { isObject, parsePath, getValuesAt } from '../lib/fieldPath';
import type { PlatformEvents, ValueSource } from '../platforms/platform';

/** A request as far as its event is read from it. */
export interface EventRequest {
	headers: RequestHeaders;
	rawBody: Buffer;
	body: unknown;
}

/** What a received event says of itself, in the same words for every platform. */
export interface ReceivedEvent {
	/** Its type; `undefined` where the request names none, or several. */
	type: string | undefined;
	/** All types that the request names: a provider may send several events at once. */
	types: string[];
	data: unknown;
	timeMs: number | undefined;
}

function valuesFrom(source: ValueSource, { body, headers, rawBody }: EventRequest): unknown[] {
	if ('header' in source) {
		const value = headers[source.header.toLowerCase()];
		return typeof value === 'string' && value !== '' ? [value] : [];
	}
	if ('digest' in source) return [createHash('sha256').update(rawBody).digest('hex')];
	return getValuesAt(body, parsePath(source.body));
}

// Later in seconds than any event, and earlier in milliseconds than any.
const SECONDS_BELOW = 100_000_000_000;
// The last time that a Date can hold.
const LAST_TIME_MS = 8_640_000_000_000_000;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}[T ][\d:.]+(Z|[+-]\d{2}:?\d{2})?$/;

function readTimeMs(value: unknown): number | undefined {
	if (typeof value === 'number') {
		const timeMs = value < SECONDS_BELOW ? value * 1000 : value;
		return Math.abs(timeMs) <= LAST_TIME_MS ? timeMs : undefined;
	}
	const match = typeof value === 'string' ? ISO_TIME.exec(value) : null;
	if (match === null) return undefined;
	// Without a zone, what would be read in this machine's own is meant in UTC.
	const timeMs = Date.parse(match[1] === undefined ? `${match[0]}Z` : match[0]);
	return Number.isNaN(timeMs) ? undefined : timeMs;
}

/** Reads an event where its sender's profile says that it stands. */
export function readEvent(profile: PlatformEvents, request: EventRequest): ReceivedEvent {
	const types = profile.type
		.map((source) => valuesFrom(source, request).filter((type) => typeof type === 'string'))
		.find((found) => found.length > 0);
	const unique = [...new Set(types)];
	const data = profile.data === undefined ? [] : getValuesAt(request.body, parsePath(profile.data));
	const [time] = profile.time === undefined ? [] : valuesFrom(profile.time, request);
	return {
		type: unique.length === 1 ? unique[0] : undefined,
		types: unique,
		data: data.length > 0 ? data[0] : request.body,
		timeMs: readTimeMs(time),
	};
}

/** What conditions look into: an event's data where there is any, else the body. */
export const getConditionSubject = (event: ReceivedEvent | undefined, body: unknown): unknown =>
	isObject(event?.data) ? event.data : body;

/**
 * What a repeated delivery has in common with the first, e.g. `lead_1:lead.qualified`.
 * @returns `undefined` where a part is missing: then nothing can be told
 */
export function computeDuplicateKey(
	sources: ValueSource[],
	request: EventRequest,
): string | undefined {
	const parts = sources.map((source) =>
		valuesFrom(source, request)
			.filter((value) => typeof value === 'string' || typeof value === 'number')
			// A lone half of a surrogate pair is valid JSON, and cannot be encoded.
			.map((value) => encodeURIComponent(Buffer.from(String(value), 'utf8').toString('utf8')))
			.join(','),
	);
	return parts.length === 0 || parts.includes('') ? undefined : parts.join(':');
}

/** A place that a person named wrongly. */
export class InvalidSourceError extends Error {
	override readonly name = 'InvalidSourceError';
}

/**
 * Reads a place as a person types it: `header.X-Request-ID`, `body.data.lead_id` or `digest`.
 * @throws InvalidSourceError, and InvalidPathError for a path into the body that is not data
 */
export function parseValueSource(text: string): ValueSource {
	if (text === 'digest') return { digest: 'body' };
	const [kind, ...rest] = text.split('.');
	const name = rest.join('.');
	if (kind === 'header' && HEADER_NAME.test(name)) return { header: name };
	if (kind === 'body' && name !== '') return { body: parsePath(name).join('.') };
	throw new InvalidSourceError(
		`"${text}" is not a place in a request. Write e.g. header.X-Request-ID, body.data.id, or digest for all of the body's bytes.`,
	);
}
