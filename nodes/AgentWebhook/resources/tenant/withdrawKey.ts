import { withdrawKey } from '../../../../core/outbox/apiKey/keyStanding';
import { buildWholeOutboxOperation } from '../outboxOperation';

import { changeKeys, keyOwnerField } from './keyOwner';

export const withdrawKeyOperation = buildWholeOutboxOperation({
	name: 'Withdraw Key',
	action: 'Withdraw an API key',
	description: 'Reject an API key from now on',
	properties: [
		keyOwnerField,
		{
			displayName: 'Key ID',
			name: 'keyId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. key_2f1c8a34-5b6d-4e7f-8a90-b1c2d3e4f506',
			description:
				'ID that Create API Key returned together with the key. It is not the key itself.',
		},
	],
	subtitle: ({ tenantId }) => [tenantId],
	executeItem: async (outbox, context, itemIndex) => {
		const keyId = (context.getNodeParameter('keyId', itemIndex) as string).trim();
		const id = await changeKeys(outbox, context, itemIndex, (tenant) =>
			withdrawKey(tenant, keyId, outbox.nowMs()),
		);
		return { success: true, tenant_id: id, key_id: keyId };
	},
});
