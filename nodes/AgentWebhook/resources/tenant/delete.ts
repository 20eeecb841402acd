import { deleteTenant } from '../../../../core/outbox/tenant/deleteTenant';
import { buildNotice } from '../../../shared/properties/notice';
import { buildWholeOutboxOperation } from '../outboxOperation';

import { tenantIdField } from './tenantFields';

export const deleteOperation = buildWholeOutboxOperation({
	name: 'Delete',
	action: 'Delete a tenant',
	description: 'Delete a tenant with its endpoints, events and deliveries',
	properties: [
		tenantIdField,
		buildNotice(
			'deleteTenantNotice',
			'This also deletes the tenant’s secrets and its delivery log, and nothing can bring them back. Tenant → Update can disable the tenant instead.',
		),
	],
	subtitle: ({ tenantId }) => [tenantId],
	executeItem: async (outbox, context, itemIndex) => {
		const id = context.getNodeParameter('tenantId', itemIndex) as string;
		const counts = await deleteTenant(outbox, id);
		return {
			deleted: true,
			deleted_endpoints: counts.endpoints,
			deleted_events: counts.events,
			deleted_deliveries: counts.deliveries,
			id,
		};
	},
});
