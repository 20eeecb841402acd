import { METHOD_LABELS, type AuthenticationMethod } from '../platforms/authentication';

import { hasPublishedKeys } from '../signing/schemeFacts';

import { TOKEN_CHECKS, type InboundSecrets, type TokenMethod } from './tokenMethods';

/**
 * The methods that a caller must pass: `all` or `any` of them, each of which must have a secret; or all or
 * any of those that have one (`allConfigured`, `anyConfigured`).
 */
export type AuthenticationMode = 'all' | 'any' | 'allConfigured' | 'anyConfigured';

/** The methods that callers are checked by, and how many of them they must pass. */
export interface MethodRules {
	/** Empty for no authentication. */
	methods: AuthenticationMethod[];
	mode: AuthenticationMode;
	/** The methods that must have a secret even in the modes for those that have one: a person chose them. */
	chosen?: AuthenticationMethod[];
}

/** The receiver lacks what it needs for its checks. The message is for its owner, never for a caller. */
export class InboundConfigurationError extends Error {
	override readonly name = 'InboundConfigurationError';
}

/** Returns whether methods without a secret are left out instead of being an error. */
export const usesOnlyConfigured = (mode: AuthenticationMode): boolean =>
	mode === 'allConfigured' || mode === 'anyConfigured';

export const isTokenMethod = (method: AuthenticationMethod): method is TokenMethod =>
	method !== 'signature' && method !== 'bodyToken';

const hasSecret = (method: AuthenticationMethod, secrets: InboundSecrets): boolean => {
	if (isTokenMethod(method)) return TOKEN_CHECKS[method].hasSecret(secrets);
	return method === 'bodyToken'
		? secrets.body !== undefined && secrets.body.tokens.length > 0 && secrets.body.field !== ''
		: secrets.signature !== undefined &&
				(secrets.signature.secrets.length > 0 || hasPublishedKeys(secrets.signature.scheme));
};

/** Names the secret that callers present, with the place that their platform has for it. */
function nameSecret(method: AuthenticationMethod, { body, header }: InboundSecrets): string {
	switch (method) {
		case 'headerToken':
			return header.sender === undefined
				? TOKEN_CHECKS.headerToken.secretName
				: `the token that ${header.sender.name} sends in the header ${header.sender.place}`;
		case 'bodyToken':
			return body?.sender === undefined
				? 'a token in the body'
				: `the token that ${body.sender.name} sends in the body field ${body.sender.place}`;
		case 'signature':
			return 'a signature';
		default:
			return TOKEN_CHECKS[method].secretName;
	}
}

/** Names the fields of the credential that have the secrets of a method, as the editor shows them. */
function nameSecretFields(method: AuthenticationMethod, { body, header }: InboundSecrets): string {
	const fields: Record<AuthenticationMethod, string> = {
		urlToken: '"URL Tokens"',
		bearer: '"Bearer Tokens"',
		headerToken: header.sender ? '"Header Tokens"' : '"Header Names" and "Header Tokens"',
		basic: '"Basic User" and "Basic Password"',
		signature: '"Signing Secret"',
		bodyToken: body?.sender ? '"Body Tokens"' : '"Body Field" and "Body Tokens"',
	};
	return fields[method];
}

/** Rejects Basic credentials of which one half is empty: they would count as not filled in. */
function requireBothHalves({ password, user }: InboundSecrets['basic']): void {
	if ((user === '') === (password === '')) return;
	const [empty, filled] =
		user === '' ? ['Basic User', 'Basic Password'] : ['Basic Password', 'Basic User'];
	throw new InboundConfigurationError(
		`"${empty}" is empty in the Receiving credential, but "${filled}" is not. Fill in both, or clear both.`,
	);
}

/** Describes the secret that the credential lacks: of one method, or of any of several. */
function describeMissingSecret(
	missing: AuthenticationMethod | undefined,
	methods: AuthenticationMethod[],
	secrets: InboundSecrets,
): string {
	const wanted = missing === undefined ? methods : [missing];
	const names = wanted.map((method) => nameSecret(method, secrets)).join(' or ');
	const labels = wanted.map((method) => `"${METHOD_LABELS[method]}"`).join(' or ');
	const fields = wanted.map((method) => nameSecretFields(method, secrets)).join(' or ');
	const problem = `Callers must present ${names}, but the Receiving credential has none.`;
	return missing !== undefined && secrets.chosenMethods.includes(missing)
		? `${problem} Fill in ${fields}, or turn off "${METHOD_LABELS[missing]}" in the credential.`
		: `${problem} Turn on ${labels} in the credential and fill in ${fields}, or change "Authentication" in the trigger.`;
}

/**
 * Returns the methods to check callers by: those that have a secret.
 * @throws InboundConfigurationError if a required method has no secret
 */
export function requireConfiguredMethods(
	{ chosen = [], methods, mode }: MethodRules,
	secrets: InboundSecrets,
): AuthenticationMethod[] {
	if (methods.includes('basic')) requireBothHalves(secrets.basic);
	const configured = methods.filter((method) => hasSecret(method, secrets));
	const required = usesOnlyConfigured(mode)
		? methods.filter((method) => [...chosen, ...secrets.chosenMethods].includes(method))
		: methods;
	const missing = required.find((method) => !configured.includes(method));
	if (missing !== undefined || (methods.length > 0 && configured.length === 0)) {
		throw new InboundConfigurationError(describeMissingSecret(missing, methods, secrets));
	}
	return configured;
}
