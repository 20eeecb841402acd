import isEqual from 'lodash/isEqual';
import isNull from 'lodash/isNull';
import omitBy from 'lodash/omitBy';
import { z } from 'zod';

import { compileConditions } from '../../event/conditions';
import { authenticateRequest, type CredentialFields } from '../../credentials/credentialFields';
import type { DeliveryTarget } from '../../sending/target';
import { buildDeliveryBody, getEventFormat } from '../../event/envelope';
import { compileFieldFilters } from '../../event/fieldFilter';
import { checkEndpointUrl, toPrintableUrl } from '../../http/endpointUrl';
import { isObject } from '../../lib/fieldPath';
import type { DisableRule, EndpointHealth } from '../../sending/endpointHealth';
import { parseStatuses } from '../../sending/attemptOutcome';
import { chooseRetryPolicy } from '../../sending/retrySettings';
import { getPlatform, type Platform } from '../../platforms';
import { generateSecret } from '../../signing/secrets';

import type { Encrypter } from '../store/encryption';
import { toIsoTime } from '../../lib/time';
import { readRow, type EndpointRow, type Row, type StoredRow } from '../store/tables';

/** Settings that cannot be. The message says which, and what would do. */
export class InvalidEndpointError extends Error {
	override readonly name = 'InvalidEndpointError';
}

const positive = z.number().positive();
const whole = z.number().int();

/**
 * How events go to an endpoint: what AgenticFlow's and the agent platform's pages let a subscriber
 * choose, in the words of AgenticFlow's page where it has them, and a rate limit. Nothing here is secret.
 */
const settingsSchema = z
	.object({
		conditions: z.record(z.unknown()),
		filters: z.object({
			include_fields: z.array(z.string()).optional(),
			exclude_fields: z.array(z.string()).optional(),
		}),
		batch_settings: z.object({
			max_events: whole.min(1).max(1000),
			max_wait_seconds: positive.max(86_400),
			/** Of the events' data. An event alone may have more. */
			max_bytes: whole.min(1).max(1_048_576).optional(),
		}),
		retry_policy: z.object({
			schedule: z.enum(['platform', 'exponential', 'list', 'standardWebhooks', 'none']).optional(),
			delays: z.string().optional(),
			max_retries: whole.min(0).max(50).optional(),
			first_delay_seconds: z.number().min(0).max(86_400).optional(),
			backoff_multiplier: z.number().min(1).max(10).optional(),
			max_delay_seconds: z.number().min(0).max(2_592_000).optional(),
			jitter: z.number().min(0).max(1).optional(),
			retry_statuses: z.string().optional(),
		}),
		rate_limit: z.object({ max: whole.min(1).max(100_000), per_seconds: positive.max(86_400) }),
		disable_rule: z.discriminatedUnion('rule', [
			z.object({ rule: z.literal('exhausted') }),
			z.object({ rule: z.literal('consecutiveFailures'), count: whole.min(1) }),
			z.object({ rule: z.literal('failingFor'), days: positive.max(365) }),
			z.object({ rule: z.literal('never') }),
		]),
		timeout_seconds: positive.max(300),
		verify_tls: z.boolean(),
		allow_http: z.boolean(),
		/** Whether the URL may lead into n8n's own network. */
		allow_internal: z.boolean(),
	})
	.partial()
	.strict();

type EndpointSettings = z.infer<typeof settingsSchema>;

const secretsSchema = z.object({
	/** With its query, where tokens stand. */
	url: z.string(),
	/** The current one first; the others sign too until their time ends. Empty: nothing is signed. */
	signing: z.array(
		z.object({ secret: z.string(), created_at: z.string(), valid_until: z.string().optional() }),
	),
	/** Fields of the outbound credential: what the endpoint asks for, and a custom scheme. */
	authentication: z.record(z.unknown()),
	headers: z.record(z.string()),
});

type EndpointSecrets = z.infer<typeof secretsSchema>;

