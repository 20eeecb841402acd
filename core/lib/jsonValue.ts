import { isConverted, stringifyExactJson } from './exactJson';

/** A value of JSON. A number that JavaScript would round may be an `ExactNumber`. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;

export interface JsonObject {
	[key: string]: JsonValue;
}

/** Returns whether a value is a list or an object. */
export const isContainer = (value: unknown): value is object =>
	typeof value === 'object' && value !== null;

/**
 * Returns whether a value has more than `levels` nested lists and objects. Unlike `JSON.stringify`, it
 * cannot overflow the stack.
 */
export function isValueNestedDeeper(value: unknown, levels: number): boolean {
	const isNested = (child: unknown): child is object => isContainer(child) && !isConverted(child);
	let level = [value].filter(isNested);
	for (let depth = 0; level.length > 0; depth += 1) {
		if (depth === levels) return true;
		level = level.flatMap((container) => Object.values(container).filter(isNested));
	}
	return false;
}

/** Returns the number of bytes that a value has as JSON, with all digits of its numbers. */
export const countJsonBytes = (value: object): number =>
	Buffer.byteLength(stringifyExactJson(value));

/** More levels than any event has; JSON.stringify overflows the stack at some thousands. */
export const MAX_JSON_LEVELS = 500;

/** Returns what JSON has in place of a value, e.g. the text of a date. @throws the errors of its `toJSON` */
function toWritten(value: unknown): unknown {
	const mayConvert = isContainer(value) || typeof value === 'bigint';
	const { toJSON } = mayConvert ? (value as { toJSON?: unknown }) : {};
	return typeof toJSON === 'function' ? (toJSON.call(value, '') as unknown) : value;
}

function findFault(original: unknown, ancestors: Set<object>): string | undefined {
	const value = toWritten(original);
	if (typeof value === 'bigint') return 'has a BigInt';
	if (!isContainer(value)) return undefined;
	if (ancestors.has(value)) return 'contains itself';
	if (ancestors.size >= MAX_JSON_LEVELS) {
		return `is nested more than ${MAX_JSON_LEVELS} levels deep`;
	}
	ancestors.add(value);
	for (const child of Object.values(value)) {
		const fault = findFault(child, ancestors);
		if (fault !== undefined) return fault;
	}
	ancestors.delete(value);
	return undefined;
}

/**
 * Finds why a value cannot be written as JSON: it contains itself, has more than 500 levels, or has a field that throws
 * an error.
 * @returns the end of a sentence about the value; `undefined` if it can be written
 */
export function findJsonFault(value: unknown): string | undefined {
	try {
		return findFault(value, new Set());
	} catch {
		return 'has a field that throws an error when it is read';
	}
}
