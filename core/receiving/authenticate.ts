import type { RequestHeaders } from '../http/headers';
import { safeEqual, safeIncludes } from '../signing/constantTime';
import type { SignatureScheme } from '../signing/scheme';
import { verifyRequest, type SignedRequest } from '../signing/verify';

import type { AuthenticationMethod } from '../platforms/authentication';
import type { RejectionCode } from './rejection';

/** What callers are checked against. */
export interface InboundSecrets {
	urlTokens: string[];
	bearerTokens: string[];
	basic: { user: string; password: string };
	/** Present where a signature is among the methods. */
	signature?: { scheme: SignatureScheme; secrets: string[]; toleranceSeconds?: number };
}

/** The receiver is not set up to check what it should check. The message is for its owner only. */
export class InboundConfigurationError extends Error {
	override readonly name = 'InboundConfigurationError';
}

export interface VerifiedSignature {
	scheme: string;
	id?: string;
	timestampMs?: number;
}

/** Why a caller is not let in. */
export interface Denial {
	passed: false;
	code: RejectionCode;
	message: string;
	field: string;
	expected: string;
	received: string;
}

export type CredentialCheck = { passed: true; signature?: VerifiedSignature } | Denial;

export type TokenMethod = Exclude<AuthenticationMethod, 'signature'>;

interface Caller {
	query: Record<string, unknown>;
	headers: RequestHeaders;
}

function authorization(headers: RequestHeaders, scheme: string): string | undefined {
	const value = headers.authorization;
	if (typeof value !== 'string') return undefined;
	const [given] = value.split(/[ \t]/, 1);
	if (given.toLowerCase() !== scheme) return undefined;
	// HTTP's own white space alone, which no header has at its end: a no-break space belongs to the token.
	return value.slice(given.length).replace(/^[ \t]+/, '');
}

interface Method {
	/** What a caller brings, before it is compared with any secret. */
	given: (caller: Caller) => unknown;
	missing: Denial;
	invalid: Denial;
	/** What the owner must fill in, as the message names it. */
	secret: string;
	isFilledIn: (secrets: InboundSecrets) => boolean;
	fits: (secrets: InboundSecrets, given: unknown) => boolean;
}

const failure = (
	code: RejectionCode,
	message: string,
	field: string,
	expected: string,
	received: string,
): Denial => ({
	passed: false,
	code,
	message,
	field,
	expected,
	received,
});

function basicFits({ basic }: InboundSecrets, given: unknown): boolean {
	const bytes = Buffer.from(String(given), 'base64');
	// Buffer.from passes over what is not base64, e.g. over all that follows the first of two joined headers.
	if (bytes.toString('base64') !== given) return false;
	const text = bytes.toString('utf8');
	const colon = text.indexOf(':');
	const [user, password] = [text.slice(0, Math.max(0, colon)), text.slice(colon + 1)];
	const userFits = safeEqual(basic.user, user);
	const passwordFits = safeEqual(basic.password, password);
	return colon !== -1 && userFits && passwordFits;
}

const METHODS: Record<TokenMethod, Method> = {
	urlToken: {
		given: ({ query }) => (query.token === '' ? undefined : query.token),
		missing: failure(
			'TOKEN_MISSING',
			'The URL parameter token is missing',
			'token',
			'a valid token',
			'null',
		),
		invalid: failure(
			'TOKEN_INVALID',
			'The URL parameter token is not valid',
			'token',
			'a valid token',
			'another token',
		),
		secret: 'A URL token',
		isFilledIn: ({ urlTokens }) => urlTokens.length > 0,
		// A doubled ?token= is a list, and never valid.
		fits: ({ urlTokens }, given) => typeof given === 'string' && safeIncludes(urlTokens, given),
	},
	bearer: {
		given: ({ headers }) => authorization(headers, 'bearer') || undefined,
		missing: failure(
			'TOKEN_MISSING',
			'The header Authorization with a Bearer token is missing',
			'Authorization',
			'Bearer and a valid token',
			'null',
		),
		invalid: failure(
			'TOKEN_INVALID',
			'The Bearer token is not valid',
			'Authorization',
			'Bearer and a valid token',
			'another token',
		),
		secret: 'A Bearer token',
		isFilledIn: ({ bearerTokens }) => bearerTokens.length > 0,
		fits: ({ bearerTokens }, given) => safeIncludes(bearerTokens, String(given)),
	},
	basic: {
		given: ({ headers }) => authorization(headers, 'basic') || undefined,
		missing: failure(
			'CREDENTIALS_MISSING',
			'The header Authorization with Basic credentials is missing',
			'Authorization',
			'Basic and valid credentials',
			'null',
		),
		invalid: failure(
			'CREDENTIALS_INVALID',
			'The Basic credentials are not valid',
			'Authorization',
			'Basic and valid credentials',
			'other credentials',
		),
		secret: 'Basic authentication',
		isFilledIn: ({ basic }) => basic.user !== '' && basic.password !== '',
		fits: basicFits,
	},
};

