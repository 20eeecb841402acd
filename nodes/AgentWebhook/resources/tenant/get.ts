import type { IDataObject } from 'n8n-workflow';

import { presentTenant } from '../../../../core/outbox/tenant/presentTenant';
import { loadTenant } from '../../../../core/outbox/tenant/tenantRepository';
import { buildWholeOutboxOperation } from '../outboxOperation';

import { tenantIdField } from './tenantFields';

export const getOperation = buildWholeOutboxOperation({
	name: 'Get',
	action: 'Get a tenant',
	description: 'Get the name, status, metadata and limits of a tenant',
	properties: [tenantIdField],
	subtitle: ({ tenantId }) => [tenantId],
	executeItem: async ({ tables }, context, itemIndex) => {
		const id = context.getNodeParameter('tenantId', itemIndex) as string;
		return presentTenant(await loadTenant(tables, id)) as IDataObject;
	},
});
