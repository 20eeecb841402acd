import { FORM_TYPE } from '../http/headers';
import { findHeaderFault } from '../http/headerValues';
import { isObject } from '../lib/fieldPath';
import { parseJson } from '../lib/json';
import { createMask } from '../lib/maskSecrets';
import { toSingleLine } from '../lib/singleLine';
import type { AttemptResult } from '../sending/attemptOutcome';

import { toBasicPair, type OAuthClient } from './endpointAuthentication';

/** The request for an access token, and its answer: the client credentials grant of RFC 6749, section 4.4. */

export type FailedAttempt = Extract<AttemptResult, { kind: 'error' }>;

/** An access token, or why there is none. */
export type TokenGrant =
	| { token: string; lifetimeMs: number }
	/** The attempt's result, since it cannot be made without a token. */
	| { failure: FailedAttempt };

/** The longest time that a token server may take to answer. */
export const TOKEN_TIMEOUT_MS = 10_000;

/** Bytes of an answer that are read. Tokens with many claims have a few kilobytes. */
export const MAX_TOKEN_REPLY_BYTES = 64 * 1024;

/** Lifetime of a token if its server does not state one. */
const DEFAULT_LIFETIME_MS = 600_000;

/** Escapes a text as a form does (RFC 6749, appendix B). */
const escapeFormText = (text: string): string =>
	new URLSearchParams({ v: text }).toString().slice(2);

/** Returns a client's ID and secret as Basic authentication sends them. */
const toClientPair = ({ clientId, clientSecret }: OAuthClient): string =>
	toBasicPair(escapeFormText(clientId), escapeFormText(clientSecret));

/**
 * Builds the request for an access token, which is sent to the client's token URL with POST.
 * @example
 * buildTokenRequest({ clientId: 'n8n', clientSecret: 's3cret', clientSecretIn: 'body', scope: 'events', … });
 * // { headers: { … }, body: 'grant_type=client_credentials&scope=events&client_id=n8n&client_secret=s3cret' }
 */
export function buildTokenRequest(client: OAuthClient): {
	headers: Record<string, string>;
	body: Buffer;
} {
	const { audience, clientId, clientSecret, clientSecretIn, scope } = client;
	const form = new URLSearchParams({
		grant_type: 'client_credentials',
		...(scope !== '' && { scope }),
		...(audience !== '' && { audience }),
		...(clientSecretIn === 'body' && { client_id: clientId, client_secret: clientSecret }),
	});
	return {
		headers: {
			'Content-Type': FORM_TYPE,
			Accept: 'application/json',
			...(clientSecretIn === 'basic' && { Authorization: `Basic ${toClientPair(client)}` }),
		},
		body: Buffer.from(form.toString(), 'utf8'),
	};
}

/** Creates the result of an attempt for which the token server gave no token, and may later. */
const createUnavailable = (message: string): FailedAttempt => ({
	kind: 'error',
	code: 'TOKEN_UNAVAILABLE',
	message,
});

/** Creates the result of an attempt for which the token server rejected the request. */
const createRejected = (message: string): FailedAttempt => ({
	kind: 'error',
	code: 'TOKEN_REJECTED',
	message,
});

/** Statuses by which a server says that it cannot answer now. */
const isBusy = (statusCode: number): boolean =>
	statusCode >= 500 || statusCode === 429 || statusCode === 408;

const MAX_REASON_CHARACTERS = 200;

/** Lists what a server may repeat of a request for a token and nobody else may see: also its URL's query. */
function listRequestSecrets(client: OAuthClient): string[] {
	const { clientSecret, tokenUrl } = client;
	const parameters = URL.canParse(tokenUrl) ? [...new URL(tokenUrl).searchParams.values()] : [];
	return [clientSecret, escapeFormText(clientSecret), toClientPair(client), ...parameters];
}

/** Returns the reason in a server's answer (RFC 6749, 5.2), without the client's secrets, for a message. */
function readReason(reply: unknown, client: OAuthClient): string {
	if (!isObject(reply)) return '';
	const words = [reply.error, reply.error_description].filter((text) => typeof text === 'string');
	const mask = createMask(listRequestSecrets(client));
	const reason = toSingleLine(mask(words.join(': '))).slice(0, MAX_REASON_CHARACTERS);
	return reason === '' ? '' : ` with the reason "${reason}"`;
}

/** Reads the life of a token. Some servers write the number as text. */
function readLifetimeMs(expiresIn: unknown): number {
	const seconds = typeof expiresIn === 'string' ? Number(expiresIn || NaN) : expiresIn;
	return typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0
		? seconds * 1000
		: DEFAULT_LIFETIME_MS;
}

/** Describes an answer without a token. Some servers answer with 200 when they reject a request. */
function describeMissingToken(reply: unknown, client: OAuthClient): string {
	const reason = readReason(reply, client);
	return reason === ''
		? 'The token server’s answer has no access token. Check that "Token URL" is the URL of its token endpoint.'
		: `The token server answered without an access token${reason}. Check the client’s ID, secret, scope and audience.`;
}

function readGrantedToken(reply: unknown, client: OAuthClient): TokenGrant {
	const fields = isObject(reply) ? reply : {};
	const { access_token: token, expires_in: expiresIn } = fields;
	if (typeof token !== 'string' || token === '') {
		return { failure: createRejected(describeMissingToken(reply, client)) };
	}
	const type = fields.token_type ?? 'Bearer';
	const isBearer = typeof type === 'string' && type.toLowerCase() === 'bearer';
	if (!isBearer || findHeaderFault('token', token) !== undefined) {
		return {
			failure: createRejected(
				'The token server issued a token that cannot be sent as a Bearer token. Ask its owner for a client that gets Bearer tokens.',
			),
		};
	}
	return { token, lifetimeMs: readLifetimeMs(expiresIn) };
}

/** Returns why no answer came, from the message that the same failure of an endpoint would have. */
const describeFault = (message: string): string =>
	message.replace(/\b(The|the) endpoint\b/g, '$1 token server');

/** Reads the answer of a token server. */
export function readTokenReply(result: AttemptResult, client: OAuthClient): TokenGrant {
	if (result.kind === 'error') {
		const message = describeFault(result.message);
		return {
			failure: result.code === 'SSRF' ? { ...result, message } : createUnavailable(message),
		};
	}
	const { body, statusCode } = result;
	if (isBusy(statusCode)) {
		return {
			failure: createUnavailable(`The token server answered with status ${statusCode}`),
		};
	}
	if (statusCode >= 300 && statusCode < 400) {
		return {
			failure: createRejected(
				`The token server answered with a redirect (${statusCode}), and redirects are not followed. Enter its final URL as "Token URL".`,
			),
		};
	}
	const reply = parseJson(body)?.value;
	if (statusCode >= 200 && statusCode < 300) return readGrantedToken(reply, client);
	const reason = readReason(reply, client);
	// Without a reason, another server than the token server may have answered.
	const advice = reason === '' ? '"Token URL", and the client’s' : 'the client’s';
	return {
		failure: createRejected(
			`The token server answered with status ${statusCode}${reason}. Check ${advice} ID, secret, scope and audience.`,
		),
	};
}
