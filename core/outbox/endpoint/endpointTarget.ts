import type { CredentialFields } from '../../credentials/credentialFields';
import { needsAccessToken, type TokenUrlRules } from '../../credentials/endpointAuthentication';
import { TOKEN_TIMEOUT_MS } from '../../credentials/tokenRequest';
import type { WebhookEvent } from '../../event/event';
import { buildDeliveryContent, getEventFormat, type DeliveryContent } from '../../event/envelope';
import { compileFieldFilters } from '../../event/fieldFilter';
import { stringifyExactJson } from '../../lib/exactJson';
import type { DisableRule } from '../../sending/endpointHealth';
import { buildDeliveryRules } from '../../sending/retrySettings';
import type { DeliveryTarget } from '../../sending/target';
import { presentTenantId } from '../tenant/presentTenant';
import type { Endpoint, EventContent } from '../model';

import { findWorkflowId, isWorkflowEndpoint } from './workflowAddress';

/** Returns the rule that disables an endpoint: its own, its platform's, or Svix's five days. */
export const getDisableRule = ({ platform, settings }: Endpoint): DisableRule =>
	settings.disable_rule ?? platform.disableRule ?? { rule: 'failingFor', days: 5 };

/** Returns how long one attempt to an endpoint may take. */
export const getTimeoutMs = ({ platform, settings }: Endpoint): number =>
	settings.timeout_seconds === undefined ? platform.timeoutMs : settings.timeout_seconds * 1000;

/**
 * Returns how long a lease must cover one attempt to an endpoint: also the workflow that makes the body, the requests
 * for an access token, and the attempt with a new one.
 */
export function getAttemptLimitMs(endpoint: Endpoint): number {
	const { authentication, transformWorkflowId } = endpoint.secrets;
	const timeoutMs = getTimeoutMs(endpoint);
	const sendingMs = needsAccessToken(authentication)
		? 2 * (timeoutMs + TOKEN_TIMEOUT_MS)
		: timeoutMs;
	return sendingMs + (transformWorkflowId === undefined ? 0 : timeoutMs);
}

/** Returns what an endpoint's URL may be, and so the URL of its OAuth2 server. */
export const getUrlRules = ({ settings }: Pick<Endpoint, 'settings'>): TokenUrlRules => ({
	allowHttp: settings.allow_http ?? false,
	allowInternal: settings.allow_internal ?? false,
});

/** Bytes of an endpoint's response that are kept for the result item, unless more is wanted. */
export const MAX_RESPONSE_BYTES = 4096;

/**
 * Builds the target of deliveries to a registered endpoint.
 * @throws InvalidDelaysError, InvalidStatusesError
 */
export function toDeliveryTarget(endpoint: Endpoint): DeliveryTarget {
	const { id, name, platform, secrets, settings, url } = endpoint;
	const retry = settings.retry_policy ?? {};
	const retrySettings = {
		schedule: retry.schedule,
		delays: retry.delays,
		maxRetries: retry.max_retries,
		firstDelaySeconds: retry.first_delay_seconds,
		backoffMultiplier: retry.backoff_multiplier,
		maxDelaySeconds: retry.max_delay_seconds,
		jitter: retry.jitter,
	};
	return {
		platformId: platform.id,
		url: secrets.url,
		printableUrl: url,
		headers: secrets.headers,
		signed: !isWorkflowEndpoint(endpoint),
		workflowId: findWorkflowId(endpoint),
		unsignedAllowed: false,
		skipTlsCheck: settings.verify_tls === false,
		timeoutMs: getTimeoutMs(endpoint),
		maxResponseBytes: MAX_RESPONSE_BYTES,
		tokenUrlRules: getUrlRules(endpoint),
		rules: buildDeliveryRules(platform, retrySettings, retry.retry_statuses ?? '', null),
		endpoint: { id, name },
	};
}

/** An event that is to be sent to an endpoint. */
type OutgoingEvent = EventContent & Pick<WebhookEvent, 'isTest'>;

/**
 * Returns the fields of events in the items of a workflow: those that the Agent Webhook Trigger gives a received event,
 * as far as an event that was not received has them.
 * @throws InvalidPathError
 */
export function toEventItems(
	{ settings, tenantId }: Pick<Endpoint, 'settings' | 'tenantId'>,
	events: OutgoingEvent[],
): Array<Record<string, unknown>> {
	const filterData = compileFieldFilters(settings.filters ?? {});
	return events.map(({ acceptedAt, data, id, isTest, type }) => ({
		event: type,
		event_time: acceptedAt,
		data: filterData(data),
		duplicate_key: id,
		event_id: id,
		...presentTenantId(tenantId),
		...(isTest && { test: true }),
	}));
}

/**
 * Builds the content of a delivery to an endpoint. It is the same for every attempt, unless the
 * endpoint's settings change. For a workflow, it is the list of the events.
 * @param batch the batch's ID, and when its first event was accepted
 * @throws InvalidPathError
 */
export function buildEndpointContent(
	endpoint: Endpoint,
	events: OutgoingEvent[],
	batch?: { id: string; acceptedAt: string },
): DeliveryContent {
	const { id, name, platform, settings } = endpoint;
	if (isWorkflowEndpoint(endpoint)) {
		return { body: stringifyExactJson(toEventItems(endpoint, events)), headers: {} };
	}
	const filterData = compileFieldFilters(settings.filters ?? {});
	return buildDeliveryContent(
		settings.svix_format ? undefined : getEventFormat(platform.events, settings.cloud_event_mode),
		events.map((event) => ({
			id: event.id,
			type: event.type,
			timeMs: Date.parse(event.acceptedAt),
			webhook: { id, name },
			source: settings.event_source,
			data: filterData(event.data),
			isTest: event.isTest,
		})),
		batch && { id: batch.id, timeMs: Date.parse(batch.acceptedAt) },
	);
}

/** Svix's names of the headers of Standard Webhooks. */
const SVIX_HEADERS = {
	'svix-id': 'webhook-id',
	'svix-timestamp': 'webhook-timestamp',
	'svix-signature': 'webhook-signature',
};

/** Returns the credential fields for a request at the time `nowMs`. */
export type PreparedCredential = (nowMs: number) => CredentialFields;

/**
 * Prepares the Sending credential of an endpoint for a run: the fields are the same object for every
 * request until a replaced secret expires, so that keys are derived once. Replaced secrets keep signing
 * until then, for receivers that only know the old one (docs/endpoints.md).
 */
export function prepareEndpointCredential({
	secrets,
	settings,
}: Pick<Endpoint, 'secrets' | 'settings'>): PreparedCredential {
	let prepared: { fields: CredentialFields; untilMs: number } | undefined;
	return (nowMs) => {
		if (prepared !== undefined && nowMs < prepared.untilMs) return prepared.fields;
		const expiryMs = ({ valid_until }: { valid_until?: string }): number =>
			valid_until === undefined ? Infinity : Date.parse(valid_until);
		const valid = secrets.signing.filter((secret) => expiryMs(secret) > nowMs);
		const [current, ...replaced] = valid.map(({ secret }) => secret);
		const fields = {
			signatureScheme: current === undefined ? 'none' : 'platform',
			...secrets.authentication,
			signingSecret: current ?? '',
			replacedSecrets: replaced,
			...(settings.svix_format && { headerCopies: SVIX_HEADERS }),
		};
		prepared = { fields, untilMs: Math.min(...valid.map(expiryMs)) };
		return fields;
	};
}
