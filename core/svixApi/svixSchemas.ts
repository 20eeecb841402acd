import { z } from 'zod';

import { isFieldPath, isObject, MAX_PATH_LENGTH } from '../lib/fieldPath';
import { MAX_FILTER_NAMES } from '../outbox/apiKey/keyFilter';

import { channel, eventType, keptChannel, keptType, uid } from './nameSchemas';
import { timeText } from './timeText';

/**
 * The bodies of requests to Svix's API (https://api.svix.com/docs), as the open source server 1.1 and its clients
 * up to 2.5 send them. Fields that cannot be served are rejected by {@link unsupported} instead of being ignored.
 */

/** Each row is read whenever its table is, so rows stay small. */
const MAX_METADATA_BYTES = 4096;

const metadata = z
	.record(z.string())
	.refine(
		(value) => Buffer.byteLength(JSON.stringify(value), 'utf8') <= MAX_METADATA_BYTES,
		`must have at most ${MAX_METADATA_BYTES} bytes of JSON`,
	);
const rate = z.number().int().min(1).max(65_535);
/** A change to 0 removes the limit. */
const changedRate = z.number().int().min(0).max(65_535);
const secret = z
	.string()
	.regex(/^(whsec_)?[a-zA-Z0-9+/=]{32,100}$/, 'must be whsec_ and 24 to 75 bytes in base64');
const url = z.string().min(1).max(2000);

/** PostgreSQL has no text with this character. */
const NUL = '\0';
const plainText = (max: number) =>
	z
		.string()
		.max(max)
		.refine((value) => !value.includes(NUL), 'must not have the character NUL');

const text = plainText(2000);
const headers = z.record(z.string().max(4096));
const jsonObject = z.custom<Record<string, unknown>>(isObject, 'must be a JSON object');

/** A field that this server cannot serve: nothing, or what means nothing, is accepted. */
const unsupported = (why: string, nothing?: 0) =>
	z
		.unknown()
		.refine(
			(value) =>
				value === nothing ||
				value === undefined ||
				value === null ||
				value === false ||
				(Array.isArray(value) && value.length === 0),
			`is not supported: ${why}`,
		);

const NO_APPLICATION_RATE = 'set a rate limit on each endpoint';
const NO_FEATURE_FLAGS = 'there are no feature flags';

/** The body of a request that creates or replaces an application, which is a tenant. */
export const applicationIn = z
	.object({
		name: z.string().min(1).max(200),
		uid: uid.nullish(),
		metadata: metadata.optional(),
		throttleRate: unsupported(NO_APPLICATION_RATE),
		rateLimit: unsupported(NO_APPLICATION_RATE),
	})
	.strict();

/** No limit, which every application has. */
const noRate = unsupported(NO_APPLICATION_RATE, 0);

export const applicationPatch = applicationIn
	.partial()
	.extend({ name: z.string().max(200).optional(), throttleRate: noRate, rateLimit: noRate })
	.strict();

/** The fields of an endpoint that can be created, replaced and changed. */
const endpointFields = {
	url,
	uid: uid.nullish(),
	description: text.optional(),
	disabled: z.boolean().optional(),
	eventTypes: z.array(eventType).max(200).nullish(),
	filterTypes: z.array(eventType).max(200).nullish(),
	channels: z.array(channel).max(10).nullish(),
	metadata: metadata.optional(),
	throttleRate: rate.nullish(),
	rateLimit: rate.nullish(),
	version: z.number().int().nullish(),
};

export const endpointIn = z
	.object({ ...endpointFields, secret: secret.nullish(), headers: headers.nullish() })
	.strict();

export const endpointUpdate = z
	.object({
		...endpointFields,
		eventTypes: z.array(keptType).max(200).nullish(),
		filterTypes: z.array(keptType).max(200).nullish(),
		channels: z.array(keptChannel).max(10).nullish(),
	})
	.strict();

export const endpointPatch = endpointUpdate
	.partial()
	.extend({ throttleRate: changedRate.nullish(), rateLimit: changedRate.nullish() })
	.strict();

/** The fields that the three bodies above may have. */
export type EndpointBody = z.infer<typeof endpointPatch>;

export const endpointHeadersIn = z.object({ headers }).strict();

export const endpointHeadersPatchIn = z
	.object({
		headers: z.record(z.string().max(4096).nullable()),
		deleteHeaders: z.array(z.string()).nullish(),
	})
	.strict();

const shortText = z.string().max(2000).optional();

/**
 * The authentication of requests to an endpoint: each type has its own fields, which are checked with those that the
 * endpoint has. A secret that is absent stays.
 */
export const endpointAuthenticationIn = z
	.object({
		type: z.enum(['none', 'bearer', 'urlToken', 'basic', 'oauth2', 'awsSigV4']),
		token: z.string().max(8000).optional(),
		username: shortText,
		password: shortText,
		tokenUrl: shortText,
		clientId: shortText,
		clientSecret: shortText,
		clientSecretIn: z.enum(['basic', 'body']).optional(),
		scope: shortText,
		audience: shortText,
		accessKeyId: shortText,
		secretAccessKey: shortText,
		sessionToken: z.string().max(8000).optional(),
		region: shortText,
		service: shortText,
	})
	.strict();