/** An endpoint with everything that is needed to send to it. */
export interface Endpoint extends EndpointHealth {
	id: string;
	name: string;
	description: string;
	/** Without its query. */
	url: string;
	platform: Platform;
	/** Names, or beginnings of names before a `*`. Empty: all events. */
	eventTypes: string[];
	statusReason: string | null;
	statusChangedAt: string | null;
	settings: EndpointSettings;
	secrets: EndpointSecrets;
	registeredAt: string;
	/** When its rate limit lets the next attempt begin. */
	rateFreeAt: string | null;
	/** Grows with every change, so that of two changes at once one is made anew on top of the other. */
	revision: number;
}

/** What a person says of an endpoint. What is `undefined` stays as it is, or is left to its default. */
export interface EndpointInput {
	name?: string;
	description?: string;
	url?: string;
	platform?: string;
	eventTypes?: string[];
	settings?: Record<string, unknown>;
	signingSecret?: string;
	authentication?: Record<string, unknown>;
	headers?: Record<string, string>;
}

const EVENT_TYPE = /^[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,199}$/;

/** Whether an event's type may have this name. */
export const isEventType = (type: string): boolean => EVENT_TYPE.test(type);

/** Whether an endpoint can be registered for this: an event type, or the beginning of some before a `*`. */
export const isSubscription = (type: string): boolean =>
	type === '*' || isEventType(type.replace(/\*$/, ''));

/**
 * Checks an event type's name.
 * @throws InvalidEndpointError
 */
export function checkEventType(type: string): string {
	if (!isEventType(type)) {
		throw new InvalidEndpointError(
			`"${type}" is not an event type. Use letters, digits, dots, hyphens and underscores, e.g. order.created.`,
		);
	}
	return type;
}

/** The rule by which an endpoint is disabled: its own, its platform's, or Svix's five days. */
export const getDisableRule = ({ settings, platform: profile }: Endpoint): DisableRule =>
	settings.disable_rule ?? profile.disableRule ?? { rule: 'failingFor', days: 5 };

/** Returns how long one attempt to an endpoint may take. */
export const getTimeoutMs = ({ platform, settings }: Endpoint): number =>
	settings.timeout_seconds === undefined ? platform.timeoutMs : settings.timeout_seconds * 1000;

/** Bytes of an endpoint's response that are kept for the result item. */
const MAX_RESPONSE_BYTES = 4096;

/**
 * Builds what a delivery to a registered endpoint needs.
 * @throws InvalidDelaysError, InvalidStatusesError
 */
export function toDeliveryTarget(endpoint: Endpoint): DeliveryTarget {
	const { id, name, platform, secrets, settings, url } = endpoint;
	const retry = settings.retry_policy ?? {};
	const statuses = parseStatuses(retry.retry_statuses ?? '');
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
		rules: {
			retry: chooseRetryPolicy(platform.retry, {
				schedule: retry.schedule,
				delays: retry.delays,
				maxRetries: retry.max_retries,
				firstDelaySeconds: retry.first_delay_seconds,
				backoffMultiplier: retry.backoff_multiplier,
				maxDelaySeconds: retry.max_delay_seconds,
				jitter: retry.jitter,
			}),
			retryStatuses: statuses.length > 0 ? statuses : platform.retryStatuses,
			maxTotalWaitMs: null,
		},
		endpoint: { id, name },
	};
}

/** What an event is to an endpoint. */
export interface OutboxEvent {
	id: string;
	type: string;
	/** ISO 8601, UTC. */
	acceptedAt: string;
	data: Record<string, unknown>;
}

/** Makes a function that tells whether an endpoint gets an event. */
export function compileSubscription({
	eventTypes,
	settings,
}: Endpoint): (event: OutboxEvent) => boolean {
	const fits = compileConditions(settings.conditions ?? {});
	const listed = (type: string): boolean =>
		eventTypes.length === 0 ||
		eventTypes.some((name) =>
			name.endsWith('*') ? type.startsWith(name.slice(0, -1)) : name === type,
		);
	return ({ data, type }) => listed(type) && fits(data).met;
}

