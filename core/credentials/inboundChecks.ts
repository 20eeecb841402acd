import { HEADER_NAME } from '../http/headers';
import { InvalidHeaderValueError, requireSendable, type SentAs } from '../http/headerValues';
import { getErrorMessage } from '../lib/errorMessage';
import { InvalidPathError, parsePath } from '../lib/fieldPath';
import type { AuthenticationMethod } from '../platforms/authentication';
import {
	findCertainListMistake,
	findCertainMistake,
	getSigningSecretKind,
	type SecretKind,
} from '../signing/secretText';
import { InvalidSecretError, parseSecretList } from '../signing/secrets';
import type { Scheme } from '../signing/scheme';

import type { InboundCredential } from './inbound';
import { checkSchemeSecret, findWrongSigningSecret, resolveScheme } from './signingFields';

/** A secret that no caller can present. The message names its field, and never repeats the secret. */
export class UnusableSecretError extends Error {
	override readonly name = 'UnusableSecretError';
}

const EXPECTED_ERRORS = [
	InvalidHeaderValueError,
	InvalidPathError,
	InvalidSecretError,
	UnusableSecretError,
];

/** Runs the check of one secret, and returns what is wrong. */
function findFault(check: () => void): string | undefined {
	try {
		check();
		return undefined;
	} catch (error) {
		const isExpected = EXPECTED_ERRORS.some((type) => error instanceof type);
		return isExpected ? getErrorMessage(error) : 'A secret cannot be used. Copy it again.';
	}
}

/**
 * Checks all secrets of one list.
 * @returns what is wrong with some, if others can be used
 * @throws UnusableSecretError if none can be used
 */
function checkList(secrets: string[], check: (secret: string) => void): string[] {
	const faults = secrets.flatMap((secret) => findFault(() => check(secret)) ?? []);
	if (faults.length > 0 && faults.length === secrets.length) {
		throw new UnusableSecretError(faults[0]);
	}
	return faults;
}

/** Rejects what was certainly copied with a secret or in its place. */
function requireCopied(label: string, secret: string, kind: SecretKind): void {
	const fault = findCertainMistake(secret, kind);
	if (fault !== undefined) throw new UnusableSecretError(`"${label}" ${fault}`);
}

/** Rejects a list that white space has divided into secrets, some of which look right: an expression, for example. */
function requireList(label: string, secrets: string[], kind: SecretKind): void {
	const fault = findCertainListMistake(secrets.join(' '), kind);
	if (fault !== undefined) throw new UnusableSecretError(`"${label}" ${fault}`);
}

function checkTokens(sentAs: SentAs, label: string, tokens: string[]): string[] {
	requireList(label, tokens, 'token');
	return checkList(tokens, (token) => {
		requireSendable(sentAs, label, token);
		requireCopied(label, token, 'token');
	});
}

/**
 * Requires that callers can send each header.
 * @throws UnusableSecretError
 */
export function requireHeaderNames(names: string[]): void {
	const wrong = names.find((name) => !HEADER_NAME.test(name));
	if (wrong === undefined) return;
	throw new UnusableSecretError(
		'"Header Names" has a name that no header can have. Use only letters, digits and hyphens, e.g. X-API-Key.',
	);
}

function checkHeader({ names, prefix, tokens }: InboundCredential['header']): string[] {
	requireHeaderNames(names);
	requireSendable('header', 'Token Prefix', prefix);
	return checkTokens('token', 'Header Tokens', tokens);
}

/**
 * Requires that a body can have the field.
 * @throws UnusableSecretError
 */
export function requireBodyField(field: string): void {
	const fault = findFault(() => {
		parsePath(field);
	});
	if (fault !== undefined) throw new UnusableSecretError(`"Body Field": ${fault}`);
}

/** Checks tokens in the body, which may have any characters but white space. */
function checkBody({ field, tokens }: InboundCredential['body']): string[] {
	requireBodyField(field);
	requireList('Body Tokens', tokens, 'token');
	return checkList(tokens, (token) => requireCopied('Body Tokens', token, 'token'));
}

function checkBasic({ password, user }: InboundCredential['basic']): string[] {
	requireSendable('basicUser', 'Basic User', user);
	requireSendable('basicPassword', 'Basic Password', password);
	requireCopied('Basic User', user, 'password');
	requireCopied('Basic Password', password, 'password');
	return [];
}

function requireSecret(label: string, secret: string, scheme: Scheme): void {
	const fault = findFault(() => {
		checkSchemeSecret(scheme, secret);
	});
	if (fault !== undefined) throw new UnusableSecretError(`"${label}": ${fault}`);
}

function checkSigningSecrets({ signing }: InboundCredential, platformId: string): string[] {
	const { furtherSigningSecrets, signingSecret } = signing;
	const additional = parseSecretList('', furtherSigningSecrets);
	if (signingSecret === '' && additional.length === 0) return [];
	const scheme = resolveScheme(signing, platformId);
	const kind = getSigningSecretKind(scheme.secretFormat);
	const wrong = findWrongSigningSecret(signing, platformId);
	if (wrong !== undefined) throw new UnusableSecretError(`"Signing Secret" ${wrong}`);
	if (signingSecret !== '') requireSecret('Signing Secret', signingSecret, scheme);
	requireList('Additional Signing Secrets', additional, kind);
	const checkAdditional = (secret: string) => {
		requireCopied('Additional Signing Secrets', secret, kind);
		requireSecret('Additional Signing Secrets', secret, scheme);
	};
	return signingSecret === ''
		? checkList(additional, checkAdditional)
		: additional.flatMap((secret) => findFault(() => checkAdditional(secret)) ?? []);
}

/**
 * Checks the secrets that callers of a platform's webhook must present by some methods.
 * @returns what is wrong with secrets that are skipped, because another one of the same kind can be used
 * @throws UnusableSecretError, InvalidHeaderValueError or InvalidSchemeError if a method has no secret that
 * can be used
 */
export function checkInboundSecrets(
	credential: InboundCredential,
	methods: AuthenticationMethod[],
	platformId: string,
): string[] {
	const checks: Record<AuthenticationMethod, () => string[]> = {
		urlToken: () => checkTokens('urlToken', 'URL Tokens', credential.urlTokens),
		bearer: () => checkTokens('token', 'Bearer Tokens', credential.bearerTokens),
		headerToken: () => checkHeader(credential.header),
		bodyToken: () => checkBody(credential.body),
		basic: () => checkBasic(credential.basic),
		signature: () => checkSigningSecrets(credential, platformId),
	};
	return methods.flatMap((method) => checks[method]());
}
