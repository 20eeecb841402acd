import type { RequestHeaders } from '../http/headers';
import type { AuthenticationMethod } from '../platforms/authentication';
import { safeEqual, safeIncludes } from '../signing/constantTime';
import type { SignatureScheme } from '../signing/scheme';

import type { Rejection } from './rejection';

/** The receiver's secrets, which callers are checked against. */
export interface InboundSecrets {
	urlTokens: string[];
	bearerTokens: string[];
	/** Empty strings if the receiver has none. */
	basic: { user: string; password: string };
	/** Present if a signature is one of the methods. */
	signature?: { scheme: SignatureScheme; secrets: string[]; toleranceSeconds?: number };
}

/** A method whose proof is in the URL or a header alone, so that it is checked before the body is read. */
export type TokenMethod = Exclude<AuthenticationMethod, 'signature'>;

/** The parts of a request that may carry a token. */
export interface Caller {
	query: Record<string, unknown>;
	headers: RequestHeaders;
}

/** A failed check, before the status and headers of its rejection are known. */
export type AuthenticationFailure = Pick<Rejection, 'code' | 'details' | 'message'>;

interface TokenCheck {
	/** Returns what the caller presents, before it is compared with any secret; `undefined` if nothing. */
	readToken: (caller: Caller) => unknown;
	missing: AuthenticationFailure;
	invalid: AuthenticationFailure;
	/** The secret, as an error message to the receiver's owner names it. */
	secretName: string;
	hasSecret: (secrets: InboundSecrets) => boolean;
	matches: (secrets: InboundSecrets, token: unknown) => boolean;
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

/** The checks of each method, with the failures that their callers get. */
export const TOKEN_CHECKS: Record<TokenMethod, TokenCheck> = {
	urlToken: {
		readToken: ({ query }) => (query.token === '' ? undefined : query.token),
		missing: {
			code: 'TOKEN_MISSING',
			message: 'The URL parameter token is missing',
			details: { field: 'token', expected: 'a valid token', received: 'null' },
		},
		invalid: {
			code: 'TOKEN_INVALID',
			message: 'The URL parameter token is not valid',
			details: { field: 'token', expected: 'a valid token', received: 'another token' },
		},
		secretName: 'a URL token',
		hasSecret: ({ urlTokens }) => urlTokens.length > 0,
		// A repeated ?token= is a list, and never valid.
		matches: ({ urlTokens }, token) => typeof token === 'string' && safeIncludes(urlTokens, token),
	},
	bearer: {
		readToken: ({ headers }) => readAuthorization(headers, 'bearer') || undefined,
		missing: {
			code: 'TOKEN_MISSING',
			message: 'The Authorization header with a Bearer token is missing',
			details: { field: 'Authorization', expected: 'Bearer and a valid token', received: 'null' },
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
		secretName: 'a Bearer token',
		hasSecret: ({ bearerTokens }) => bearerTokens.length > 0,
		matches: ({ bearerTokens }, token) => safeIncludes(bearerTokens, String(token)),
	},
	basic: {
		readToken: ({ headers }) => readAuthorization(headers, 'basic') || undefined,
		missing: {
			code: 'CREDENTIALS_MISSING',
			message: 'The Authorization header with Basic credentials is missing',
			details: {
				field: 'Authorization',
				expected: 'Basic and valid credentials',
				received: 'null',
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
		secretName: 'a user and password',
		hasSecret: ({ basic }) => basic.user !== '' && basic.password !== '',
		matches: matchesBasic,
	},
};