/**
 * Builds the body of a delivery to an endpoint. It is the same for every attempt, unless the
 * endpoint's settings change.
 * @param batch the batch's ID, and when its first event was accepted
 */
export function buildEndpointBody(
	{ id, name, platform, settings }: Endpoint,
	events: OutboxEvent[],
	batch?: { id: string; acceptedAt: string },
): string {
	const filterData = compileFieldFilters(settings.filters ?? {});
	return buildDeliveryBody(
		getEventFormat(platform.events),
		events.map((event) => ({
			id: event.id,
			type: event.type,
			timeMs: Date.parse(event.acceptedAt),
			webhook: { id, name },
			data: filterData(event.data),
		})),
		batch && { id: batch.id, timeMs: Date.parse(batch.acceptedAt) },
	);
}

const lastFields = new WeakMap<Endpoint['secrets'], CredentialFields>();

/**
 * The outbound credential's fields for a request to an endpoint at a time: the very object of the request
 * before, as long as they are the same, so that the secrets are made ready for signing once. Of a scheme
 * whose header carries one signature, the secret that is being replaced signs until its time ends, so
 * that receivers who only have that one go on; the new one's signature stands in a second header meanwhile.
 */
export function getEndpointCredential({ secrets }: Endpoint, nowMs: number): CredentialFields {
	const [current, ...replaced] = secrets.signing
		.filter(({ valid_until }) => valid_until === undefined || Date.parse(valid_until) > nowMs)
		.map(({ secret }) => secret);
	const fields = {
		signatureScheme: current === undefined ? 'none' : 'platform',
		...secrets.authentication,
		signingSecret: current ?? '',
		replacedSecrets: replaced,
	};
	const last = lastFields.get(secrets);
	if (last !== undefined && isEqual(last, fields)) return last;
	lastFields.set(secrets, fields);
	return fields;
}

const place = (id: string): string => `endpoint ${id}`;

/** @throws UnreadableRowError, SealingError */
export function readEndpoint(stored: StoredRow, sealer: Encrypter): Endpoint {
	const row: EndpointRow = readRow('endpoints', stored);
	return {
		id: row.endpoint_id,
		name: row.name,
		description: row.description ?? '',
		url: row.url,
		platform: getPlatform(row.platform),
		eventTypes: row.event_types,
		status: row.status,
		statusReason: row.status_reason,
		statusChangedAt: row.status_changed_at,
		settings: checkSettings(row.settings),
		secrets: secretsSchema.parse(JSON.parse(sealer.open(row.sealed, place(row.endpoint_id)))),
		registeredAt: row.registered_at,
		failingSince: row.failing_since,
		consecutiveFailures: row.consecutive_failures,
		rateFreeAt: row.rate_free_at,
		revision: row.revision,
	};
}

/** The row of an endpoint: everything but the row's own id. */
export const toEndpointRow = (endpoint: Endpoint, sealer: Encrypter): Row => ({
	endpoint_id: endpoint.id,
	name: endpoint.name,
	description: endpoint.description,
	url: endpoint.url,
	platform: endpoint.platform.id,
	event_types: JSON.stringify(endpoint.eventTypes),
	status: endpoint.status,
	status_reason: endpoint.statusReason,
	status_changed_at: endpoint.statusChangedAt,
	settings: JSON.stringify(endpoint.settings),
	sealed: sealer.seal(JSON.stringify(endpoint.secrets), place(endpoint.id)),
	registered_at: endpoint.registeredAt,
	failing_since: endpoint.failingSince,
	consecutive_failures: endpoint.consecutiveFailures,
	rate_free_at: endpoint.rateFreeAt,
	revision: endpoint.revision,
});

