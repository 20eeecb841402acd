import { z } from 'zod';

import type { ReplyDetails } from '../replies/replies';

/** spec/agenticflow.txt, "Agent Webhook Request". Unknown fields pass. */
const agentMessage = z
	.object({
		message: z.string().min(1),
		user_id: z.string().nullish(),
		metadata: z.record(z.unknown()).nullish(),
		context: z.record(z.unknown()).nullish(),
	})
	.passthrough();

/** spec/agenticflow.txt, "Workflow Webhook Request". Unknown fields pass. */
const workflowRun = z
	.object({
		input_data: z.record(z.unknown()),
		trigger_source: z.string().nullish(),
		metadata: z.record(z.unknown()).nullish(),
	})
	.passthrough();

const SCHEMAS = { agentMessage, workflowRun, event: z.unknown() };

/** The kinds of request that a trigger can be for. */
export type RequestKind = keyof typeof SCHEMAS;

export type BodyValidation =
	| { valid: true }
	/** `details`: in the form of AgenticFlow's "Error Response". */
	| { valid: false; message: string; details: ReplyDetails };

function typeName(value: unknown): string {
	if (value === undefined || value === null) return 'null';
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

function expectation(issue: z.ZodIssue): string {
	if (issue.code === z.ZodIssueCode.invalid_type) return issue.expected;
	if (issue.code === z.ZodIssueCode.too_small) return 'non-empty string';
	return issue.message;
}

/** Checks a parsed body against its kind, and tells of the first fault. */
export function validateBody(kind: RequestKind, body: unknown): BodyValidation {
	const result = SCHEMAS[kind].safeParse(body);
	if (result.success) return { valid: true };
	const [issue] = result.error.issues;
	const field = issue.path.join('.');
	const value = valueAt(body, issue.path);
	const expected = expectation(issue);
	const received = value === '' ? 'empty string' : typeName(value);
	return {
		valid: false,
		message:
			field === ''
				? `The body must be a JSON ${expected}`
				: value === undefined
					? `Required field '${field}' is missing`
					: `Field '${field}' must be of type ${expected}`,
		details: { field: field === '' ? 'body' : field, expected, received },
	};
}
