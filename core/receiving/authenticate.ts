import pick from 'lodash/pick';

import type { AuthenticationMethod } from '../platforms/authentication';
import type { Scheme } from '../signing/scheme';
import { findSigningSecrets, type VerificationInput } from '../signing/verify';

import { checkBodyToken } from './bodyToken';
import {
	InboundConfigurationError,
	isTokenMethod,
	requireConfiguredMethods,
	type AuthenticationMode,
	type MethodRules,
} from './configuredMethods';
import type { InboundRequest } from './inboundRequest';
import type { ParsedBody } from './parseBody';
import { createRejection, type Rejection } from './rejection';
import { findReplayEnd } from './replayEnd';
import {
	addBodyTokens,
	identifyCallers,
	TOKEN_CHECKS,
	type AuthenticationFailure,
	type Caller,
	type InboundSecrets,
	type TokenMethod,
} from './tokenMethods';

export interface AuthenticationRules extends MethodRules {
	/** Called only after the checks that need no secret: n8n takes longer to read a credential. */
	loadSecrets: () => Promise<InboundSecrets>;
}

export interface VerifiedSignature {
	scheme: string;
	id?: string;
	timestampMs?: number;
	/** The claims of a token. */
	claims?: Record<string, unknown>;
	/** The parameters of an HTTP Message Signature. */
	keyId?: string;
	nonce?: string;
	tag?: string;
}

/** A verified signature, and the secrets that made it, which must not reach an item. */
interface SignatureWithSecrets {
	signature: VerifiedSignature;
	payload: Buffer | undefined;
	signedContent: Buffer | undefined;
	signedHeaders: string[] | undefined;
	secrets: string[];
}

const requiresAll = (mode: AuthenticationMode): boolean =>
	mode === 'all' || mode === 'allConfigured';

/**
 * Builds the header that names the accepted schemes
 * (https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1).
 */
function buildChallenge(methods: AuthenticationMethod[]): Record<string, string> {
	const schemes = [
		...(methods.includes('bearer') ? ['Bearer'] : []),
		...(methods.includes('basic') ? ['Basic realm="webhook", charset="UTF-8"'] : []),
	];
	return schemes.length > 0 ? { 'WWW-Authenticate': schemes.join(', ') } : {};
}

const reject = (
	{ methods }: AuthenticationRules,
	{ code, details, message }: AuthenticationFailure,
): Rejection =>
	createRejection({ status: 401, code, message, details, headers: buildChallenge(methods) });

/** Rejects a caller without revealing which of several methods failed. */
const rejectAll = (rules: AuthenticationRules): Rejection =>
	reject(rules, {
		code: 'UNAUTHORIZED',
		message: 'None of the accepted credentials is valid',
		details: {
			field: 'credentials',
			expected: `one of: ${rules.methods.join(', ')}`,
			received: 'none that is valid',
		},
	});

/** Finds the methods for which the caller presents no token, as far as no secret is needed to know. */
const findMissingTokens = (methods: TokenMethod[], caller: Caller): Set<TokenMethod> =>
	new Set(
		methods.filter((method) => {
			const { readToken } = TOKEN_CHECKS[method];
			return readToken !== undefined && readToken(caller) === undefined;
		}),
	);

/** Rejects callers who cannot pass, whatever the secrets are. */
function rejectMissingTokens(
	rules: AuthenticationRules,
	missing: Set<TokenMethod>,
): Rejection | undefined {
	const [firstMissing] = missing;
	if (firstMissing === undefined) return undefined;
	const failure = TOKEN_CHECKS[firstMissing].missing();
	if (rules.mode === 'all') return reject(rules, failure);
	if (missing.size < rules.methods.length) return undefined;
	return rules.methods.length === 1 ? reject(rules, failure) : rejectAll(rules);
}

/**
 * Compares the caller's token with the secrets, in constant time.
 * @returns `undefined` if it is valid
 */
export function checkToken(
	method: TokenMethod,
	secrets: InboundSecrets,
	caller: Caller,
): AuthenticationFailure | undefined {
	const { findToken, invalid, matches, missing } = TOKEN_CHECKS[method];
	const token = findToken(secrets, caller);
	if (token === undefined) return missing(secrets);
	return matches(secrets, token) ? undefined : invalid(secrets);
}

