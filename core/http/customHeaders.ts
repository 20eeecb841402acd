import { HEADER_NAME } from './headers';
import { findHeaderFault } from './headerValues';

/** Headers that n8n sets for the connection. */
const CONNECTION_HEADERS = new Set(['host', 'content-length', 'transfer-encoding', 'connection']);

/** Replaces what a line of a log or a form should not show. */
const toPrintableName = (name: string): string => name.slice(0, 100).replace(/[^\x20-\x7e]/g, '?');

/**
 * Finds the reason that a header cannot be sent as a person entered it.
 * @returns what is wrong and what to do; `undefined` if it can be sent
 * @example
 * findCustomHeaderFault('X-Tenant', 'acme\n');
 * // 'The value of the header "X-Tenant" has a line break at position 5. Enter it again with …'
 */
export function findCustomHeaderFault(name: string, value: string): string | undefined {
	if (!HEADER_NAME.test(name)) {
		return `"${toPrintableName(name)}" is not a valid header name. Use only letters, digits and hyphens, e.g. X-Tenant.`;
	}
	if (CONNECTION_HEADERS.has(name.toLowerCase())) {
		return `n8n sets the header "${name}" itself. Remove it.`;
	}
	const fault = findHeaderFault('header', value);
	return fault === undefined ? undefined : `The value of the header "${name}" ${fault}`;
}
