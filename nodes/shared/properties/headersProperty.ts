import { UserError, type INodeProperties } from 'n8n-workflow';

import { HEADER_NAME } from '../../../core/http/headers';

/** What a parameter made of {@link headerFields} holds. */
export interface HeaderParameter {
	header?: Array<{ name: string; value: unknown }>;
}

/** The fields of a parameter that lists headers. */
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

const VALUE = /^[\t\x20-\x7e]*$/;
const CONNECTION_HEADERS = new Set(['host', 'content-length', 'transfer-encoding', 'connection']);

/**
 * Reads a parameter that lists headers.
 * @throws UserError for a header that cannot be sent, or that belongs to the connection
 */
export function readHeaders(parameter: HeaderParameter | undefined): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const { name, value } of parameter?.header ?? []) {
		const text = String(value);
		if (!HEADER_NAME.test(name) || !VALUE.test(text)) {
			throw new UserError(
				`The header "${name}" cannot be sent: use letters, digits and hyphens in its name and printable ASCII in its value.`,
			);
		}
		if (CONNECTION_HEADERS.has(name.toLowerCase())) {
			throw new UserError(`The header "${name}" belongs to the connection: take it out.`);
		}
		headers[name] = text;
	}
	return headers;
}
