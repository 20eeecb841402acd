import { UserError } from 'n8n-workflow';

import { getErrorMessage } from '../../../core/lib/errorMessage';

function parse(text: string): { value: unknown } | { fault: string } {
	try {
		return { value: JSON.parse(text) as unknown };
	} catch (error) {
		return { fault: getErrorMessage(error) };
	}
}

/**
 * Reads a parameter that holds a JSON object, typed as text or given by an expression.
 * @returns `undefined` where it is empty
 * @throws UserError naming the parameter
 */
export function jsonObjectParameter(
	value: unknown,
	label: string,
): Record<string, unknown> | undefined {
	let parsed = value;
	if (typeof value === 'string') {
		if (value.trim() === '') return undefined;
		const result = parse(value);
		if ('fault' in result) throw new UserError(`"${label}" is not valid JSON: ${result.fault}`);
		parsed = result.value;
	}
	if (parsed === undefined || parsed === null) return undefined;
	if (typeof parsed !== 'object' || Array.isArray(parsed)) {
		throw new UserError(`"${label}" must be a JSON object, e.g. {"status": "success"}`);
	}
	return parsed as Record<string, unknown>;
}

/** Reads a list that a person types with commas or line breaks between the entries. */
export function listParameter(value: unknown): string[] {
	if (Array.isArray(value)) return value.map(String);
	return String(value ?? '')
		.split(/[\s,]+/)
		.filter((entry) => entry !== '');
}
