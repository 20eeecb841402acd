/** Dotted paths into JSON, e.g. `resolution.tags` or `items.0.price`, for conditions and filters. */
import { ExactNumber } from './exactJson';

/** A path that is too long, or has a key that is empty or cannot be data, e.g. `__proto__`. */
export class InvalidPathError extends Error {
	override readonly name = 'InvalidPathError';
}

/** Limits for a path. Code that works on paths takes time and memory for every key. */
export const MAX_PATH_LENGTH = 256;
export const MAX_PATH_KEYS = 32;

const FORBIDDEN_KEYS = new Set(['__proto__', 'prototype', 'constructor']);

/**
 * Splits a dotted path into its keys, e.g. `items.0.price` into `items`, `0` and `price`.
 * @param path at most 256 characters and 32 keys
 * @throws InvalidPathError
 */
export function parsePath(path: string): string[] {
	if (path.length > MAX_PATH_LENGTH) {
		throw new InvalidPathError(
			`The field path "${path.slice(0, 40)}…" has ${path.length} characters. Use at most ${MAX_PATH_LENGTH}.`,
		);
	}
	const keys = path.split('.').map((key) => key.trim());
	if (keys.length > MAX_PATH_KEYS) {
		throw new InvalidPathError(
			`The field path "${path.slice(0, 40)}…" has ${keys.length} keys. Use at most ${MAX_PATH_KEYS}.`,
		);
	}
	if (keys.some((key) => key === '')) {
		throw new InvalidPathError(
			`The field path "${path}" has an empty key. Separate keys with single dots, e.g. output_data.order_id.`,
		);
	}
	const forbidden = keys.find((key) => FORBIDDEN_KEYS.has(key));
	if (forbidden !== undefined) {
		throw new InvalidPathError(
			`The field path "${path}" contains "${forbidden}", which is not data. Use another field.`,
		);
	}
	return keys;
}

/** Returns whether {@link parsePath} accepts a path. */
export function isFieldPath(path: string): boolean {
	try {
		parsePath(path);
		return true;
	} catch {
		return false;
	}
}

/** Returns whether a value is an object, and neither a list nor a number with all its digits. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' &&
	value !== null &&
	!Array.isArray(value) &&
	!(value instanceof ExactNumber);

/** Returns whether a key names an element of a list. */
export const isIndex = (key: string): boolean => /^(?:0|[1-9]\d*)$/.test(key);

function collectValuesAt(data: unknown, keys: string[], depth: number, values: unknown[]): void {
	if (depth === keys.length) {
		values.push(data);
		return;
	}
	const key = keys[depth];
	if (Array.isArray(data)) {
		if (!isIndex(key)) {
			for (const element of data) collectValuesAt(element, keys, depth, values);
		} else if (Number(key) < data.length) {
			collectValuesAt(data[Number(key)], keys, depth + 1, values);
		}
	} else if (isObject(data) && Object.prototype.hasOwnProperty.call(data, key)) {
		collectValuesAt(data[key], keys, depth + 1, values);
	}
}

/**
 * Returns all values at a path: none, one, or many, since a key that is no index applies to each element of
 * an array. Inherited properties are ignored.
 * @example
 * getValuesAt({ items: [{ price: 1 }, { price: 2 }] }, ['items', 'price']); // [1, 2]
 */
export function getValuesAt(data: unknown, keys: string[]): unknown[] {
	const values: unknown[] = [];
	collectValuesAt(data, keys, 0, values);
	return values;
}
