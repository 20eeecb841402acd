import { UserError } from 'n8n-workflow';

import { findTenantIdFault } from '../../../core/outbox/tenant/tenantInput';

import { requireTemplateParts } from './checkIdentifier';
import { describeValue } from './describeValue';
import type { Check } from './place';

/**
 * Checks a tenant's ID. Nothing stands for a tenant: an empty value never means the default tenant, or all
 * of them.
 */
export const checkTenant: Check = (value, place) => {
	requireTemplateParts(place);
	const id = Number.isSafeInteger(value) ? String(value) : value;
	if (typeof id !== 'string' || id.trim() === '') {
		throw new UserError(
			`"${place.label}" is ${describeValue(value)}. Enter the ID of a tenant, or check its expression. Remove the option if you do not use tenants.`,
		);
	}
	const fault = findTenantIdFault(id);
	if (fault !== undefined) throw new UserError(`"${place.label}" ${fault}`);
	return id;
};
