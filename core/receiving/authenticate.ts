import type { AuthenticationMethod } from '../platforms/authentication';
import { verifyRequest, type VerificationInput } from '../signing/verify';

import type { InboundRequest } from './inboundRequest';
import { createRejection, type Rejection } from './rejection';
import {
	TOKEN_CHECKS,
	type AuthenticationFailure,
	type Caller,
	type InboundSecrets,
	type TokenMethod,
} from './tokenMethods';

/**
 * The methods that a caller must pass: `all` or `any` of them, each of which must have a secret; or all or
 * any of those that have one (`allConfigured`, `anyConfigured`).
 */
export type AuthenticationMode = 'all' | 'any' | 'allConfigured' | 'anyConfigured';

export interface AuthenticationRules {
	/** Empty for no authentication. */
	methods: AuthenticationMethod[];
	mode: AuthenticationMode;
	/** Called only after the checks that need no secret: n8n takes longer to read a credential. */
	loadSecrets: () => Promise<InboundSecrets>;
}

/** The receiver lacks what it needs for its checks. The message is for its owner, never for a caller. */
export class InboundConfigurationError extends Error {
	override readonly name = 'InboundConfigurationError';
}

export interface VerifiedSignature {
	scheme: string;
	id?: string;
	timestampMs?: number;
}

const isTokenMethod = (method: AuthenticationMethod): method is TokenMethod =>
	method !== 'signature';

const requiresAll = (mode: AuthenticationMode): boolean =>
	mode === 'all' || mode === 'allConfigured';

/** Returns whether methods without a secret are left out instead of being an error. */
export const usesOnlyConfigured = (mode: AuthenticationMode): boolean =>
	mode === 'allConfigured' || mode === 'anyConfigured';

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

/** Finds the methods for which the caller presents no token. */
const findMissingTokens = (methods: TokenMethod[], caller: Caller): Set<TokenMethod> =>
	new Set(methods.filter((method) => TOKEN_CHECKS[method].readToken(caller) === undefined));

/** Rejects callers who cannot pass, whatever the secrets are. */
function rejectMissingTokens(
	rules: AuthenticationRules,
	missing: Set<TokenMethod>,
): Rejection | undefined {
	const [firstMissing] = missing;
	if (firstMissing === undefined) return undefined;
	const failure = TOKEN_CHECKS[firstMissing].missing;
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
	const { invalid, matches, readToken } = TOKEN_CHECKS[method];
	return matches(secrets, readToken(caller)) ? undefined : invalid;
}

const hasSecret = (method: AuthenticationMethod, secrets: InboundSecrets): boolean =>
	isTokenMethod(method)
		? TOKEN_CHECKS[method].hasSecret(secrets)
		: (secrets.signature?.secrets.length ?? 0) > 0;

const nameSecret = (method: AuthenticationMethod): string =>
	isTokenMethod(method) ? TOKEN_CHECKS[method].secretName : 'a signature';

/**
 * Returns the methods to check callers by: those that have a secret.
 * @throws InboundConfigurationError if a required method has no secret
 */
export function requireConfiguredMethods(
	{ methods, mode }: Pick<AuthenticationRules, 'methods' | 'mode'>,
	secrets: InboundSecrets,
): AuthenticationMethod[] {
	const configured = methods.filter((method) => hasSecret(method, secrets));
	const [missing] = methods.filter((method) => !configured.includes(method));
	const onlyConfigured = usesOnlyConfigured(mode);
	if (missing !== undefined && (!onlyConfigured || configured.length === 0)) {
		const required = onlyConfigured ? methods.map(nameSecret).join(' or ') : nameSecret(missing);
		throw new InboundConfigurationError(
			`Callers must present ${required}, but the inbound credential has none. Fill it in, or change "Authentication".`,
		);
	}
	return configured;
}

/** The result of checking a caller's tokens; the signature may still have to be verified. */
export interface TokenResult {
	/** `undefined` if the receiver is open to anyone. */
	secrets: InboundSecrets | undefined;
	passed: TokenMethod[];
	/** True if each configured method must pass, so that a response may name the one that failed. */
	needsAll: boolean;
	needsSignature: boolean;
}

function compareTokens(
	rules: AuthenticationRules,
	secrets: InboundSecrets,
	missing: Set<TokenMethod>,
	caller: Caller,
): TokenResult | Rejection {
	const methods = requireConfiguredMethods(rules, secrets);
	const needsAll = requiresAll(rules.mode) || methods.length === 1;
	const passed: TokenMethod[] = [];
	for (const method of methods.filter(isTokenMethod)) {
		const failure = missing.has(method)
			? TOKEN_CHECKS[method].missing
			: checkToken(method, secrets, caller);
		if (failure === undefined) passed.push(method);
		else if (needsAll) return reject(rules, failure);
	}
	const needsSignature = methods.includes('signature') && (needsAll || passed.length === 0);
	if (!needsSignature && passed.length === 0) return rejectAll(rules);
	return { secrets, passed, needsAll, needsSignature };
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
		return { secrets: undefined, passed: [], needsAll: false, needsSignature: false };
	}
	const missing = findMissingTokens(rules.methods.filter(isTokenMethod), caller);
	return (
		rejectMissingTokens(rules, missing) ??
		compareTokens(rules, await rules.loadSecrets(), missing, caller)
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
): VerifiedSignature | AuthenticationFailure {
	if (signature === undefined) {
		throw new InboundConfigurationError('No signature scheme is configured.');
	}
	const verification = verifyRequest(signature.scheme, { ...signature, ...request });
	if (!verification.valid) return verification;
	const { id, timestampMs } = verification;
	return { scheme: signature.scheme.name, id, timestampMs };
}

/** A caller who passed every check. */
export interface AuthenticatedCaller {
	/** The methods that passed. */
	methods: AuthenticationMethod[];
	/** Present if a signature was checked. */
	signature: VerifiedSignature | undefined;
}

/**
 * Verifies the signature, unless the caller's tokens already decide.
 * @throws the errors of {@link checkSignature}
 */
export function authenticateSignature(
	rules: AuthenticationRules,
	{ needsAll, needsSignature, passed, secrets }: TokenResult,
	{ headers, method, nowMs, url }: InboundRequest,
	body: Buffer,
): AuthenticatedCaller | Rejection {
	if (!needsSignature || secrets === undefined) return { methods: passed, signature: undefined };
	const request = () => ({ method, url: url() });
	const signature = checkSignature(secrets, { body, headers, nowMs, request });
	if ('code' in signature) return needsAll ? reject(rules, signature) : rejectAll(rules);
	return { methods: [...passed, 'signature'], signature };
}
