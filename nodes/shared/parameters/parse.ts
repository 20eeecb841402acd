import { UserError } from 'n8n-workflow';

import { parseExactJson } from '../../../core/lib/exactJson';
import { isObject } from '../../../core/lib/fieldPath';
import { findJsonFault } from '../../../core/lib/jsonValue';

/**
 * Requires a value that can be written as JSON.
 * @throws UserError that names the field, for a value that contains itself or is nested too deeply
 */
export function requireWritable(value: unknown, label: string): void {
	const fault = findJsonFault(value);
	if (fault === undefined) return;
	throw new UserError(
		`"${label}" ${fault}, so it cannot be written as JSON. Pass only the fields that you need.`,
	);
}

/**
 * Reads a parameter that has JSON, as text or as the value that an expression returned. Numbers that
 * JavaScript would round keep their digits: see `ExactNumber`.
 * @throws UserError that names the parameter, for text that is not JSON, and as {@link requireWritable}
 */
export function parseJsonParameter(value: unknown, label: string): unknown {
	const parsed = typeof value === 'string' ? parseExactJson(value) : { value };
	if (parsed === undefined) {
		throw new UserError(`"${label}" is not valid JSON. Check its quotes, commas and brackets.`);
	}
	requireWritable(parsed.value, label);
	return parsed.value;
}

/**
 * Reads a parameter that has a JSON object, as text or as the value that an expression returned.
 * @returns `undefined` if it is empty
 * @throws UserError that names the parameter, for anything but a JSON object
 */
export function parseJsonObject(
	value: unknown,
	label: string,
): Record<string, unknown> | undefined {
	if (value === undefined) return undefined;
	if (typeof value === 'string' && value.trim() === '') return undefined;
	const parsed = parseJsonParameter(value, label);
	if (!isObject(parsed)) {
		throw new UserError(`"${label}" must be a JSON object, e.g. {"status": "success"}`);
	}
	return parsed;
}

/** The value of a text parameter for a list, once it is checked; absent if the parameter is. */
export type ListParameter = string | string[] | undefined;

function splitList(value: ListParameter, separator: RegExp): string[] {
	const entries = typeof value === 'string' ? value.split(separator) : (value ?? []);
	return entries.map((entry) => entry.trim()).filter((entry) => entry !== '');
}

const WORD_SEPARATORS = /[\s,;、，；\u200b]+/;

/** Reads a list of words, such as addresses, between commas, semicolons, spaces or line breaks. */
export const parseList = (value: ListParameter): string[] =>
	splitList(typeof value === 'string' ? value : value?.join(','), WORD_SEPARATORS);

/** Reads a list of field names, which may have spaces, between commas or line breaks. */
export const parseFieldNames = (value: ListParameter): string[] => splitList(value, /[\r\n,]+/);
