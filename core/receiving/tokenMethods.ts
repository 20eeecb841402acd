import { createHash } from 'crypto';

import type { BodyTokens, HeaderTokens } from '../credentials/inbound';
import type { RequestHeaders } from '../http/headers';
import type { AuthenticationMethod } from '../platforms/authentication';
import { safeEqual, safeIncludes } from '../signing/constantTime';
import type { Scheme } from '../signing/scheme';

import type { Rejection } from './rejection';

/** The receiver's secrets, which callers are checked against. */
export interface InboundSecrets {
	/** The methods that the credential's owner chose: each must have a secret. */
	chosenMethods: AuthenticationMethod[];
	urlTokens: string[];
	bearerTokens: string[];
	header: HeaderTokens;
	/** Absent if no token is expected in the body. */
	body?: BodyTokens;
	/** Empty strings if the receiver has none. */
	basic: { user: string; password: string };
	/** Present if a signature is one of the methods. */
	signature?: { scheme: Scheme; secrets: string[]; toleranceSeconds?: number };
}

/** A method whose proof is in the URL or a header alone, so that it is checked before the body is read. */
export type TokenMethod = Exclude<AuthenticationMethod, 'bodyToken' | 'signature'>;

/** The parts of a request that may carry a token. */
export interface Caller {
	query: Record<string, unknown>;
	headers: RequestHeaders;
}

/** A failed check, before the status and headers of its rejection are known. */
export type AuthenticationFailure = Pick<Rejection, 'code' | 'details' | 'message'>;

interface TokenCheck {
	/**
	 * Returns what the caller presents, before it is compared with any secret; `undefined` if nothing. Absent if only
	 * the receiver's secrets say where to look.
	 */
	readToken?: (caller: Caller) => unknown;
	/** Returns what the caller presents where the receiver's secrets say; `undefined` if nothing. */
	findToken: (secrets: InboundSecrets, caller: Caller) => unknown;
	missing: (secrets?: InboundSecrets) => AuthenticationFailure;
	invalid: (secrets: InboundSecrets) => AuthenticationFailure;
	/** The secret, as an error message to the receiver's owner names it. */
	secretName: string;
	hasSecret: (secrets: InboundSecrets) => boolean;
	matches: (secrets: InboundSecrets, token: unknown) => boolean;
	/**
	 * Returns the part of a valid token that was compared: a caller who spells the rest of it in another way is the same
	 * caller, or a replay would be a new request. Absent if all of it was compared.
	 */
	pickCompared?: (secrets: InboundSecrets, token: unknown) => unknown;
}

function readAuthorization(headers: RequestHeaders, scheme: string): string | undefined {
	const value = headers.authorization;
	if (typeof value !== 'string') return undefined;
	const [presentedScheme] = value.split(/[ \t]/, 1);
	if (presentedScheme.toLowerCase() !== scheme) return undefined;
	// Strip only HTTP's white space, which no header value ends with: a no-break space is part of the
	// token.
	return value.slice(presentedScheme.length).replace(/^[ \t]+/, '');
}

function matchesBasic({ basic }: InboundSecrets, token: unknown): boolean {
	const bytes = Buffer.from(String(token), 'base64');
	// Buffer.from skips what is not base64, e.g. everything after the first of two joined headers.
	if (bytes.toString('base64') !== token) return false;
	const pair = bytes.toString('utf8');
	const colon = pair.indexOf(':');
	const [user, password] = [pair.slice(0, Math.max(0, colon)), pair.slice(colon + 1)];
	const userMatches = safeEqual(basic.user, user);
	const passwordMatches = safeEqual(basic.password, password);
	return colon !== -1 && userMatches && passwordMatches;
}

/** Returns the token in a header's value; `undefined` if it has another prefix, whatever its case. */
function readPrefixed(value: string, prefix: string): string | undefined {
	const start = value.slice(0, prefix.length);
	return start.toLowerCase() === prefix.toLowerCase()
		? value.slice(prefix.length).replace(/^[ \t]+/, '')
		: undefined;
}

/** Lists the values of the headers that may have a token. A repeated header is one joined value, or a list. */
const listHeaderValues = ({ header }: InboundSecrets, { headers }: Caller): unknown[] =>
	header.names.map((name) => headers[name]).filter((value) => value !== undefined && value !== '');

/** Lists the tokens in the values of headers; `undefined` for a value that has none. */
const readHeaderTokens = ({ header }: InboundSecrets, values: unknown): Array<string | undefined> =>
	(Array.isArray(values) ? values : []).map((value: unknown) =>
		typeof value === 'string' ? readPrefixed(value, header.prefix) : undefined,
	);

/** Returns whether each of the headers that are present has one of the tokens. */
function matchesHeader(secrets: InboundSecrets, values: unknown): boolean {
	const tokens = readHeaderTokens(secrets, values);
	return (
		tokens.length > 0 &&
		tokens
			.map((token) => token !== undefined && safeIncludes(secrets.header.tokens, token))
			.every(Boolean)
	);
}

