import { ZodIssueCode, type ZodIssue, type ZodTypeAny } from 'zod';

import type { ErrorDetails } from './replyBodies';

export type Validation = { valid: true } | { valid: false; message: string; details: ErrorDetails };

/** Names the type of a JSON value, as `ErrorDetails` show it: e.g. `array`, `null`, `empty string`. */
export function nameType(value: unknown): string {
	if (value === undefined || value === null) return 'null';
	if (value === '') return 'empty string';
	if (Array.isArray(value)) return 'array';
	return typeof value;
}

function getValueAt(body: unknown, path: Array<string | number>): unknown {
	return path.reduce<unknown>(
		(value, key) =>
			typeof value === 'object' && value !== null
				? (value as Record<string | number, unknown>)[key]
				: undefined,
		body,
	);
}

/** Describes the value that a `too_small` or `too_big` issue expected, e.g. `array of at least 2 items`. */
function describeSize({ exact, type }: { exact?: boolean; type: string }, bound: string): string {
	const size = exact ? bound.replace(/^at \w+ /, '') : bound;
	if (type === 'string') return `string of ${size} characters`;
	if (type === 'array') return `array of ${size} items`;
	return `number of ${size}`;
}

/** Describes the value that an issue expected. */
function describeExpectation(issue: ZodIssue): string {
	switch (issue.code) {
		case ZodIssueCode.invalid_type:
			// For an enumeration, zod lists the values: 'a' | 'b'.
			return issue.expected.startsWith("'")
				? `one of: ${issue.expected.slice(1, -1).split("' | '").join(', ')}`
				: issue.expected;
		case ZodIssueCode.too_small:
			return issue.minimum === 1 && issue.type !== 'number'
				? `non-empty ${issue.type}`
				: describeSize(issue, `at least ${issue.minimum}`);
		case ZodIssueCode.too_big:
			return describeSize(issue, `at most ${issue.maximum}`);
		case ZodIssueCode.invalid_enum_value:
		case ZodIssueCode.invalid_union_discriminator:
			return `one of: ${issue.options.join(', ')}`;
		case ZodIssueCode.invalid_string:
			return issue.validation === 'email' ? 'valid email address' : issue.message;
		default:
			return issue.message;
	}
}

/** Prepends the article: `an array`, `a string`, `one of: a, b`. */
const addArticle = (noun: string): string =>
	noun.startsWith('one of') ? noun : `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;

/**
 * Validates a parsed body, or a part of it, against a schema.
 * @param within the path of the value in the body, e.g. `data`; empty for the body itself
 * @returns the first thing that is wrong, if any
 * @example
 * validate(z.object({ id: z.string() }), {}, 'data');
 * // { valid: false, message: "Required field 'data.id' is missing",
 * //   details: { field: 'data.id', expected: 'string', received: 'null' } }
 */
export function validate(schema: ZodTypeAny, value: unknown, within = ''): Validation {
	const result = schema.safeParse(value);
	if (result.success) return { valid: true };
	const [issue] = result.error.issues;
	const fieldAt = (path: Array<string | number>): string =>
		[...(within === '' ? [] : [within]), ...path].join('.');
	if (issue.code === ZodIssueCode.unrecognized_keys) {
		const unknown = fieldAt([...issue.path, issue.keys[0]]);
		return {
			valid: false,
			message: `Field '${unknown}' is not known`,
			details: { field: unknown, expected: 'known fields only', received: 'another field' },
		};
	}
	const field = fieldAt(issue.path);
	const found = getValueAt(value, issue.path);
	const expected = describeExpectation(issue);
	return {
		valid: false,
		message:
			field === ''
				? `The body must be a JSON ${expected}`
				: found === undefined
					? `Required field '${field}' is missing`
					: issue.code === ZodIssueCode.invalid_type && !expected.startsWith('one of')
						? `Field '${field}' must be of type ${expected}`
						: `Field '${field}' must be ${addArticle(expected)}`,
		details: { field: field === '' ? 'body' : field, expected, received: nameType(found) },
	};
}
