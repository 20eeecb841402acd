import { withdrawAllKeys } from '../../../../core/outbox/apiKey/keyStanding';
import { buildWholeOutboxOperation } from '../outboxOperation';

import { changeKeys, keyOwnerField } from './keyOwner';

export const withdrawAllKeysOperation = buildWholeOutboxOperation({
	name: 'Withdraw All Keys',
	action: 'Withdraw all API keys of a tenant',
	description: 'Reject all API keys that were created until now',
	properties: [keyOwnerField],
	subtitle: ({ tenantId }) => [tenantId],
	executeItem: async (outbox, context, itemIndex) => {
		const id = await changeKeys(outbox, context, itemIndex, withdrawAllKeys);
		return { success: true, tenant_id: id };
	},
});