/** The result of checking a caller's tokens; the signature may still have to be verified. */
export interface TokenResult {
	/** `undefined` if the receiver is open to anyone. */
	secrets: InboundSecrets | undefined;
	passed: TokenMethod[];
	/** True if each configured method must pass, so that a response may name the one that failed. */
	needsAll: boolean;
	needsSignature: boolean;
	needsBodyToken: boolean;
}

function compareTokens(
	rules: AuthenticationRules,
	secrets: InboundSecrets,
	caller: Caller,
): TokenResult | Rejection {
	const methods = requireConfiguredMethods(rules, secrets);
	const needsAll = requiresAll(rules.mode) || methods.length === 1;
	const passed: TokenMethod[] = [];
	for (const method of methods.filter(isTokenMethod)) {
		const failure = checkToken(method, secrets, caller);
		if (failure === undefined) passed.push(method);
		else if (needsAll) return reject(rules, failure);
	}
	const isUndecided = needsAll || passed.length === 0;
	const needsSignature = isUndecided && methods.includes('signature');
	const needsBodyToken = isUndecided && methods.includes('bodyToken');
	if (!needsSignature && !needsBodyToken && passed.length === 0) return rejectAll(rules);
	return { secrets, passed, needsAll, needsSignature, needsBodyToken };
}

/**
 * Checks a caller's tokens: first that they are present, which needs no secret, then that they are valid.
 * @throws InboundConfigurationError if a required method has no secret; and any error of `loadSecrets`
 */
export async function authenticateTokens(
	rules: AuthenticationRules,
	caller: Caller,
): Promise<TokenResult | Rejection> {
	if (rules.methods.length === 0) {
		return {
			secrets: undefined,
			passed: [],
			needsAll: false,
			needsSignature: false,
			needsBodyToken: false,
		};
	}
	const missing = findMissingTokens(rules.methods.filter(isTokenMethod), caller);
	return (
		rejectMissingTokens(rules, missing) ?? compareTokens(rules, await rules.loadSecrets(), caller)
	);
}

/**
 * Verifies the signature of a request.
 * @throws InboundConfigurationError if there is no scheme, InvalidSecretError if a secret is not in its
 * format, InvalidSchemeError if the scheme signs the URL and the receiver does not know it
 */
export function checkSignature(
	{ signature }: InboundSecrets,
	request: Pick<VerificationInput, 'body' | 'headers' | 'nowMs' | 'request'>,
): SignatureWithSecrets | AuthenticationFailure {
	if (signature === undefined) {
		throw new InboundConfigurationError('No signature scheme is configured.');
	}
	const verification = findSigningSecrets(signature.scheme, { ...signature, ...request });
	if (!verification.valid) return verification;
	const { payload, secrets, signedContent, signedHeaders } = verification;
	const signed = pick(verification, ['id', 'timestampMs', 'claims', 'keyId', 'nonce', 'tag']);
	return {
		signature: { scheme: signature.scheme.name, ...signed },
		payload,
		// Each token for the same event is another one.
		signedContent: signedContent ?? payload,
		signedHeaders,
		secrets,
	};
}

/** A caller who passed every check. */
export interface AuthenticatedCaller {
	/** The methods that passed. */
	methods: AuthenticationMethod[];
	/** Present if a signature was checked, and its scheme too. */
	signature: VerifiedSignature | undefined;
	scheme?: Scheme;
	/** The event as JSON, if the body is a token that contains it. */
	payload?: Buffer;
	/** The signed content, so that a replay cannot change it, if it is not the body. */
	signedContent?: Buffer;
	/** The headers that the signature covers, in lower case, if it says so itself. */
	signedHeaders?: string[];
	/** The time until which a replay is not too late, in ms; absent if no time limits it. */
	replayEndMs?: number;
	/**
	 * Digests of the credentials that were used, which tell callers apart. Several if several secrets signed: the
	 * signature of any one of them is enough to send the request again.
	 */
	callers: string[];
}

