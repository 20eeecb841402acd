import { z, type ZodTypeAny } from 'zod';

import { createRejection, type Rejection } from '../receiving/rejection';
import { isEventType, isSubscription } from '../outbox/endpoint/lifecycle';
import { isObject } from '../lib/fieldPath';

/**
 * AgenticFlow's "Webhook Management API" (spec/agenticflow.txt): which task a request is, and what its
 * body must be.
 */

export type ManagementTask =
	| 'list'
	| 'create'
	| 'get'
	| 'update'
	| 'delete'
	| 'test'
	| 'getLogs'
	| 'getStats';

/** What stands behind the list's path: nothing, a webhook's ID, or an ID and one of its sections. */
export interface ManagementPath {
	id?: string;
	section?: string;
}

type Methods = Record<string, ManagementTask>;

const LIST: Methods = { GET: 'list', POST: 'create' };
const WEBHOOK: Methods = { GET: 'get', PUT: 'update', DELETE: 'delete' };
const SECTIONS = new Map<string, Methods>([
	['test', { POST: 'test' }],
	['logs', { GET: 'getLogs' }],
	['stats', { GET: 'getStats' }],
]);

function methodsOf({ id, section }: ManagementPath): Methods | undefined {
	if (id === undefined) return LIST;
	return section === undefined ? WEBHOOK : SECTIONS.get(section);
}

/** The task of a request, or why it has none: 404 for its path, 405 for its method. */
export function parseManagementTask(
	method: string,
	path: ManagementPath,
): ManagementTask | Rejection {
	const methods = methodsOf(path);
	if (methods === undefined) {
		return createRejection(404, 'NOT_FOUND', 'There is no such path', {
			field: 'path',
			expected: `one of: ${[...SECTIONS.keys()].join(', ')}`,
			received: String(path.section).slice(0, 100),
		});
	}
	if (Object.hasOwn(methods, method)) return methods[method];
	const allowed = Object.keys(methods).join(', ');
	return createRejection(
		405,
		'METHOD_NOT_ALLOWED',
		'This path does not take this method',
		{ field: 'method', expected: `one of: ${allowed}`, received: method },
		{ Allow: allowed },
	);
}

const word = z.string().trim().min(1);
/** As it came: z.record leaves out a field named `__proto__`, and with it a condition. */
const object = z.custom<Record<string, unknown>>(isObject, 'object');
const texts = z.array(word).max(200);
const eventType = word.refine(isEventType, 'event type such as order.created');
const subscriptions = z
	.array(word.refine(isSubscription, 'event type such as order.created or order.*'))
	.min(1)
	.max(200);

/** Page, "Webhook Configuration" and "Advanced Features". What an endpoint has beside it is its owner's alone. */
const settings = {
	description: z.string().max(1000),
	conditions: object,
	filters: z
		.object({ include_fields: texts.optional(), exclude_fields: texts.optional() })
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
	/** Without its secret it means the one that the webhook has. */
	authentication: z.discriminatedUnion('type', [
		z.object({ type: z.literal('none') }).strict(),
		z.object({ type: z.literal('bearer'), token: word.optional() }).strict(),
		z.object({ type: z.literal('urlToken'), token: word.optional() }).strict(),
		z
			.object({
				type: z.literal('basic'),
				username: word.optional(),
				password: z.string().min(1).optional(),
			})
			.strict(),
	]),
	status: z.enum(['active', 'disabled']),
};

const subscription = {
	name: word.max(200),
	url: word.max(2000),
	events: subscriptions,
};

/** What answers show and nobody sets: a webhook that was read can be written back. */
const READ_ONLY = z
	.object({
		id: z.unknown(),
		created_at: z.unknown(),
		last_delivery: z.unknown(),
		delivery_stats: z.unknown(),
		status_reason: z.unknown(),
	})
	.partial();

const changes = z.object(settings).partial();

const createSchema = changes.extend(subscription).merge(READ_ONLY).strict();
/** A setting that is `null` goes back to its default. */
const updateSchema = changes
	.extend({
		conditions: settings.conditions.nullish(),
		filters: settings.filters.nullish(),
		batch_settings: settings.batch_settings.nullish(),
		retry_policy: settings.retry_policy.nullish(),
	})
	.merge(z.object(subscription).partial())
	.merge(READ_ONLY)
	.strict();
const testSchema = z.object({ event: eventType, test_data: object.optional() }).strict();

/** The body of "Create Webhook", or of "Update Webhook" where nothing has to be there. */
export type WebhookInput = z.infer<typeof updateSchema>;
export type WebhookTest = z.infer<typeof testSchema>;

/** What the body of a task must be; other tasks have none. */
export const BODY_SCHEMAS: Partial<Record<ManagementTask, ZodTypeAny>> = {
	create: createSchema,
	update: updateSchema,
	test: testSchema,
};
