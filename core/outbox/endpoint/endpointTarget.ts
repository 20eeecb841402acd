import type { CredentialFields } from '../../credentials/credentialFields';
import { needsAccessToken, type TokenUrlRules } from '../../credentials/endpointAuthentication';
import { TOKEN_TIMEOUT_MS } from '../../credentials/tokenRequest';
import type { WebhookEvent } from '../../event/event';
import { buildDeliveryContent, getEventFormat, type DeliveryContent } from '../../event/envelope';
import { compileFieldFilters } from '../../event/fieldFilter';
import type { DisableRule } from '../../sending/endpointHealth';
import { buildDeliveryRules } from '../../sending/retrySettings';
import type { DeliveryTarget } from '../../sending/target';
import type { Endpoint, EventContent } from '../model';

/** Returns the rule that disables an endpoint: its own, its platform's, or Svix's five days. */
export const getDisableRule = ({ platform, settings }: Endpoint): DisableRule =>
	settings.disable_rule ?? platform.disableRule ?? { rule: 'failingFor', days: 5 };

/** Returns how long one attempt to an endpoint may take. */
export const getTimeoutMs = ({ platform, settings }: Endpoint): number =>
	settings.timeout_seconds === undefined ? platform.timeoutMs : settings.timeout_seconds * 1000;

/**
 * Returns how long a lease must cover one attempt to an endpoint: also the requests for an access token, and the
 * attempt with a new one.
 */
export const getAttemptLimitMs = (endpoint: Endpoint): number =>
	needsAccessToken(endpoint.secrets.authentication)
		? 2 * (getTimeoutMs(endpoint) + TOKEN_TIMEOUT_MS)
		: getTimeoutMs(endpoint);

/** Returns what the URL of an endpoint's OAuth2 server may be: what its own URL may be. */
export const getTokenUrlRules = ({ settings }: Pick<Endpoint, 'settings'>): TokenUrlRules => ({
	allowHttp: settings.allow_http ?? false,
	allowInternal: settings.allow_internal ?? false,
});

/** Bytes of an endpoint's response that are kept for the result item. */
const MAX_RESPONSE_BYTES = 4096;

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
		signed: true,
		unsignedAllowed: false,
		skipTlsCheck: settings.verify_tls === false,
		timeoutMs: getTimeoutMs(endpoint),
		maxResponseBytes: MAX_RESPONSE_BYTES,
		tokenUrlRules: getTokenUrlRules(endpoint),
		rules: buildDeliveryRules(platform, retrySettings, retry.retry_statuses ?? '', null),
		endpoint: { id, name },
	};
}

/**
 * Builds the content of a delivery to an endpoint. It is the same for every attempt, unless the
 * endpoint's settings change.
 * @param batch the batch's ID, and when its first event was accepted
 * @throws InvalidPathError
 */
export function buildEndpointContent(
	{ id, name, platform, settings }: Endpoint,
	events: Array<EventContent & Pick<WebhookEvent, 'isTest'>>,
	batch?: { id: string; acceptedAt: string },
): DeliveryContent {
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
