import type { RequestHeaders } from '../http/headers';
import { getValuesAt, isObject, parsePath } from '../lib/fieldPath';
import type { AcceptedReply, Handshake, Platform, RequestPattern } from '../platforms/platform';

/** The parts of a request that a handshake is recognized by, and that its reply is made of. */
export interface HandshakeRequest {
	headers: RequestHeaders;
	query: Record<string, unknown>;
	/** The parsed body; `undefined` if it is not needed. */
	body: unknown;
}

/** The places of the values that a handshake's reply may contain. */
export type HandshakeSource = { header: string } | { query: string } | { body: string };

/** Reads a value of a request. A header or URL parameter that is repeated is a list. */
export function readHandshakeValue(
	source: HandshakeSource,
	{ body, headers, query }: HandshakeRequest,
): unknown {
	if ('header' in source) return headers[source.header.toLowerCase()];
	if ('signature' in source) return undefined;
	return 'query' in source ? query[source.query] : getValuesAt(body, parsePath(source.body))[0];
}

const matchesValue = (expected: RequestPattern[string], value: unknown): boolean =>
	isObject(expected) ? typeof value === 'string' && value !== '' : (value ?? null) === expected;

const matchesObject = (pattern: RequestPattern, object: unknown): boolean =>
	isObject(object) &&
	Object.entries(pattern).every(([path, expected]) =>
		matchesValue(expected, getValuesAt(object, parsePath(path))[0]),
	);

/** Returns whether a body has the pattern's values; each element of a list must have them. */
const matchesPattern = (pattern: RequestPattern, body: unknown): boolean =>
	Array.isArray(body)
		? body.length > 0 && body.every((element) => matchesObject(pattern, element))
		: matchesObject(pattern, body);

/**
 * Returns the reply that the platform expects to a request that was received.
 * @returns `undefined` for AgenticFlow's format
 */
export const findAcceptedReply = (
	{ acceptedReplies = [] }: Pick<Platform, 'acceptedReplies'>,
	body: unknown,
): AcceptedReply | undefined =>
	acceptedReplies.find(({ when }) => when === undefined || matchesPattern(when, body));

/** Lists the handshakes that a request may be by its method, headers and URL parameters; its body decides. */
export function listHandshakes(
	handshakes: Handshake[],
	{ method, ...request }: { method: string } & Omit<HandshakeRequest, 'body'>,
): Handshake[] {
	const isPresent = (source: HandshakeSource): boolean => {
		const value = readHandshakeValue(source, { ...request, body: undefined });
		return typeof value === 'string' && value !== '';
	};
	return handshakes.filter(
		(handshake) =>
			(handshake.method ?? 'POST') === method && (handshake.requires ?? []).every(isPresent),
	);
}

/** Finds the handshake that a body belongs to, if any. */
export const findHandshake = (handshakes: Handshake[], body: unknown): Handshake | undefined =>
	handshakes.find(({ when }) => when === undefined || matchesPattern(when, body));
