/** Dotted paths into JSON, e.g. `resolution.tags` or `items.0.price`, for conditions and filters. */

/** A path with an empty key, or with one that is never data, e.g. `__proto__`. */
export class InvalidPathError extends Error {
	override readonly name = 'InvalidPathError';
}

const FORBIDDEN_KEYS = new Set(['__proto__', 'prototype', 'constructor']);

/**
 * Splits a dotted path into its keys, e.g. `items.0.price` into `items`, `0` and `price`.
 * @throws InvalidPathError
 */
export function parsePath(path: string): string[] {
	const keys = path.split('.').map((key) => key.trim());
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

/** Returns whether a value is an object and no list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const isIndex = (key: string): boolean => /^(?:0|[1-9]\d*)$/.test(key);

/**
 * Returns all values at a path: none, one, or many, since a key that is no index applies to each element of
 * an array. Inherited properties are ignored.
 * @example
 * getValuesAt({ items: [{ price: 1 }, { price: 2 }] }, ['items', 'price']); // [1, 2]
 */
export function getValuesAt(data: unknown, keys: string[]): unknown[] {
	if (keys.length === 0) return [data];
	const [key, ...rest] = keys;
	if (Array.isArray(data)) {
		if (isIndex(key)) return Number(key) < data.length ? getValuesAt(data[Number(key)], rest) : [];
		return data.flatMap((element) => getValuesAt(element, keys));
	}
	if (isObject(data) && Object.prototype.hasOwnProperty.call(data, key)) {
		return getValuesAt(data[key], rest);
	}
	return [];
}
