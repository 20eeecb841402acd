import type { IDataObject } from 'n8n-workflow';

import { presentTenant } from '../../../../core/outbox/tenant/presentTenant';
import { findTenants } from '../../../../core/outbox/tenant/tenantRepository';
import { listFields, readLimit } from '../../../shared/properties/listing';
import { buildWholeOutboxOperation } from '../outboxOperation';

export const getAllOperation = buildWholeOutboxOperation({
	name: 'Get Many',
	action: 'Get many tenants',
	description: 'List the tenants that were created in the outbox',
	properties: listFields,
	executeItem: async ({ tables }, context, itemIndex) => {
		const tenants = await findTenants(tables);
		return tenants
			.slice(0, readLimit(context, itemIndex))
			.map((tenant) => presentTenant(tenant) as IDataObject);
	},
});
