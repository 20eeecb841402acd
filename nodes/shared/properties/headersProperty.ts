import { UserError, type INodeProperties } from 'n8n-workflow';

import { findCustomHeaderFault } from '../../../core/http/customHeaders';

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

/**
 * Reads a list of headers. If a name occurs several times, the last value wins.
 * @throws UserError for a header that cannot be sent, or that n8n sets for the connection
 */
export function readHeaders(parameter: HeaderParameter | undefined): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const { name, value } of parameter?.header ?? []) {
		const text = String(value);
		const fault = findCustomHeaderFault(name, text);
		if (fault !== undefined) throw new UserError(fault);
		headers[name] = text;
	}
	return headers;
}
