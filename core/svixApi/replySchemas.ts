import { z } from 'zod';

/** The bodies of replies, as Svix's clients read them. The OpenAPI document is made of them. */

const time = z.string().datetime();
const texts = z.array(z.string());
const metadata = z.record(z.string());

const application = z.object({
	id: z.string(),
	uid: z.string().nullable(),
	name: z.string(),
	metadata,
	throttleRate: z.null(),
	createdAt: time,
	updatedAt: time,
});

const endpoint = z.object({
	id: z.string(),
	uid: z.string().nullable(),
	url: z.string(),
	description: z.string(),
	disabled: z.boolean(),
	/** Only this server has it. */
	paused: z.boolean(),
	eventTypes: texts.nullable(),
	filterTypes: texts.nullable(),
	channels: texts.nullable(),
	metadata,
	throttleRate: z.number().int().nullable(),
	rateLimit: z.number().int().nullable(),
	createdAt: time,
	updatedAt: time,
});

/** 0 success, 1 pending, 2 fail, 3 sending; 4 canceled if the caller asks for expanded statuses. */
const status = z.number().int().min(0).max(4);
const statusText = z.enum(['success', 'pending', 'fail', 'sending', 'canceled']);

const message = z.object({
	id: z.string(),
	eventId: z.string().nullable(),
	eventType: z.string(),
	channels: texts.nullable(),
	payload: z.record(z.unknown()),
	timestamp: time,
	deliverAt: time.nullable(),
});

const attempt = z.object({
	id: z.string(),
	msgId: z.string(),
	endpointId: z.string(),
	url: z.string(),
	response: z.string(),
	responseStatusCode: z.number().int(),
	responseDurationMs: z.number().int(),
	status,
	statusText,
	triggerType: z.number().int().min(0).max(1),
	timestamp: time,
	msg: message.optional(),
});

const eventType = z.object({
	name: z.string(),
	description: z.string(),
	archived: z.boolean(),
	deprecated: z.boolean(),
	schemas: z.record(z.unknown()).nullable(),
	groupName: z.string().nullable(),
	createdAt: time,
	updatedAt: time,
});

const listOf = <T extends z.ZodTypeAny>(entry: T) =>
	z.object({
		data: z.array(entry),
		iterator: z.string().nullable(),
		prevIterator: z.string().nullable(),
		done: z.boolean(),
	});

const delivery = {
	status,
	statusText,
	nextAttempt: time.nullable(),
	/** Only this server has it. */
	waitsFor: z.enum(['resume', 'probe', 'earlier', 'replay']).nullable(),
};

/** The settings that decide when an endpoint gets its events. */
const deliverySettings = z.object({
	paused: z.boolean(),
	inOrder: z.object({ key: z.string().nullable() }).nullable(),
	circuitBreaker: z.object({ failures: z.number().int(), probeMinutes: z.number() }).nullable(),
	probeAt: time.nullable(),
});

const milliseconds = z.number().nullable();
const day = z.object({
	day: z.string(),
	success: z.number().int(),
	fail: z.number().int(),
	medianMs: milliseconds,
	p95Ms: milliseconds,
});

const portal = z.object({
	endpoints: z.array(
		endpoint.merge(deliverySettings).extend({
			failingSince: time.nullable(),
			disabledReason: z.string().nullable(),
			pausedReason: z.string().nullable(),
			conditions: texts,
			week: z.object({
				success: z.number().int(),
				fail: z.number().int(),
				pending: z.number().int(),
				lastDelivery: time.nullable(),
			}),
			days: z.array(day),
		}),
	),
	days: z.array(day),
	eventTypes: z.array(
		z.object({
			name: z.string(),
			description: z.string(),
			groupName: z.string().nullable(),
			example: z.record(z.unknown()).nullable(),
		}),
	),
});

/** Reply schemas by the names that the OpenAPI document gives them. */
export const REPLY_SCHEMAS = {
	ApplicationOut: application,
	AppPortalAccessOut: z.object({ url: z.string(), token: z.string() }),
	EmptyResponse: z.object({}),
	EndpointAuthenticationOut: z.object({
		type: z.string(),
		username: z.string().optional(),
		tokenUrl: z.string().optional(),
		clientId: z.string().optional(),
		clientSecretIn: z.string().optional(),
		scope: z.string().optional(),
		audience: z.string().optional(),
		accessKeyId: z.string().optional(),
		region: z.string().optional(),
		service: z.string().optional(),
	}),
	EndpointDeliverySettingsOut: deliverySettings,
	EndpointHeadersOut: z.object({ headers: metadata, sensitive: texts }),
	EndpointMessageOut: message.extend({
		delivery: z.object(delivery).nullable(),
		attempts: z.array(attempt),
	}),
	EndpointOut: endpoint,
	EndpointSecretOut: z.object({ key: z.string() }),
	EndpointStats: z.object({
		success: z.number().int(),
		pending: z.number().int(),
		sending: z.number().int(),
		fail: z.number().int(),
		canceled: z.number().int(),
	}),
	EventTypeOut: eventType,
	ListResponseApplicationOut: listOf(application),
	ListResponseEndpointMessageOut: listOf(message.extend(delivery)),
	ListResponseEndpointOut: listOf(endpoint),
	ListResponseEventTypeOut: listOf(eventType),
	ListResponseMessageAttemptOut: listOf(attempt),
	ListResponseMessageEndpointOut: listOf(endpoint.extend(delivery)),
	ListResponseMessageOut: listOf(message),
	MessageAttemptOut: attempt,
	MessageOut: message,
	OpenApi: z.object({ openapi: z.string() }).passthrough(),
	PortalOut: portal,
	RecoveryOut: z.object({
		deliveries: z.number().int(),
		kept: z.number().int(),
		reason: z.string().nullable(),
		isComplete: z.boolean(),
	}),
	RecoverOut: z.object({
		id: z.string(),
		status: z.enum(['running', 'finished', 'failed']),
		task: z.enum(['endpoint.recover']),
		updatedAt: time,
	}),
};

export type ReplyName = keyof typeof REPLY_SCHEMAS;

/** The bodies of errors. */
export const ERROR_SCHEMAS = {
	HttpErrorOut: z.object({ code: z.string(), detail: z.string() }),
	HTTPValidationError: z.object({
		detail: z.array(z.object({ loc: texts, msg: z.string(), type: z.string() })),
	}),
};