function checkSettings(settings: Record<string, unknown>): EndpointSettings {
	const result = settingsSchema.safeParse(settings);
	if (result.success) return result.data;
	const [{ message, path }] = result.error.issues;
	throw new InvalidEndpointError(
		`The endpoint's setting ${path.join('.') || 'list'} cannot be: ${message}.`,
	);
}

/** Groups of settings of which one can be changed without the others. */
const GROUPS = ['filters', 'retry_policy'];

/** Settings with changes. What is `null` goes back to its default. */
function merged(before: EndpointSettings, changes: Record<string, unknown>): EndpointSettings {
	const settings: Record<string, unknown> = { ...before };
	for (const [name, value] of Object.entries(changes)) {
		const old = settings[name];
		settings[name] =
			GROUPS.includes(name) && isObject(old) && isObject(value) ? { ...old, ...value } : value;
	}
	return checkSettings(omitBy(settings, isNull));
}

/** A secret in the form that a platform's scheme has. */
const freshSecret = ({ scheme }: Platform): string =>
	generateSecret(scheme?.secretFormat === 'standardWebhooks' ? 'standardWebhooks' : 'hex');

/** @throws what is wrong with any part of an endpoint, before it is saved */
function assertUsable(endpoint: Endpoint, nowMs: number): void {
	const { eventTypes, name, platform: profile, secrets, settings } = endpoint;
	if (name.trim() === '') throw new InvalidEndpointError('"Name" is empty. Name the endpoint.');
	if (profile.section === 'provider') {
		throw new InvalidEndpointError(
			`${profile.name} is a platform to receive from, not to send to. Choose another platform.`,
		);
	}
	const unheardOf = eventTypes.find((type) => !isSubscription(type));
	if (unheardOf !== undefined) checkEventType(unheardOf);
	compileConditions(settings.conditions ?? {});
	compileFieldFilters(settings.filters ?? {});
	toDeliveryTarget(endpoint);
	if (secrets.signing.length > 0 || 'authentication' in secrets.authentication) {
		authenticateRequest(getEndpointCredential(endpoint, nowMs), {
			body: Buffer.from('{}'),
			id: 'test',
			nowMs,
			platformId: profile.id,
		});
	}
}

function checkedUrl(text: string, profile: Platform, settings: EndpointSettings): URL {
	return checkEndpointUrl(text, {
		allowHttp: settings.allow_http ?? false,
		allowInternal: settings.allow_internal ?? false,
		...(profile.httpsOnly && { httpsOnlyFor: profile.name }),
	});
}

/**
 * A new endpoint.
 * @throws InvalidEndpointError, InvalidEndpointUrlError, InvalidConditionsError and their like
 */
export function createEndpoint(input: EndpointInput, id: string, nowMs: number): Endpoint {
	const profile = getPlatform(input.platform ?? '');
	const settings = merged({}, input.settings ?? {});
	const url = checkedUrl(input.url ?? '', profile, settings);
	const now = toIsoTime(nowMs);
	const authentication = input.authentication ?? {};
	const unsigned = authentication.signatureScheme === 'none';
	const endpoint: Endpoint = {
		id,
		name: input.name ?? '',
		description: input.description ?? '',
		url: toPrintableUrl(url),
		platform: profile,
		eventTypes: input.eventTypes ?? [],
		status: 'active',
		statusReason: null,
		statusChangedAt: null,
		settings,
		secrets: {
			url: url.href,
			signing: unsigned
				? []
				: [{ secret: input.signingSecret || freshSecret(profile), created_at: now }],
			authentication,
			headers: input.headers ?? {},
		},
		registeredAt: now,
		failingSince: null,
		consecutiveFailures: 0,
		rateFreeAt: null,
		revision: 1,
	};
	assertUsable(endpoint, nowMs);
	return endpoint;
}

/**
 * An endpoint with changes. A setting that is `null` goes back to its default.
 * @throws as {@link createEndpoint}
 */
