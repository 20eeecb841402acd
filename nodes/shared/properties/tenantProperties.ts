import has from 'lodash/has';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { DEFAULT_TENANT } from '../../../core/outbox/model';

/** The option that names the tenant whose endpoints and events an operation works on. {@link readTenant} reads it. */
export const tenantField: INodeProperties = {
	displayName: 'Tenant',
	name: 'tenant',
	type: 'string',
	default: '',
	placeholder: 'e.g. acme',
	description:
		'ID of the tenant whose endpoints, events and deliveries to use. Without this option, they are those that belong to no tenant of yours.',
};

/** The options of an operation that has no other option. */
export const tenantOptions: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [tenantField],
};

/**
 * Reads {@link tenantField}.
 * @returns the default tenant only if the option was not added
 * @throws NodeOperationError if it was added, and is empty or no tenant's ID
 */
export function readTenant(context: IExecuteFunctions, itemIndex: number): string {
	const { options } = context.getNode().parameters;
	return has(options, 'tenant')
		? (context.getNodeParameter('options.tenant', itemIndex) as string)
		: DEFAULT_TENANT;
}