/** Builds the check of a token whose place is the same for every receiver. */
const checkFixedPlace = (
	readToken: (caller: Caller) => unknown,
	failures: Record<'invalid' | 'missing', AuthenticationFailure>,
): Pick<TokenCheck, 'findToken' | 'invalid' | 'missing' | 'readToken'> => ({
	readToken,
	findToken: (_, caller) => readToken(caller),
	missing: () => failures.missing,
	invalid: () => failures.invalid,
});

const nameHeaders = (secrets: InboundSecrets | undefined): string =>
	secrets?.header.sender?.place ?? secrets?.header.names.join(' or ') ?? 'header';

/** The checks of each method, with the failures that their callers get. */
export const TOKEN_CHECKS: Record<TokenMethod, TokenCheck> = {
	urlToken: {
		...checkFixedPlace(({ query }) => (query.token === '' ? undefined : query.token), {
			missing: {
				code: 'TOKEN_MISSING',
				message: 'The URL parameter token is missing',
				details: { field: 'token', expected: 'a valid token', received: 'no such parameter' },
			},
			invalid: {
				code: 'TOKEN_INVALID',
				message: 'The URL parameter token is not valid',
				details: { field: 'token', expected: 'a valid token', received: 'another token' },
			},
		}),
		secretName: 'a URL token',
		hasSecret: ({ urlTokens }) => urlTokens.length > 0,
		// A repeated ?token= is a list, and never valid.
		matches: ({ urlTokens }, token) => typeof token === 'string' && safeIncludes(urlTokens, token),
	},
	bearer: {
		...checkFixedPlace(({ headers }) => readAuthorization(headers, 'bearer') || undefined, {
			missing: {
				code: 'TOKEN_MISSING',
				message: 'The Authorization header with a Bearer token is missing',
				details: {
					field: 'Authorization',
					expected: 'Bearer and a valid token',
					received: 'no such header',
				},
			},
			invalid: {
				code: 'TOKEN_INVALID',
				message: 'The Bearer token is not valid',
				details: {
					field: 'Authorization',
					expected: 'Bearer and a valid token',
					received: 'another token',
				},
			},
		}),
		secretName: 'a Bearer token',
		hasSecret: ({ bearerTokens }) => bearerTokens.length > 0,
		matches: ({ bearerTokens }, token) => safeIncludes(bearerTokens, String(token)),
	},
	headerToken: {
		findToken: (secrets, caller) => {
			const values = listHeaderValues(secrets, caller);
			return values.length === 0 ? undefined : values;
		},
		missing: (secrets) => ({
			code: 'TOKEN_MISSING',
			message: 'The header with the token is missing',
			details: {
				field: nameHeaders(secrets),
				expected: 'a valid token',
				received: 'no such header',
			},
		}),
		invalid: (secrets) => ({
			code: 'TOKEN_INVALID',
			message: 'The token in the header is not valid',
			details: {
				field: nameHeaders(secrets),
				expected: 'a valid token',
				received: 'another token',
			},
		}),
		secretName: 'a header token',
		hasSecret: ({ header }) => header.tokens.length > 0 && header.names.length > 0,
		matches: matchesHeader,
		pickCompared: (secrets, token) => [...new Set(readHeaderTokens(secrets, token))].sort(),
	},
	basic: {
		...checkFixedPlace(({ headers }) => readAuthorization(headers, 'basic') || undefined, {
			missing: {
				code: 'CREDENTIALS_MISSING',
				message: 'The Authorization header with Basic credentials is missing',
				details: {
					field: 'Authorization',
					expected: 'Basic and valid credentials',
					received: 'no such header',
				},
			},
			invalid: {
				code: 'CREDENTIALS_INVALID',
				message: 'The Basic credentials are not valid',
				details: {
					field: 'Authorization',
					expected: 'Basic and valid credentials',
					received: 'other credentials',
				},
			},
		}),
		secretName: 'a user and password',
		hasSecret: ({ basic }) => basic.user !== '' && basic.password !== '',
		matches: matchesBasic,
	},
};

const identify = (credentials: unknown): string =>
	createHash('sha256').update(JSON.stringify(credentials)).digest('base64');

/** Adds the tokens in the body to the digests of the other credentials that a caller used. */
export const addBodyTokens = (callers: string[], tokens: string[]): string[] =>
	callers.map((caller) => identify([caller, 'bodyToken', [...tokens].sort()]));

/**
 * Computes digests of the credentials that a caller used: one of the tokens, or one of the tokens and each of the
 * signing secrets.
 */
export function identifyCallers(
	passed: TokenMethod[],
	secrets: InboundSecrets | undefined,
	caller: Caller,
	signingSecrets: string[],
): string[] {
	const tokens = passed.map((method) => {
		const { findToken, pickCompared } = TOKEN_CHECKS[method];
		const token = secrets && findToken(secrets, caller);
		return [method, secrets && pickCompared ? pickCompared(secrets, token) : token];
	});
	const identities =
		signingSecrets.length === 0
			? [tokens]
			: signingSecrets.map((secret) => [...tokens, ['signature', secret]]);
	return identities.map(identify);
}
