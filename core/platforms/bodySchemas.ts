import { z, type ZodRawShape } from 'zod';

/**
 * Building blocks for platform schemas. Documented fields must have their documented type if present; only
 * the fields that identify the event's subject are required. Unknown fields are allowed.
 */

export const text = z.string().nullish();
export const number = z.number().nullish();
export const flag = z.boolean().nullish();
export const object = z.record(z.unknown()).nullish();
export const texts = z.array(z.string()).nullish();

/** A time. Platforms document ISO 8601, but any text is accepted. */
export const anyTime = z.string().nullish();

/** Builds the schema of an object with required and optional fields. */
export const fields = (required: ZodRawShape, optional: ZodRawShape = {}) =>
	z.object({ ...required, ...optional }).passthrough();

/**
 * Builds the schema of an event's data.
 * @param subjects the texts that identify what the event is about, e.g. `workflow_id`; required
 */
export const eventData = (subjects: string[], optional: ZodRawShape) =>
	fields(Object.fromEntries(subjects.map((name) => [name, z.string().min(1)])), optional);
