import type { ZodIssue, ZodTypeAny, z } from 'zod';

import { describeFault } from '../lib/describeFault';

/** A response to send. */
export interface SvixReply {
	statusCode: number;
	/** Absent for none. */
	body?: object;
	headers?: Record<string, string>;
}

/** An error that the caller of the API can understand. Its text goes into the reply. */
export class SvixApiError extends Error {
	override readonly name = 'SvixApiError';

	constructor(
		readonly statusCode: number,
		readonly code: string,
		readonly detail: string,
		readonly headers: Record<string, string> = {},
	) {
		super(detail);
	}
}

/** One thing that is wrong with a request, in the words of Svix's server. */
export interface ValidationItem {
	/** `body`, `query` or `header`, then the path to the field. */
	loc: string[];
	msg: string;
	type: string;
}

/** A request with invalid fields: 422. */
export class ValidationError extends Error {
	override readonly name = 'ValidationError';

	constructor(readonly items: ValidationItem[]) {
		super(items.map(({ loc, msg }) => `${loc.join('.')} ${msg}`).join('; '));
	}
}

/** Returns the error for one invalid field. */
export const invalidField = (loc: string[], msg: string): ValidationError =>
	new ValidationError([{ loc, msg, type: 'value_error' }]);

export const notFound = (what = 'Entity'): SvixApiError =>
	new SvixApiError(404, 'not_found', `${what} not found`);

export const conflict = (detail: string): SvixApiError => new SvixApiError(409, 'conflict', detail);

/** More faults than these help nobody. */
const MAX_ITEMS = 20;

const toItems = (place: string, issue: ZodIssue): ValidationItem[] => {
	const path = issue.path.map(String);
	const isMissing = issue.code === 'invalid_type' && issue.received === 'undefined';
	if (issue.code === 'unrecognized_keys') {
		return issue.keys.map((key) => ({
			loc: [place, ...path, key.slice(0, 100)],
			msg: 'is not known',
			type: 'value_error.unknown',
		}));
	}
	return [
		{
			loc: [place, ...path],
			msg: isMissing ? 'is required' : describeFault(issue),
			type: isMissing
				? 'value_error.missing'
				: issue.code === 'invalid_type'
					? 'type_error'
					: 'value_error',
		},
	];
};

/**
 * Parses a part of a request.
 * @param place `body` or `query`
 * @throws ValidationError with everything that is wrong
 */
export function parsePart<T extends ZodTypeAny>(
	place: string,
	schema: T,
	value: unknown,
): z.output<T> {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data as z.output<T>;
	throw new ValidationError(
		parsed.error.issues.flatMap((issue) => toItems(place, issue)).slice(0, MAX_ITEMS),
	);
}
