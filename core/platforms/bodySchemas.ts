import { z, type ZodRawShape } from 'zod';

/**
 * Words for the schemas of profiles. What a page shows must be of the type that it shows where it is
 * there; only what tells what an event is about must be there. Unknown fields pass.
 */

export const text = z.string().nullish();
export const number = z.number().nullish();
export const flag = z.boolean().nullish();
export const object = z.record(z.unknown()).nullish();
export const texts = z.array(z.string()).nullish();

/** A time as platforms write it: pages show ISO 8601, and nothing breaks where it is another text. */
export const anyTime = z.string().nullish();

/** An object with fields that must be there and fields that may. */
export const fields = (required: ZodRawShape, optional: ZodRawShape = {}) =>
	z.object({ ...required, ...optional }).passthrough();

/** An event's data. `subjects`: texts that must be there, and say what the event is about. */
export const eventData = (subjects: string[], optional: ZodRawShape) =>
	fields(Object.fromEntries(subjects.map((name) => [name, z.string().min(1)])), optional);
