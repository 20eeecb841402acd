import { InvalidConditionsError } from '../event/conditions';
import { InvalidEndpointUrlError } from '../http/endpointUrl';
import type { ErrorDetails } from '../http/replyBodies';
import { InvalidPathError } from '../lib/fieldPath';

/** An invalid field or parameter of a request. Its message and details go into the reply. */
export class InvalidFieldError extends Error {
	override readonly name = 'InvalidFieldError';

	constructor(
		message: string,
		readonly details: ErrorDetails,
	) {
		super(message);
	}
}

interface CheckedField {
	/** Errors by which core rejects the field's value. */
	errorClasses: Array<new (...args: never[]) => Error>;
	expected: string;
}

/** Fields whose values core checks in more depth than the request schemas do. */
const CHECKED_FIELDS = {
	url: { errorClasses: [InvalidEndpointUrlError], expected: 'a public https:// URL' },
	'authentication.token_url': {
		errorClasses: [InvalidEndpointUrlError],
		expected: 'a public https:// URL',
	},
	conditions: {
		errorClasses: [InvalidConditionsError, InvalidPathError],
		expected: 'conditions such as {"satisfaction_score": {"lt": 3}}',
	},
	filters: { errorClasses: [InvalidPathError], expected: 'dotted paths' },
} satisfies Record<string, CheckedField>;

/** Turns an error about the field's value into an {@link InvalidFieldError}; returns any other as is. */
function toFieldError(field: keyof typeof CHECKED_FIELDS, error: unknown): unknown {
	const { errorClasses, expected }: CheckedField = CHECKED_FIELDS[field];
	if (!(error instanceof Error) || !errorClasses.some((type) => error instanceof type))
		return error;
	// A URL error's whole message names switches that only the workflow's owner has.
	const message = error instanceof InvalidEndpointUrlError ? error.fault : error.message;
	return new InvalidFieldError(message, { field, expected, received: 'an unusable value' });
}

/**
 * Runs `work` and reports errors about `field` as the caller's.
 * @param suppliedValue the value in the request; if `undefined`, the stored value was used, so the error
 * is ours and is thrown unchanged
 * @throws InvalidFieldError, and anything else that `work` throws
 */
export function withFieldErrors<T>(
	field: keyof typeof CHECKED_FIELDS,
	suppliedValue: unknown,
	work: () => T,
): T {
	try {
		return work();
	} catch (error) {
		throw suppliedValue === undefined ? error : toFieldError(field, error);
	}
}
