import pick from 'lodash/pick';
import pickBy from 'lodash/pickBy';
import { z, type ZodType, type ZodTypeAny } from 'zod';

import { findConditionExcess } from '../event/conditions';
import { validate } from '../http/validateBody';
import { hasExactNumber, roundExactNumbers } from '../lib/exactJson';
import { isFieldPath, isObject, MAX_PATH_KEYS, MAX_PATH_LENGTH } from '../lib/fieldPath';
import { isSingleLine } from '../lib/singleLine';
import { findTestDataExcess } from '../outbox/dispatch/testEvent';
import { isEventType, isSubscription } from '../outbox/endpoint/subscription';

import { authenticationSchema } from './authenticationInput';
import { InvalidFieldError } from './fieldErrors';
import type { ManagementTask } from './routes';

/** Request bodies of AgenticFlow's management API. Source: docs/platforms.md#agenticflow */

/** The value of `url_query` for a URL whose query is not shown. */
export const HIDDEN_QUERY = 'hidden';

/** Limit for a request's body, with room for everything that a webhook can have. */
export const MAX_BODY_BYTES = 64 * 1024;

const nonEmptyString = z.string().trim().min(1);
/** Keeps the object as it was parsed: `z.record` would drop a field named `__proto__`. */
const jsonObject = z.custom<Record<string, unknown>>(isObject, 'object');
const fieldPaths = z
	.array(
		nonEmptyString
			.max(MAX_PATH_LENGTH)
			.refine(
				(path) => path.split('.').length <= MAX_PATH_KEYS,
				`path of at most ${MAX_PATH_KEYS} keys`,
			),
	)
	.max(200);
const eventType = nonEmptyString.refine(isEventType, 'event type such as order.created');
const subscriptions = z
	.array(nonEmptyString.refine(isSubscription, 'event type such as order.created or order.*'))
	.min(1)
	.max(200);

/** Settings that the API lets a subscriber change. Only the workflow's owner can change the others. */
const settings = {
	description: z.string().max(1000),
	conditions: jsonObject.refine(
		(conditions) => findConditionExcess(conditions) === undefined,
		'object of at most 16 KB that is nested at most 10 levels deep',
	),
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
	/** Without a key, all events of the webhook are one order. */
	in_order: z
		.object({
			key: nonEmptyString
				.max(MAX_PATH_LENGTH)
				.refine(isFieldPath, 'path of a field, e.g. order_id')
				.optional(),
		})
		.strict(),
	circuit_breaker: z
		.object({
			failures: z.number().int().min(1).max(10_000),
			probe_minutes: z.number().positive().max(1440),
		})
		.strict(),
	authentication: authenticationSchema,
	status: z.enum(['active', 'paused', 'disabled']),
	/** As replies show it: keeps the hidden query of an unchanged URL. */
	url_query: z.enum([HIDDEN_QUERY]),
};

const subscription = {
	name: nonEmptyString
		.max(200)
		.refine(isSingleLine, 'text without line breaks and control characters'),
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
		probe_at: z.unknown(),
		dropped: z.unknown(),
		dropped_reason: z.unknown(),
	})
	.partial();

const optionalSettings = z.object(settings).partial();

/** The body of "Create Webhook". */
export const createSchema = optionalSettings.extend(subscription).merge(readOnlyFields).strict();

/** The body of "Update Webhook". A setting that is `null` is reset to its default. */
export const updateSchema = optionalSettings
	.extend({
		description: settings.description.nullish(),
		authentication: settings.authentication.nullish(),
		conditions: settings.conditions.nullish(),
		filters: settings.filters.nullish(),
		batch_settings: settings.batch_settings.nullish(),
		retry_policy: settings.retry_policy.nullish(),
		in_order: settings.in_order.nullish(),
		circuit_breaker: settings.circuit_breaker.nullish(),
	})
	.merge(z.object(subscription).partial())
	.merge(readOnlyFields)
	.strict();

/** The body of "Test Webhook". */
export const testSchema = z
	.object({
		event: eventType,
		test_data: jsonObject
			.refine(
				(data) => findTestDataExcess(data) === undefined,
				'object of at most 16 KB that is nested at most 20 levels deep',
			)
			.optional(),
	})
	.strict();

/** The body of "Update Webhook", and of "Create Webhook", which only requires more fields. */
export type WebhookInput = z.infer<typeof updateSchema>;

/** Schemas of the tasks that have a body, for the trigger, which rejects invalid ones at once. */
export const BODY_SCHEMAS: Partial<Record<ManagementTask, ZodTypeAny>> = {
	create: createSchema,
	update: updateSchema,
	test: testSchema,
};

/** Fields that are compared with events or sent in one: the digits of their numbers are kept. */
const EXACT_FIELDS = ['conditions', 'test_data'];

/** Rounds numbers in all fields that need JavaScript's. */
const roundSettings = (body: unknown): unknown =>
	isObject(body) && hasExactNumber(body)
		? { ...roundExactNumbers(body), ...pickBy(pick(body, EXACT_FIELDS), isObject) }
		: roundExactNumbers(body);

/**
 * Parses a request's body.
 * @param requested with numbers that JavaScript would round as `ExactNumber`; conditions and test data
 * keep their digits
 * @throws InvalidFieldError for the first invalid field
 */
export function parseRequestBody<T>(schema: ZodType<T>, requested: unknown): T {
	const body = roundSettings(requested);
	const validation = validate(schema, body);
	if (!validation.valid) throw new InvalidFieldError(validation.message, validation.details);
	return schema.parse(body);
}