/** Checks that cost nothing: which of the methods a caller brings nothing for. */
export function missingMethods(methods: TokenMethod[], caller: Caller): Map<TokenMethod, Denial> {
	return new Map(
		methods
			.filter((method) => METHODS[method].given(caller) === undefined)
			.map((method) => [method, METHODS[method].missing]),
	);
}

/** Compares what a caller brings with the secrets. */
export function checkMethod(
	method: TokenMethod,
	secrets: InboundSecrets,
	caller: Caller,
): CredentialCheck {
	const { fits, given, invalid } = METHODS[method];
	return fits(secrets, given(caller)) ? { passed: true } : invalid;
}

/** @throws InboundConfigurationError without a scheme, and what its secrets throw */
export function checkSignature(
	{ signature }: InboundSecrets,
	headers: RequestHeaders,
	body: Buffer,
	nowMs: number,
	request: () => SignedRequest,
): CredentialCheck {
	if (signature === undefined) {
		throw new InboundConfigurationError('No signature scheme is set up.');
	}
	const verification = verifyRequest(signature.scheme, {
		...signature,
		headers,
		body,
		nowMs,
		request,
	});
	if (!verification.valid) return { ...verification, passed: false };
	const { id, timestampMs } = verification;
	return { passed: true, signature: { scheme: signature.scheme.name, id, timestampMs } };
}

const isFilledIn = (method: AuthenticationMethod, secrets: InboundSecrets): boolean =>
	method === 'signature'
		? (secrets.signature?.secrets.length ?? 0) > 0
		: METHODS[method].isFilledIn(secrets);

/** How methods are chosen from what a receiver's owner has filled in. */
export interface MethodChoice {
	methods: AuthenticationMethod[];
	/** Whether methods without a secret are left out; else each must have one. */
	filledInOnly: boolean;
}

/**
 * The methods that callers are checked by.
 * @throws InboundConfigurationError for the receiver's owner, where a secret is missing
 */
export function requireConfiguredMethods(
	{ methods, filledInOnly }: MethodChoice,
	secrets: InboundSecrets,
): AuthenticationMethod[] {
	const filledIn = methods.filter((method) => isFilledIn(method, secrets));
	const [missing] = methods.filter((method) => !filledIn.includes(method));
	const name = (method: AuthenticationMethod): string =>
		method === 'signature' ? 'A signature' : METHODS[method].secret;
	if (missing !== undefined && (!filledInOnly || filledIn.length === 0)) {
		const asked = filledInOnly ? methods.map(name).join(' or ') : name(missing);
		throw new InboundConfigurationError(
			`${asked} is required of callers, but the inbound credential has none. Fill it in, or change "Authentication".`,
		);
	}
	return filledIn;
}

/** The header by which a refusal names what would be accepted. */
export function challenge(methods: AuthenticationMethod[]): Record<string, string> {
	const schemes = [
		...(methods.includes('bearer') ? ['Bearer'] : []),
		...(methods.includes('basic') ? ['Basic realm="webhook", charset="UTF-8"'] : []),
	];
	return schemes.length > 0 ? { 'WWW-Authenticate': schemes.join(', ') } : {};
}