/** The settings that decide when an endpoint gets its events. A field that is `null` is reset. */
const deliverySettings = {
	paused: z.boolean().optional(),
	/** Without a key, all events of the endpoint are one order. */
	inOrder: z
		.object({
			key: z
				.string()
				.max(MAX_PATH_LENGTH)
				.refine(isFieldPath, 'is not the path of a field, e.g. order_id')
				.nullish(),
		})
		.strict()
		.nullish(),
	circuitBreaker: z
		.object({
			failures: z.number().int().min(1).max(10_000),
			probeMinutes: z.number().positive().max(1440),
		})
		.strict()
		.nullish(),
};

export const deliverySettingsIn = z
	.object({
		...deliverySettings,
		/** As replies have it, so that these can be sent back. It cannot be changed. */
		probeAt: z.unknown(),
	})
	.strict();

export const deliverySettingsPatch = z.object(deliverySettings).strict();

/** The fields that the two bodies above may have. */
export type DeliverySettingsBody = z.infer<typeof deliverySettingsPatch>;

export const endpointSecretRotateIn = z
	.object({
		key: secret.nullish(),
		gracePeriodSeconds: z.number().int().min(0).max(604_800).nullish(),
	})
	.strict();

export const recoverIn = z.object({ since: timeText, until: timeText.nullish() }).strict();

/** A recovery that says what it did. Only this server has it. */
export const recoveryIn = z
	.object({
		kind: z.enum(['failed', 'missing']),
		since: timeText,
		until: timeText.nullish(),
		/** `true` to change nothing. */
		preview: z.boolean(),
	})
	.strict();

export const eventExampleIn = z
	.object({ eventType, exampleIndex: z.literal(0).nullish() })
	.strict();

/** The body of a request that sends a message, which is an event. */
export const messageIn = z
	.object({
		eventType,
		payload: jsonObject,
		eventId: uid.nullish(),
		channels: z.array(channel).max(5).nullish(),
		application: applicationIn.nullish(),
		deliverAt: timeText.nullish(),
		payloadRetentionPeriod: unsupported('the retention is a limit of the tenant'),
		payloadRetentionHours: unsupported('the retention is a limit of the tenant'),
		tags: unsupported('use channels'),
		transformationsParams: unsupported('there are no transformations'),
	})
	.strict();

const eventTypeFields = {
	description: text,
	archived: z.boolean().optional(),
	schemas: z.record(jsonObject).nullish(),
	groupName: plainText(256).nullish(),
	deprecated: unsupported('archive the event type'),
	featureFlag: unsupported(NO_FEATURE_FLAGS),
	featureFlags: unsupported(NO_FEATURE_FLAGS),
};

export const eventTypeIn = z.object({ name: eventType, ...eventTypeFields }).strict();

export const eventTypeUpdate = z.object(eventTypeFields).strict();

export const eventTypePatch = eventTypeUpdate.partial().strict();

export type EventTypeBody = z.infer<typeof eventTypePatch>;

export const appPortalAccessIn = z
	.object({
		application: applicationIn.nullish(),
		/** Seconds. */
		expiry: z.number().int().min(60).max(604_800).nullish(),
		readOnly: z.boolean().nullish(),
		capabilities: z
			.array(z.enum(['ViewBase', 'ViewEndpointSecret', 'ManageEndpoint', 'CreateAttempts']))
			.nullish(),
		/** The only event types and channels that the portal shows. Only this server has these fields. */
		eventTypes: z.array(eventType).max(MAX_FILTER_NAMES).nullish(),
		channels: z.array(channel).max(MAX_FILTER_NAMES).nullish(),
		featureFlags: unsupported(NO_FEATURE_FLAGS),
		sessionId: unsupported('there are no sessions'),
	})
	.strict();

/** The names in a path that a PUT creates something by. */
export const newEndpointPath = z.object({ endpoint_id: uid });
export const newEventTypePath = z.object({ event_type_name: eventType });

/** Body schemas by the names that the OpenAPI document gives them. */
export const BODY_SCHEMAS = {
	ApplicationIn: applicationIn,
	ApplicationPatch: applicationPatch,
	AppPortalAccessIn: appPortalAccessIn,
	EndpointAuthenticationIn: endpointAuthenticationIn,
	EndpointDeliverySettingsIn: deliverySettingsIn,
	EndpointDeliverySettingsPatch: deliverySettingsPatch,
	EndpointHeadersIn: endpointHeadersIn,
	EndpointHeadersPatchIn: endpointHeadersPatchIn,
	EndpointIn: endpointIn,
	EndpointPatch: endpointPatch,
	EndpointSecretRotateIn: endpointSecretRotateIn,
	EndpointUpdate: endpointUpdate,
	EventExampleIn: eventExampleIn,
	EventTypeIn: eventTypeIn,
	EventTypePatch: eventTypePatch,
	EventTypeUpdate: eventTypeUpdate,
	MessageIn: messageIn,
	RecoverIn: recoverIn,
	RecoveryIn: recoveryIn,
};

export type BodyName = keyof typeof BODY_SCHEMAS;