/**
 * Verifies the signature, unless the caller's tokens already decide.
 * @throws the errors of {@link checkSignature}
 */
export function authenticateSignature(
	rules: AuthenticationRules,
	{ needsAll, needsBodyToken, needsSignature, passed, secrets }: TokenResult,
	{ headers, method, nowMs, otherUrls, query, url }: InboundRequest,
	body: Buffer,
): AuthenticatedCaller | Rejection {
	const caller = { headers, query };
	const unsigned = (): AuthenticatedCaller => ({
		methods: passed,
		signature: undefined,
		callers: identifyCallers(passed, secrets, caller, []),
	});
	if (!needsSignature || secrets === undefined) return unsigned();
	const request = () => ({ method, url: url(), otherUrls: otherUrls?.() });
	const result = checkSignature(secrets, { body, headers, nowMs, request });
	if ('code' in result) {
		if (needsAll) return reject(rules, result);
		return needsBodyToken ? unsigned() : rejectAll(rules);
	}
	const { scheme, toleranceSeconds } = secrets.signature ?? {};
	return {
		methods: [...passed, 'signature'],
		signature: result.signature,
		payload: result.payload,
		scheme,
		replayEndMs: scheme && findReplayEnd(scheme, result.signature, toleranceSeconds),
		signedContent: result.signedContent,
		signedHeaders: result.signedHeaders,
		callers: identifyCallers(passed, secrets, caller, result.secrets),
	};
}

/** Returns whether only the token in the body can still authenticate a caller. */
export const isUnknownCaller = (
	{ needsBodyToken }: TokenResult,
	{ methods }: AuthenticatedCaller,
): boolean => needsBodyToken && methods.length === 0;

/**
 * Checks the token in the body, unless the caller's other credentials already decide.
 * @throws InboundConfigurationError if there is no token, InvalidPathError if its field is no path
 */
export function authenticateBodyToken(
	rules: AuthenticationRules,
	{ needsAll, needsBodyToken, secrets }: TokenResult,
	caller: AuthenticatedCaller,
	body: ParsedBody,
): AuthenticatedCaller | Rejection {
	if (!needsBodyToken || (!needsAll && caller.methods.length > 0)) return caller;
	if (secrets?.body === undefined) {
		throw new InboundConfigurationError('No token in the body is configured.');
	}
	const tokens = checkBodyToken(secrets.body, body);
	if (!Array.isArray(tokens)) return needsAll ? reject(rules, tokens) : rejectAll(rules);
	return {
		...caller,
		methods: [...caller.methods, 'bodyToken'],
		callers: addBodyTokens(caller.callers, tokens),
	};
}

/**
 * Returns the signing secrets that a reply's proof needs.
 * @throws InboundConfigurationError if signatures are not checked
 */
export function requireSignatureSecrets(
	secrets: InboundSecrets | undefined,
): NonNullable<InboundSecrets['signature']> {
	const signature = secrets?.signature;
	if (signature === undefined || signature.secrets.length === 0) {
		throw new InboundConfigurationError(
			'The sender’s URL verification needs a proof made with the signing secret. Choose "Signature" under "Authentication", and fill in the secret in the credential.',
		);
	}
	return signature;
}

/**
 * Finds the secret that signed a request whose reply is a proof. A token is not enough for that: a caller with
 * a token could let this receiver sign requests to other receivers with the same secret.
 * @throws InboundConfigurationError if signatures are not checked, and the errors of {@link checkSignature}
 */
export function requireSigningSecret(
	rules: AuthenticationRules,
	{ needsAll, secrets }: TokenResult,
	{ headers, method, nowMs, otherUrls, url }: InboundRequest,
	body: Buffer,
): { secret: string } | Rejection {
	const signature = requireSignatureSecrets(secrets);
	const request = () => ({ method, url: url(), otherUrls: otherUrls?.() });
	const signed = findSigningSecrets(signature.scheme, {
		...signature,
		body,
		headers,
		nowMs,
		request,
	});
	if (!signed.valid) return needsAll ? reject(rules, signed) : rejectAll(rules);
	return { secret: signed.secrets[0] };
}
