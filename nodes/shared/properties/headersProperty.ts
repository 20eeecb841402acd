import { UserError, type INodeProperties } from 'n8n-workflow';

import { HEADER_NAME } from '../../../core/http/headers';

/** The value of a parameter that has {@link headerFields}. */
export interface HeaderParameter {
	header?: Array<{ name: string; value: unknown }>;
}

/** The fields of a parameter for a list of headers. {@link readHeaders} reads it. */
export const headerFields: INodeProperties['options'] = [
	{
		displayName: 'Header',
		name: 'header',
		values: [
			{
				displayName: 'Name',
				name: 'name',
				type: 'string',
				default: '',
				placeholder: 'e.g. X-Tenant',
			},
			{
				displayName: 'Value',
				name: 'value',
				type: 'string',
				default: '',
				placeholder: 'e.g. acme',
			},
		],
	},
];

const HEADER_VALUE = /^[\t\x20-\x7e]*$/;
const CONNECTION_HEADERS = new Set(['host', 'content-length', 'transfer-encoding', 'connection']);

/**
 * Reads a list of headers. If a name occurs several times, the last value wins.
 * @throws UserError for a header that cannot be sent, or that n8n sets for the connection
 */
export function readHeaders(parameter: HeaderParameter | undefined): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const { name, value } of parameter?.header ?? []) {
		const text = String(value);
		if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(text)) {
			throw new UserError(
				`The header "${name}" cannot be sent. Use letters, digits and hyphens in its name, and printable ASCII in its value.`,
			);
		}
		if (CONNECTION_HEADERS.has(name.toLowerCase())) {
			throw new UserError(`The header "${name}" belongs to the connection. Remove it.`);
		}
		headers[name] = text;
	}
	return headers;
}
