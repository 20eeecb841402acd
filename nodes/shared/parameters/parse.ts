import { UserError } from 'n8n-workflow';

import { parseJson } from '../../../core/lib/json';

/**
 * Reads a parameter that has JSON, as text or as the value that an expression returned.
 * @throws UserError that names the parameter, for text that is not JSON
 */
export function parseJsonParameter(value: unknown, label: string): unknown {
	if (typeof value !== 'string') return value;
	const parsed = parseJson(value);
	if (parsed === undefined) {
		throw new UserError(`"${label}" is not valid JSON. Check its quotes, commas and brackets.`);
	}
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
	if (typeof value === 'string' && value.trim() === '') return undefined;
	const parsed = parseJsonParameter(value, label);
	if (parsed === undefined || parsed === null) return undefined;
	if (typeof parsed !== 'object' || Array.isArray(parsed)) {
		throw new UserError(`"${label}" must be a JSON object, e.g. {"status": "success"}`);
	}
	return parsed as Record<string, unknown>;
}

/** Reads a list whose entries are separated by commas, spaces or line breaks, or that is an array. */
export function parseList(value: unknown): string[] {
	if (Array.isArray(value)) return value.map(String);
	return String(value ?? '')
		.split(/[\s,]+/)
		.filter((entry) => entry !== '');
}
