import omit from 'lodash/omit';
import { z } from 'zod';

import { checkTokenUrl, type TokenUrlRules } from '../credentials/endpointAuthentication';
import { findHeaderFault, type SentAs } from '../http/headerValues';
import { toPrintableTokenUrl } from '../outbox/endpoint/presentAuthentication';

import { InvalidFieldError, withFieldErrors } from './fieldErrors';

/** A webhook's authentication in requests and replies: AgenticFlow's types, and those that this project adds. */

const nonEmptyString = z.string().trim().min(1);

/** The text that each kind of secret must be. */
const SENDABLE = {
	token: 'token of printable ASCII characters without spaces',
	urlToken: 'token of printable ASCII characters',
	basicUser: 'name without colons and control characters',
	basicPassword: 'password without control characters',
};

const isSendable =
	(sentAs: SentAs) =>
	(text: string): boolean =>
		findHeaderFault(sentAs, text) === undefined;

const sendable = (sentAs: keyof typeof SENDABLE) =>
	nonEmptyString.refine(isSendable(sentAs), SENDABLE[sentAs]);

const secret = z.string().min(1).refine(isSendable('basicPassword'), SENDABLE.basicPassword);

const awsName = nonEmptyString.refine(
	(text) => /^[a-z0-9-]{1,64}$/.test(text),
	'name of lowercase letters, digits and hyphens',
);

/** If a secret is missing, the webhook's current one is kept. */
export const authenticationSchema = z.discriminatedUnion('type', [
	z.object({ type: z.literal('none') }).strict(),
	z.object({ type: z.literal('bearer'), token: sendable('token').optional() }).strict(),
	z.object({ type: z.literal('urlToken'), token: sendable('urlToken').optional() }).strict(),
	z
		.object({
			type: z.literal('basic'),
			username: sendable('basicUser').optional(),
			password: secret.optional(),
		})
		.strict(),
	z
		.object({
			type: z.literal('oauth2'),
			token_url: nonEmptyString.max(2000).optional(),
			client_id: nonEmptyString.max(1000).optional(),
			client_secret: secret.optional(),
			client_secret_in: z.enum(['basic', 'body']).optional(),
			scope: z.string().max(2000).optional(),
			audience: z.string().max(2000).optional(),
		})
		.strict(),
	z
		.object({
			type: z.literal('awsSigV4'),
			access_key_id: sendable('token').optional(),
			secret_access_key: secret.optional(),
			session_token: sendable('token').optional(),
			region: awsName.optional(),
			service: awsName.optional(),
		})
		.strict(),
]);

type RequestedAuthentication = z.infer<typeof authenticationSchema>;
type AuthenticationFields = Record<string, unknown>;

export const NO_AUTHENTICATION: RequestedAuthentication = { type: 'none' };

/** The names of fields in requests, and those of the Sending credential. */
const NAMES: Record<Exclude<RequestedAuthentication['type'], 'none'>, Record<string, string>> = {
	bearer: { token: 'token' },
	urlToken: { token: 'token' },
	basic: { username: 'user', password: 'password' },
	oauth2: {
		token_url: 'tokenUrl',
		client_id: 'clientId',
		client_secret: 'clientSecret',
		client_secret_in: 'clientSecretIn',
		scope: 'scope',
		audience: 'audience',
	},
	awsSigV4: {
		access_key_id: 'accessKeyId',
		secret_access_key: 'secretAccessKey',
		session_token: 'sessionToken',
		region: 'region',
		service: 'service',
	},
};

const OPTIONAL = new Set(['client_secret_in', 'scope', 'audience', 'session_token']);

/** The secret without which a request repeats what replies show. */
const SECRETS: Record<keyof typeof NAMES, string> = {
	bearer: 'token',
	urlToken: 'token',
	basic: 'password',
	oauth2: 'client_secret',
	awsSigV4: 'secret_access_key',
};

/** Fields that replies do not show. */
const HIDDEN_FIELDS = new Set([...Object.values(SECRETS), 'session_token']);

/** Returns whether a request repeats the type that replies show, without the secret that they hide. */
export function isWrittenBack(
	requested: RequestedAuthentication,
	current: AuthenticationFields,
): boolean {
	if (requested.type === 'none' || requested.type !== current.authentication) return false;
	const fields: Record<string, unknown> = requested;
	return fields[SECRETS[requested.type]] === undefined;
}

/** @throws InvalidFieldError if neither the request nor the webhook has the field */
function requireField(field: string, value: unknown): void {
	if (value || OPTIONAL.has(field)) return;
	throw new InvalidFieldError(`Required field 'authentication.${field}' is missing`, {
		field: `authentication.${field}`,
		expected: 'string',
		received: 'null',
	});
}

/** Returns whether a request has another token URL than the webhook. A reply shows it without its query. */
function hasNewTokenUrl(
	requested: RequestedAuthentication,
	current: AuthenticationFields,
): boolean {
	if (requested.type !== 'oauth2' || requested.token_url === undefined) return false;
	const shown = [current.tokenUrl, toPrintableTokenUrl(current.tokenUrl)];
	return !shown.includes(requested.token_url);
}

/** Returns whether a request has another access key of AWS than the webhook. A session token is for its key only. */
const hasNewAccessKey = (
	requested: RequestedAuthentication,
	current: AuthenticationFields,
): boolean =>
	requested.type === 'awsSigV4' &&
	requested.access_key_id !== undefined &&
	requested.access_key_id !== current.accessKeyId;

/**
 * Translates a webhook's authentication into fields of the Sending credential.
 * @param current the webhook's fields
 * @param rules what a token URL in the request may be
 * @throws InvalidFieldError
 */
export function toAuthenticationFields(
	requested: RequestedAuthentication,
	current: AuthenticationFields,
	rules: TokenUrlRules,
): AuthenticationFields {
	const { type } = requested;
	if (type === 'none') return { authentication: 'none' };
	const isNewServer = hasNewTokenUrl(requested, current);
	// Secrets of another type are not reused: a header's token must not appear in URLs. Neither are those of another
	// token server.
	const kept = current.authentication === type && !isNewServer ? current : {};
	const reusable = hasNewAccessKey(requested, current) ? omit(kept, 'sessionToken') : kept;
	const supplied: Record<string, unknown> = requested;
	const fields: AuthenticationFields = { authentication: type };
	for (const [name, field] of Object.entries(NAMES[type])) {
		const isKept = supplied[name] === undefined || (name === 'token_url' && !isNewServer);
		const value = isKept ? (reusable[field] ?? supplied[name]) : supplied[name];
		requireField(name, value);
		if (value !== undefined) fields[field] = value;
	}
	if (isNewServer || (type === 'oauth2' && reusable.tokenUrl === undefined)) {
		withFieldErrors('authentication.token_url', fields.tokenUrl, () =>
			checkTokenUrl(String(fields.tokenUrl), rules),
		);
	}
	return fields;
}

/** Returns a webhook's authentication as replies show it, without any secret. It can be sent back. */
export function presentRequestedAuthentication(fields: AuthenticationFields): object {
	const type = String(fields.authentication ?? 'none');
	const names = Object.entries(NAMES).find(([name]) => name === type)?.[1] ?? {};
	const shown = Object.entries(names).flatMap(([name, field]) =>
		HIDDEN_FIELDS.has(name) || fields[field] === undefined
			? []
			: [[name, name === 'token_url' ? toPrintableTokenUrl(fields[field]) : fields[field]]],
	);
	return { type, ...Object.fromEntries(shown) };
}
