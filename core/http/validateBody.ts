import { ZodIssueCode, type ZodIssue, type ZodTypeAny } from 'zod';

import type { ErrorDetails } from './replyBodies';

export type Validation =
	| { valid: true }
	/** `details`: in the form of AgenticFlow's "Error Response". */
	| { valid: false; message: string; details: ErrorDetails };

/** What a value is, for people and their programs. */
export function typeName(value: unknown): string {
	if (value === undefined || value === null) return 'null';
	if (value === '') return 'empty string';
	if (Array.isArray(value)) return 'array';
	return typeof value;
}

function valueAt(body: unknown, path: Array<string | number>): unknown {
	return path.reduce<unknown>(
		(value, key) =>
			typeof value === 'object' && value !== null
				? (value as Record<string | number, unknown>)[key]
				: undefined,
		body,
	);
}

/** What an {@link ZodIssueCode.too_small} or `too_big` value should have been, by its type. */
function sized({ exact, type }: { exact?: boolean; type: string }, bound: string): string {
	const many = exact ? bound.replace(/^at \w+ /, '') : bound;
	if (type === 'string') return `string of ${many} characters`;
	if (type === 'array') return `array of ${many} items`;
	return `number of ${many}`;
}

function expectation(issue: ZodIssue): string {
	switch (issue.code) {
		case ZodIssueCode.invalid_type:
			// Of an enumeration zod gives the values, e.g. 'a' | 'b'.
			return issue.expected.startsWith("'")
				? `one of: ${issue.expected.slice(1, -1).split("' | '").join(', ')}`
				: issue.expected;
		case ZodIssueCode.too_small:
			return issue.minimum === 1 && issue.type !== 'number'
				? `non-empty ${issue.type}`
				: sized(issue, `at least ${issue.minimum}`);
		case ZodIssueCode.too_big:
			return sized(issue, `at most ${issue.maximum}`);
		case ZodIssueCode.invalid_enum_value:
		case ZodIssueCode.invalid_union_discriminator:
			return `one of: ${issue.options.join(', ')}`;
		case ZodIssueCode.invalid_string:
			return issue.validation === 'email' ? 'valid email address' : issue.message;
		default:
			return issue.message;
	}
}

/** `an array`, `a string`, `one of: a, b` */
const withArticle = (noun: string): string =>
	noun.startsWith('one of') ? noun : `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;

/**
 * Checks a parsed body against a schema, and tells of the first fault.
 * @param within where in the body the value stands, e.g. `data`; empty for the body itself
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
	const found = valueAt(value, issue.path);
	const expected = expectation(issue);
	return {
		valid: false,
		message:
			field === ''
				? `The body must be a JSON ${expected}`
				: found === undefined
					? `Required field '${field}' is missing`
					: issue.code === ZodIssueCode.invalid_type && !expected.startsWith('one of')
						? `Field '${field}' must be of type ${expected}`
						: `Field '${field}' must be ${withArticle(expected)}`,
		details: { field: field === '' ? 'body' : field, expected, received: typeName(found) },
	};
}
