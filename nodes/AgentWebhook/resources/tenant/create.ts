import type { IDataObject } from 'n8n-workflow';

import { presentTenant } from '../../../../core/outbox/tenant/presentTenant';
import { createTenant } from '../../../../core/outbox/tenant/tenantInput';
import { insertTenant } from '../../../../core/outbox/tenant/tenantRepository';
import { buildWholeOutboxOperation } from '../outboxOperation';

import {
	readTenantFields,
	tenantIdField,
	tenantNameField,
	tenantSettingFields,
	type TenantFields,
} from './tenantFields';

export const createOperation = buildWholeOutboxOperation({
	name: 'Create',
	action: 'Create a tenant',
	description: 'Give a tenant a name, metadata and limits of its own',
	properties: [
		tenantIdField,
		tenantNameField,
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: tenantSettingFields,
		},
	],
	subtitle: ({ tenantId }) => [tenantId],
	executeItem: async (outbox, context, itemIndex) => {
		const id = context.getNodeParameter('tenantId', itemIndex) as string;
		const options = context.getNodeParameter('options', itemIndex, {}) as TenantFields;
		const tenantName = context.getNodeParameter('tenantName', itemIndex) as string;
		const input = readTenantFields({ ...options, tenantName });
		const tenant = createTenant(id, input, outbox.nowMs());
		await insertTenant(outbox, tenant);
		return presentTenant(tenant) as IDataObject;
	},
});
