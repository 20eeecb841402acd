import isNull from 'lodash/isNull';
import omitBy from 'lodash/omitBy';
import { z } from 'zod';

import { isObject } from '../../lib/fieldPath';
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
		conditions: z.record(z.unknown()),
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
		allow_internal: z.boolean(),
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
	const [{ message, path }] = result.error.issues;
	throw new InvalidEndpointError(
		path.length === 0
			? `The endpoint's settings are invalid: ${message}. Remove settings that the outbox does not have.`
			: `Invalid endpoint setting "${path.join('.')}": ${message}.`,
	);
}

/** Groups of settings that are changed field by field; every other setting is replaced as a whole. */
const MERGED_GROUPS = ['filters', 'retry_policy'];

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
		merged[name] =
			MERGED_GROUPS.includes(name) && isObject(before) && isObject(value)
				? { ...before, ...value }
				: value;
	}
	return parseSettings(omitBy(merged, isNull));
}
