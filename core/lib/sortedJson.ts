import { ExactNumber } from './exactJson';
import { isContainer } from './jsonValue';

const isPlainObject = (value: object): value is Record<string, unknown> =>
	Object.prototype.toString.call(value) === '[object Object]';

/**
 * Returns equal texts for equal JSON, whatever the order of its keys. The digits of an {@link ExactNumber}
 * count as written.
 * @example
 * toSortedJson({ b: 1, a: [2] }); // '{"a":[2],"b":1}'
 */
export function toSortedJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(toSortedJson).join()}]`;
	if (value instanceof ExactNumber) return value.text;
	if (!isContainer(value)) return JSON.stringify(value) ?? 'undefined';
	// Dates and other objects equal no JSON.
	if (!isPlainObject(value)) return 'object';
	const fields = Object.keys(value).sort();
	return `{${fields.map((key) => `${JSON.stringify(key)}:${toSortedJson(value[key])}`).join()}}`;
}
