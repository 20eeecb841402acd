import isUndefined from 'lodash/isUndefined';
import omitBy from 'lodash/omitBy';

import { compileConditions } from '../event/conditions';
import { compileFieldFilters } from '../event/fieldFilter';
import type { EndpointUrlRules } from '../http/endpointUrl';
import { hasHiddenQuery, hasNewOrigin } from '../outbox/endpoint/endpointSecrets';
import type { EndpointInput } from '../outbox/endpoint/lifecycle';
import type { Endpoint } from '../outbox/model';

import { isWrittenBack, NO_AUTHENTICATION, toAuthenticationFields } from './authenticationInput';
import { withFieldErrors } from './fieldErrors';
import type { WebhookInput } from './requestSchemas';

/** Returns the changed settings. Parts of `batch_settings` that only the owner can set are kept. */
function toSettings(
	{ batch_settings, circuit_breaker, conditions, filters, in_order, retry_policy }: WebhookInput,
	current: Endpoint['settings'],
): Record<string, unknown> {
	withFieldErrors('conditions', conditions, () => compileConditions(conditions ?? {}));
	withFieldErrors('filters', filters, () => compileFieldFilters(filters ?? {}));
	const changes = {
		conditions,
		filters,
		in_order,
		circuit_breaker,
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
	const isNewUrl = url !== undefined && !isShownUrl;
	const { allow_http, allow_internal } = existing?.settings ?? {};
	// The owner's permissions for the webhook's URL do not cover a new token URL.
	const tokenUrlRules = {
		allowHttp: allowHttp && (isNewUrl || allow_http === true),
		allowInternal: allowInternal && (isNewUrl || allow_internal === true),
	};
	return {
		name,
		description: description === null ? '' : description,
		eventTypes: events,
		url,
		settings: {
			...toSettings(body, existing?.settings ?? {}),
			// Permissions that the old URL had, or that the owner gave it, don't apply to a new URL.
			...(isNewUrl && {
				allow_http: allowHttp || null,
				allow_internal: allowInternal || null,
			}),
			...(isNewOrigin && { verify_tls: null }),
		},
		authentication:
			authentication === undefined || isDropped
				? undefined
				: toAuthenticationFields(authentication, isNewOrigin ? {} : currentFields, tokenUrlRules),
	};
}