export function updateEndpoint(endpoint: Endpoint, input: EndpointInput, nowMs: number): Endpoint {
	const profile = input.platform === undefined ? endpoint.platform : getPlatform(input.platform);
	const settings = merged(endpoint.settings, input.settings ?? {});
	const url = checkedUrl(input.url ?? endpoint.secrets.url, profile, settings);
	const changed: Endpoint = {
		...endpoint,
		name: input.name ?? endpoint.name,
		description: input.description ?? endpoint.description,
		url: toPrintableUrl(url),
		platform: profile,
		eventTypes: input.eventTypes ?? endpoint.eventTypes,
		settings,
		secrets: {
			...endpoint.secrets,
			url: url.href,
			authentication: input.authentication ?? endpoint.secrets.authentication,
			headers: input.headers ?? endpoint.secrets.headers,
		},
	};
	assertUsable(changed, nowMs);
	return changed;
}

/**
 * An endpoint that is switched on or off by hand; what its health was counts no longer.
 * @param reason why it is off, where it is
 */
export function setEndpointStatus(
	endpoint: Endpoint,
	status: Endpoint['status'],
	reason: string,
	nowMs: number,
): Endpoint {
	if (endpoint.status === status) return endpoint;
	return {
		...endpoint,
		status,
		statusReason: status === 'active' ? null : reason,
		statusChangedAt: toIsoTime(nowMs),
		failingSince: null,
		consecutiveFailures: 0,
	};
}

/**
 * An endpoint with a new signing secret.
 * @param overlapSeconds how long the one before goes on signing; those before that one end now
 */
export function rotateEndpointSecret(
	endpoint: Endpoint,
	given: string | undefined,
	overlapSeconds: number,
	nowMs: number,
): Endpoint {
	const [before] = endpoint.secrets.signing;
	if (before === undefined) {
		throw new InvalidEndpointError('The endpoint’s deliveries are not signed: it has no secret.');
	}
	const current = {
		secret: given || freshSecret(endpoint.platform),
		created_at: toIsoTime(nowMs),
	};
	const validUntil = toIsoTime(nowMs + overlapSeconds * 1000);
	const replaced = overlapSeconds > 0 ? [{ ...before, valid_until: validUntil }] : [];
	const rotated = {
		...endpoint,
		secrets: { ...endpoint.secrets, signing: [current, ...replaced] },
	};
	assertUsable(rotated, nowMs);
	return rotated;
}

/** What stands in the place of a secret. */
const HIDDEN = '••••••••';

/** What an item says of an endpoint, in AgenticFlow's words where its page has them. No secret is in it. */
export function presentEndpoint(endpoint: Endpoint): Record<string, unknown> {
	const { secrets, settings } = endpoint;
	const { authentication, ...scheme } = secrets.authentication;
	return {
		id: endpoint.id,
		name: endpoint.name,
		description: endpoint.description,
		url: endpoint.url,
		events: endpoint.eventTypes,
		status: endpoint.status,
		status_reason: endpoint.statusReason,
		status_changed_at: endpoint.statusChangedAt,
		created_at: endpoint.registeredAt,
		platform: endpoint.platform.id,
		authentication: {
			type: authentication ?? 'none',
			...('user' in scheme && { user: scheme.user }),
			...('token' in scheme && { token: HIDDEN }),
			...('password' in scheme && { password: HIDDEN }),
		},
		signing_secrets: secrets.signing.map(({ created_at, valid_until }) => ({
			secret: HIDDEN,
			created_at,
			...(valid_until !== undefined && { valid_until }),
		})),
		custom_headers: Object.fromEntries(Object.keys(secrets.headers).map((name) => [name, HIDDEN])),
		...settings,
		failing_since: endpoint.failingSince,
		...(getDisableRule(endpoint).rule === 'consecutiveFailures' && {
			consecutive_failures: endpoint.consecutiveFailures,
		}),
	};
}
