import { z, type ZodType, type ZodTypeAny } from 'zod';

import { validate } from '../http/validateBody';
import { isObject } from '../lib/fieldPath';
import { isEventType, isSubscription } from '../outbox/endpoint/subscription';

import { InvalidFieldError } from './fieldErrors';
import type { ManagementTask } from './routes';

/** Request bodies of AgenticFlow's management API. Source: docs/platforms.md#agenticflow */

const nonEmptyString = z.string().trim().min(1);
/** Keeps the object as it was parsed: `z.record` would drop a field named `__proto__`. */
const jsonObject = z.custom<Record<string, unknown>>(isObject, 'object');
const fieldPaths = z.array(nonEmptyString).max(200);
const eventType = nonEmptyString.refine(isEventType, 'event type such as order.created');
const subscriptions = z
	.array(nonEmptyString.refine(isSubscription, 'event type such as order.created or order.*'))
	.min(1)
	.max(200);

/** Settings that the API lets a subscriber change. Only the workflow's owner can change the others. */
const settings = {
	description: z.string().max(1000),
	conditions: jsonObject,
	filters: z
		.object({ include_fields: fieldPaths.optional(), exclude_fields: fieldPaths.optional() })
		.strict(),
	batch_settings: z
		.object({
			max_events: z.number().int().min(1).max(1000),
			max_wait_seconds: z.number().min(1).max(86_400),
		})
		.strict(),
	retry_policy: z
		.object({
			max_retries: z.number().int().min(0).max(50).optional(),
			backoff_multiplier: z.number().min(1).max(10).optional(),
		})
		.strict(),
	/** If the secret is missing, the webhook's current one is kept. */
	authentication: z.discriminatedUnion('type', [
		z.object({ type: z.literal('none') }).strict(),
		z.object({ type: z.literal('bearer'), token: nonEmptyString.optional() }).strict(),
		z.object({ type: z.literal('urlToken'), token: nonEmptyString.optional() }).strict(),
		z
			.object({
				type: z.literal('basic'),
				username: nonEmptyString.optional(),
				password: z.string().min(1).optional(),
			})
			.strict(),
	]),
	status: z.enum(['active', 'disabled']),
};

const subscription = {
	name: nonEmptyString.max(200),
	url: nonEmptyString.max(2000),
	events: subscriptions,
};

/**
 * Fields of a reply that a request may contain but not change, so that a webhook can be sent back as it
 * was read.
 */
const readOnlyFields = z
	.object({
		id: z.unknown(),
		created_at: z.unknown(),
		last_delivery: z.unknown(),
		delivery_stats: z.unknown(),
		status_reason: z.unknown(),
	})
	.partial();

const optionalSettings = z.object(settings).partial();

/** The body of "Create Webhook". */
export const createSchema = optionalSettings.extend(subscription).merge(readOnlyFields).strict();

/** The body of "Update Webhook". A setting that is `null` is reset to its default. */
export const updateSchema = optionalSettings
	.extend({
		conditions: settings.conditions.nullish(),
		filters: settings.filters.nullish(),
		batch_settings: settings.batch_settings.nullish(),
		retry_policy: settings.retry_policy.nullish(),
	})
	.merge(z.object(subscription).partial())
	.merge(readOnlyFields)
	.strict();

/** The body of "Test Webhook". */
export const testSchema = z.object({ event: eventType, test_data: jsonObject.optional() }).strict();

/** The body of "Update Webhook", and of "Create Webhook", which only requires more fields. */
export type WebhookInput = z.infer<typeof updateSchema>;

/** Schemas of the tasks that have a body, for the trigger, which rejects invalid ones at once. */
export const BODY_SCHEMAS: Partial<Record<ManagementTask, ZodTypeAny>> = {
	create: createSchema,
	update: updateSchema,
	test: testSchema,
};

/**
 * Parses a request's body.
 * @throws InvalidFieldError for the first invalid field
 */
export function parseRequestBody<T>(schema: ZodType<T>, body: unknown): T {
	const validation = validate(schema, body);
	if (!validation.valid) throw new InvalidFieldError(validation.message, validation.details);
	return schema.parse(body);
}
