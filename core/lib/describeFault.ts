import { ZodIssueCode, type ZodIssue } from 'zod';

/** The types of JSON as people call them. */
const TYPES: Record<string, string> = {
	string: 'text',
	number: 'a number',
	integer: 'a whole number',
	boolean: 'true or false',
	array: 'a list, e.g. ["order.created"]',
	object: 'a JSON object, e.g. {"max": 10}',
};

const joinOptions = (options: unknown[]): string => options.map(String).join(', ');

/** Nouns for what a limit counts; a number itself has none. */
const COUNTED: Record<string, string> = { array: 'entries', string: 'characters' };

/** Describes the limit of a `too_small` or `too_big` issue, e.g. `must be at least 1`. */
function describeLimit(
	{ inclusive, type }: { inclusive: boolean; type: string },
	words: [within: string, beyond: string],
	limit: number | bigint,
): string {
	const bound = `${words[inclusive ? 0 : 1]} ${limit}`;
	return type in COUNTED ? `must have ${bound} ${COUNTED[type]}` : `must be ${bound}`;
}

/**
 * Describes what is wrong with a stored value, in words for people.
 * @param issue a schema's own message is a predicate, e.g. `is empty`
 * @returns a predicate, to follow the name of the value
 * @example
 * describeFault(z.number().safeParse('2').error.issues[0]); // 'must be a number'
 */
export function describeFault(issue: ZodIssue): string {
	switch (issue.code) {
		case ZodIssueCode.invalid_type: {
			// For an enumeration, zod lists the values: 'a' | 'b'.
			const expected = issue.expected.startsWith("'")
				? `one of: ${issue.expected.slice(1, -1).split("' | '").join(', ')}`
				: (TYPES[issue.expected] ?? 'another value');
			const isEmpty = issue.received === 'null' || issue.received === 'undefined';
			return `must be ${expected}${isEmpty ? ', but is empty' : ''}`;
		}
		case ZodIssueCode.invalid_enum_value:
		case ZodIssueCode.invalid_union_discriminator:
			return `must be one of: ${joinOptions(issue.options)}`;
		case ZodIssueCode.invalid_literal:
			return `must be ${JSON.stringify(issue.expected)}`;
		case ZodIssueCode.too_small:
			return describeLimit(issue, ['at least', 'more than'], issue.minimum);
		case ZodIssueCode.too_big:
			return describeLimit(issue, ['at most', 'less than'], issue.maximum);
		case ZodIssueCode.unrecognized_keys:
			return `must not have the field "${issue.keys[0]}"`;
		case ZodIssueCode.invalid_string:
			return issue.validation === 'datetime'
				? 'must be a date and time, e.g. 2025-01-15T10:00:00.000Z'
				: issue.message;
		case ZodIssueCode.custom:
			return issue.message;
		default:
			return 'has a value that is not valid';
	}
}
