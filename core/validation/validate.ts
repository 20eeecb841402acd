import { ZodIssueCode, type ZodIssue, type ZodTypeAny } from 'zod';

import type { ReplyDetails } from '../replies/replies';

export type Validation =
	| { valid: true }
	/** `details`: in the form of AgenticFlow's "Error Response". */
	| { valid: false; message: string; details: ReplyDetails };

function typeName(value: unknown): string {
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

function expectation(issue: ZodIssue): string {
	if (issue.code === ZodIssueCode.invalid_type) return issue.expected;
	if (issue.code === ZodIssueCode.too_small) return 'non-empty string';
	if (issue.code === ZodIssueCode.invalid_string && issue.validation === 'email') {
		return 'valid email address';
	}
	return issue.message;
}

/** `an array`, `a string` */
const withArticle = (noun: string): string => `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;

/**
 * Checks a parsed body against a schema, and tells of the first fault.
 * @param within where in the body the value stands, e.g. `data`; empty for the body itself
 */
export function validate(schema: ZodTypeAny, value: unknown, within = ''): Validation {
	const result = schema.safeParse(value);
	if (result.success) return { valid: true };
	const [issue] = result.error.issues;
	const field = [within, ...issue.path].filter((part) => part !== '').join('.');
	const found = valueAt(value, issue.path);
	const expected = expectation(issue);
	return {
		valid: false,
		message:
			field === ''
				? `The body must be a JSON ${expected}`
				: found === undefined
					? `Required field '${field}' is missing`
					: issue.code === ZodIssueCode.invalid_type
						? `Field '${field}' must be of type ${expected}`
						: `Field '${field}' must be ${withArticle(expected)}`,
		details: { field: field === '' ? 'body' : field, expected, received: typeName(found) },
	};
}
