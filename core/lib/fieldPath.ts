/** Dotted paths into JSON, e.g. `resolution.tags` or `items.0.price`, as conditions and filters use them. */

/** A path that is empty, or that names part of an object's machinery instead of its data. */
export class InvalidPathError extends Error {
	override readonly name = 'InvalidPathError';
}

const REFUSED = new Set(['__proto__', 'prototype', 'constructor']);

/**
 * Splits a dotted path into its keys.
 * @throws InvalidPathError
 */
export function parsePath(path: string): string[] {
	const keys = path.split('.').map((key) => key.trim());
	if (keys.some((key) => key === '')) {
		throw new InvalidPathError(
			`The field path "${path}" has an empty part. Write keys with single dots between them, e.g. output_data.order_id.`,
		);
	}
	const refused = keys.find((key) => REFUSED.has(key));
	if (refused !== undefined) {
		throw new InvalidPathError(`The field path "${path}" holds "${refused}", which is not data.`);
	}
	return keys;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const isIndex = (key: string): boolean => /^(?:0|[1-9]\d*)$/.test(key);

/**
 * All values at a path. A key that meets an array goes through each of its elements, unless it is
 * an index; so one path can have none, one or many values. Only own properties count.
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
