import type { BodyTokens } from '../credentials/inbound';
import { isIndex, isObject, parsePath } from '../lib/fieldPath';
import { safeIncludes } from '../signing/constantTime';

import type { ParsedBody } from './parseBody';
import type { AuthenticationFailure } from './tokenMethods';

/** The text in place of a token. */
const MASK = '***';

// More than the tokens of any credential, each of which a list of events may have.
const MAX_DIFFERENT_TOKENS = 20;

const hasKey = (value: unknown, key: string): value is Record<string, unknown> =>
	(isObject(value) || (Array.isArray(value) && isIndex(key))) &&
	Object.prototype.hasOwnProperty.call(value, key);

/** Lists what a body has at a path: `undefined` for each element of a list that has nothing there. */
function listValuesAt(value: unknown, keys: string[]): unknown[] {
	const [key, ...others] = keys;
	if (key === undefined) return [value];
	if (Array.isArray(value) && !isIndex(key)) {
		return value.flatMap((element) => listValuesAt(element, keys));
	}
	return hasKey(value, key) ? listValuesAt(value[key], others) : [undefined];
}

/** Replaces what a body has at a path. Returns the same value if it has nothing there. */
function replaceValuesAt(value: unknown, keys: string[]): unknown {
	const [key, ...others] = keys;
	if (key === undefined) return MASK;
	if (Array.isArray(value) && !isIndex(key)) {
		return value.map((element) => replaceValuesAt(element, keys));
	}
	if (!hasKey(value, key)) return value;
	const replaced = replaceValuesAt(value[key], others);
	return Array.isArray(value)
		? value.with(Number(key), replaced)
		: Object.fromEntries(
				Object.entries(value).map(([name, old]) => [name, name === key ? replaced : old]),
			);
}

const isMissing = (value: unknown): boolean =>
	value === undefined || value === null || value === '';

/**
 * Checks the token in a body, in constant time. Of a list of events, each must have it.
 * @returns the different tokens that the body has
 */
export function checkBodyToken(
	{ field, tokens }: BodyTokens,
	parsed: ParsedBody,
): string[] | AuthenticationFailure {
	const keys = parsePath(field);
	const values = [...new Set(listValuesAt(parsed.value, keys))];
	const details = { field, expected: 'a valid token' };
	if (values.every(isMissing)) {
		return {
			code: 'TOKEN_MISSING',
			message: 'The field of the body with the token is missing',
			details: { ...details, received: 'no such field' },
		};
	}
	const texts = values.filter((value) => typeof value === 'string');
	const isValid =
		texts.length === values.length &&
		texts.length <= MAX_DIFFERENT_TOKENS &&
		texts.map((text) => safeIncludes(tokens, text)).every(Boolean);
	if (isValid && !parsed.repeatsKey(keys)) return texts;
	return {
		code: 'TOKEN_INVALID',
		message: 'The token in the body is not valid',
		details: { ...details, received: isValid ? 'the field more than once' : 'another token' },
	};
}

/** Replaces the tokens in a body, so that no item and no message has them. */
export function hideBodyTokens(parsed: ParsedBody, fields: string[]): ParsedBody {
	if (fields.length === 0) return parsed;
	const hide = (value: unknown): unknown =>
		fields.reduce((shown, field) => replaceValuesAt(shown, parsePath(field)), value);
	return {
		...parsed,
		value: hide(parsed.value),
		readExactValue: () => hide(parsed.readExactValue()),
	};
}
