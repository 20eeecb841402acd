import { stringifyExactJson } from '../lib/exactJson';
import { isObject } from '../lib/fieldPath';

const MAX_VALUES = 3;
const MAX_LENGTH = 100;

/** Returns a text, or its beginning if it is long. */
export const shorten = (text: string, maxLength: number): string =>
	text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;

function describeValue(value: unknown): string {
	if (Array.isArray(value)) return `a list of ${value.length}`;
	if (typeof value === 'string') return JSON.stringify(shorten(value, MAX_LENGTH));
	return isObject(value) ? 'an object' : shorten(stringifyExactJson(value), MAX_LENGTH);
}

function describeList(values: unknown[]): string {
	const shown = values.slice(0, MAX_VALUES).map(describeValue).join(', ');
	return values.length > MAX_VALUES ? `${shown} and ${values.length - MAX_VALUES} more` : shown;
}

/**
 * Describes the values at a condition's path, in at most a few hundred characters.
 * @returns e.g. `9`, `"open"`, `["new", "vip"]`; `nothing` if there are none
 */
export function describeFound(values: unknown[]): string {
	const [first] = values;
	if (values.length === 0) return 'nothing';
	if (values.length === 1 && Array.isArray(first)) return `[${describeList(first)}]`;
	return describeList(values);
}
