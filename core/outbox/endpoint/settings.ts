import isEmpty from 'lodash/isEmpty';
import isNull from 'lodash/isNull';
import omit from 'lodash/omit';
import omitBy from 'lodash/omitBy';
import pick from 'lodash/pick';
import { z } from 'zod';

import { describeFault } from '../../lib/describeFault';
import { isFieldPath, isObject } from '../../lib/fieldPath';
import { CLOUD_EVENT_MODES } from '../../event/envelope';
import { RETRY_SCHEDULES } from '../../sending/retrySettings';
import type { EndpointSettings } from '../model';

/** Invalid endpoint settings. The message names the setting and a valid value. */
export class InvalidEndpointError extends Error {
	override readonly name = 'InvalidEndpointError';
}

const positive = z.number().positive();
const whole = z.number().int();

/** The limits of each setting; {@link EndpointSettings} says what they mean. */
const settingsSchema = z
	.object({
		channels: z.array(z.string()).min(1),
		metadata: z.record(z.string()),
		svix_format: z.boolean(),
		// z.record would drop a condition named `__proto__`, which must be rejected instead.
		conditions: z.custom<Record<string, unknown>>(isObject, 'must be a JSON object'),
		filters: z.object({
			include_fields: z.array(z.string()).optional(),
			exclude_fields: z.array(z.string()).optional(),
		}),
		batch_settings: z.object({
			max_events: whole.min(1).max(1000),
			max_wait_seconds: positive.max(86_400),
			max_bytes: whole.min(1).max(1_048_576).optional(),
		}),
		retry_policy: z.object({
			schedule: z.enum(RETRY_SCHEDULES).optional(),
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
		circuit_breaker: z.object({
			failures: whole.min(1).max(10_000),
			probe_minutes: positive.max(1440),
		}),
		in_order: z.object({
			key: z.string().refine(isFieldPath, 'is not the path of a field, e.g. order_id').optional(),
		}),
		timeout_seconds: positive.max(300),
		verify_tls: z.boolean(),
		allow_http: z.boolean(),
		allow_internal: z.boolean(),
		cloud_event_mode: z.enum(CLOUD_EVENT_MODES),
		event_source: z.string().min(1).max(1024),
	})
	.partial()
	.strict();

/**
 * Parses an endpoint's settings.
 * @throws InvalidEndpointError with the first setting that is wrong
 */
export function parseSettings(settings: Record<string, unknown>): EndpointSettings {
	const result = settingsSchema.safeParse(settings);
	if (result.success) return result.data;
	const [issue] = result.error.issues;
	const { path } = issue;
	throw new InvalidEndpointError(
		path.length === 0
			? `The settings of the endpoint cannot be used: they ${describeFault(issue)}.`
			: `The endpoint setting "${path.join('.')}" ${describeFault(issue)}.`,
	);
}

const EXPONENTIAL_SETTINGS = ['first_delay_seconds', 'backoff_multiplier', 'max_delay_seconds'];

/**
 * Applies changes to a retry policy. Another schedule takes no settings from the previous one, and a new
 * value for a setting of an exponential schedule replaces a schedule that ignores it.
 */
function mergeRetryPolicy(
	before: Record<string, unknown>,
	changes: Record<string, unknown>,
): Record<string, unknown> {
	const { schedule = before.schedule, ...settings } = changes;
	if (changes.schedule !== undefined && schedule !== before.schedule) {
		const kept = { ...pick(before, ['jitter', 'retry_statuses']), ...settings };
		return schedule === 'platform' ? kept : { schedule, ...kept };
	}
	const isIgnored =
		schedule !== 'exponential' &&
		EXPONENTIAL_SETTINGS.some((name) => name in settings && settings[name] !== before[name]);
	return { ...(isIgnored ? omit(before, ['schedule', 'delays']) : before), ...settings };
}

/** Groups of settings that are changed field by field; every other setting is replaced as a whole. */
const MERGED_GROUPS: Record<string, typeof mergeRetryPolicy> = {
	filters: (before, changes) => ({ ...before, ...changes }),
	retry_policy: mergeRetryPolicy,
};

/**
 * Applies changes to an endpoint's settings. A setting that is `null` is reset to its default.
 * @throws InvalidEndpointError
 */
export function mergeSettings(
	settings: EndpointSettings,
	changes: Record<string, unknown>,
): EndpointSettings {
	const merged: Record<string, unknown> = { ...settings };
	for (const [name, value] of Object.entries(changes)) {
		const before = merged[name];
		const merge = Object.keys(MERGED_GROUPS).includes(name) ? MERGED_GROUPS[name] : undefined;
		if (merge === undefined || !isObject(value)) {
			merged[name] = value;
			continue;
		}
		const group = merge(isObject(before) ? before : {}, value);
		merged[name] = isEmpty(group) ? null : group;
	}
	return parseSettings(omitBy(merged, isNull));
}
