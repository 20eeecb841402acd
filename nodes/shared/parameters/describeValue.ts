import isDate from 'lodash/isDate';

const MAX_TEXT_LENGTH = 60;

/** A date and time of n8n's expressions (https://moment.github.io/luxon/#/), from any copy of Luxon. */
interface LuxonDateTime {
	isLuxonDateTime: true;
	toMillis: () => number;
}

/** JSON cannot be one, because it has no functions. */
const isLuxonDateTime = (value: unknown): value is LuxonDateTime =>
	typeof value === 'object' &&
	value !== null &&
	'isLuxonDateTime' in value &&
	'toMillis' in value &&
	typeof value.toMillis === 'function';

/**
 * Returns the time of a date that an expression returned, in ms since 1970.
 * @returns NaN for an invalid date; `undefined` for a value that is not a date
 */
export function readDateMs(value: unknown): number | undefined {
	if (isLuxonDateTime(value)) return value.toMillis();
	return isDate(value) ? value.getTime() : undefined;
}

/**
 * Returns whether a value is an object as in JSON, not a date, list or map. Ignores the prototype, because n8n
 * turns a field named `__proto__` into it.
 */
export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
	Object.prototype.toString.call(value) === '[object Object]' && readDateMs(value) === undefined;

/** Describes a value that a parameter cannot have, within a sentence, e.g. `a list`. */
export function describeValue(value: unknown): string {
	if (value === undefined || value === null) return 'empty';
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'string') {
		const text = value.length > MAX_TEXT_LENGTH ? `${value.slice(0, MAX_TEXT_LENGTH)}…` : value;
		return text.trim() === '' ? 'empty' : `the text "${text}"`;
	}
	if (typeof value === 'number') {
		return Number.isFinite(value) ? `the number ${value}` : 'a number that is not finite';
	}
	if (typeof value === 'boolean') return String(value);
	if (typeof value === 'function') return 'a function';
	return readDateMs(value) === undefined ? 'an object' : 'a date';
}
