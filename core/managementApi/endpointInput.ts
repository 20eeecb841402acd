import isUndefined from 'lodash/isUndefined';
import omitBy from 'lodash/omitBy';

import { compileConditions } from '../event/conditions';
import { compileFieldFilters } from '../event/fieldFilter';
import type { EndpointUrlRules } from '../http/endpointUrl';
import { hasHiddenQuery, hasNewOrigin } from '../outbox/endpoint/endpointSecrets';
import type { EndpointInput } from '../outbox/endpoint/lifecycle';
import type { Endpoint } from '../outbox/model';

import { InvalidFieldError, withFieldErrors } from './fieldErrors';
import type { WebhookInput } from './requestSchemas';

type AuthenticationFields = Record<string, unknown>;

/** @throws InvalidFieldError if neither the request nor the webhook has the secret */
function requireSecret(field: string, supplied: string | undefined, current: unknown): unknown {
	const secret = supplied ?? current;
	if (secret) return secret;
	throw new InvalidFieldError(`Required field 'authentication.${field}' is missing`, {
		field: `authentication.${field}`,
		expected: 'string',
		received: 'null',
	});
}

type RequestedAuthentication = NonNullable<WebhookInput['authentication']>;

const NO_AUTHENTICATION: RequestedAuthentication = { type: 'none' };

/** Returns whether a request repeats the type that replies show, without the secret that they hide. */
const isWrittenBack = (
	requested: RequestedAuthentication,
	current: AuthenticationFields,
): boolean => {
	if (requested.type === 'none' || requested.type !== current.authentication) return false;
	return (requested.type === 'basic' ? requested.password : requested.token) === undefined;
};

/** Translates a webhook's authentication into fields of the Sending credential. */
function toAuthenticationFields(
	requested: RequestedAuthentication,
	current: AuthenticationFields,
): AuthenticationFields {
	// Secrets of another type are not reused: a header's token must not appear in URLs.
	const reusable = current.authentication === requested.type ? current : {};
	switch (requested.type) {
		case 'bearer':
		case 'urlToken':
			return {
				authentication: requested.type,
				token: requireSecret('token', requested.token, reusable.token),
			};
		case 'basic':
			return {
				authentication: 'basic',
				user: requireSecret('username', requested.username, reusable.user),
				password: requireSecret('password', requested.password, reusable.password),
			};
		default:
			return { authentication: 'none' };
	}
}

/** Returns the changed settings. Parts of `batch_settings` that only the owner can set are kept. */
function toSettings(
	{ batch_settings, conditions, filters, retry_policy }: WebhookInput,
	current: Endpoint['settings'],
): Record<string, unknown> {
	withFieldErrors('conditions', conditions, () => compileConditions(conditions ?? {}));
	withFieldErrors('filters', filters, () => compileFieldFilters(filters ?? {}));
	const changes = {
		conditions,
		filters,
		batch_settings: batch_settings && { ...current.batch_settings, ...batch_settings },
		retry_policy:
			retry_policy === null
				? { max_retries: undefined, backoff_multiplier: undefined }
				: retry_policy,
	};
	return omitBy(changes, isUndefined);
}

/**
 * Translates the body of a create or update request into the outbox's words.
 * @param existing the webhook to update; absent for a new one
 * @throws InvalidFieldError
 */
export function toEndpointInput(
	body: WebhookInput,
	{ allowHttp, allowInternal }: EndpointUrlRules,
	existing?: Endpoint,
): EndpointInput {
	const { description, events, name } = body;
	const authentication = body.authentication === null ? NO_AUTHENTICATION : body.authentication;
	const currentFields = existing?.secrets.authentication ?? {};
	const isNewOrigin = existing !== undefined && hasNewOrigin(existing, body.url);
	// The current secrets were given for the old origin, so they are dropped.
	const isDropped =
		isNewOrigin && authentication !== undefined && isWrittenBack(authentication, currentFields);
	const isShownUrl = existing !== undefined && body.url === existing.url;
	const keepsUrl = isShownUrl && (body.url_query !== undefined || !hasHiddenQuery(existing));
	const url = keepsUrl ? undefined : body.url;
	return {
		name,
		description: description === null ? '' : description,
		eventTypes: events,
		url,
		settings: {
			...toSettings(body, existing?.settings ?? {}),
			// Permissions that the old URL had, or that the owner gave it, don't apply to a new URL.
			...(url !== undefined &&
				!isShownUrl && {
					allow_http: allowHttp || null,
					allow_internal: allowInternal || null,
				}),
			...(isNewOrigin && { verify_tls: null }),
		},
		authentication:
			authentication === undefined || isDropped
				? undefined
				: toAuthenticationFields(authentication, isNewOrigin ? {} : currentFields),
	};
}
