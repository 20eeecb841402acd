import { UserError, type IDataObject } from 'n8n-workflow';

import { presentTenant } from '../../../../core/outbox/tenant/presentTenant';
import { updateTenant } from '../../../../core/outbox/tenant/tenantInput';
import { modifyTenant } from '../../../../core/outbox/tenant/tenantRepository';
import { buildWholeOutboxOperation } from '../outboxOperation';

import {
	readTenantFields,
	tenantIdField,
	tenantNameField,
	tenantSettingFields,
	type TenantFields,
} from './tenantFields';

export const updateOperation = buildWholeOutboxOperation({
	name: 'Update',
	action: 'Update a tenant',
	description: 'Change the name, status, metadata or limits of a tenant',
	properties: [
		tenantIdField,
		{
			displayName: 'Update Fields',
			name: 'updateFields',
			type: 'collection',
			placeholder: 'Add field',
			default: {},
			options: [
				...tenantSettingFields.map((field) =>
					field.name === 'metadata'
						? { ...field, description: 'Replaces the tenant’s metadata as a whole' }
						: field,
				),
				tenantNameField,
				{
					displayName: 'Status',
					name: 'status',
					type: 'options',
					options: [
						{ name: 'Active', value: 'active' },
						{
							name: 'Disabled',
							value: 'disabled',
							description: 'Nothing is sent for the tenant, and its due deliveries wait',
						},
					],
					default: 'disabled',
				},
				{
					displayName: 'Use Default Limits',
					name: 'resetLimits',
					type: 'multiOptions',
					options: [
						{ name: 'Max Age (Days)', value: 'retention_days' },
						{ name: 'Max Deliveries in Log', value: 'max_deliveries' },
						{ name: 'Max Endpoints', value: 'max_endpoints' },
					],
					default: [],
					description: 'Limits of its own that the tenant loses',
				},
			],
		},
	],
	subtitle: ({ tenantId }) => [tenantId],
	executeItem: async (outbox, context, itemIndex) => {
		const id = context.getNodeParameter('tenantId', itemIndex) as string;
		const fields = context.getNodeParameter('updateFields', itemIndex, {}) as TenantFields;
		if (Object.keys(fields).length === 0) {
			throw new UserError('Nothing to change. Add a field under "Update Fields".');
		}
		const input = readTenantFields(fields);
		const tenant = await modifyTenant(outbox, id, (latest) =>
			updateTenant(latest, input, outbox.nowMs()),
		);
		return presentTenant(tenant) as IDataObject;
	},
});
