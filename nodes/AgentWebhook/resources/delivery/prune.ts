import { prune } from '../../../../core/outbox/log/prune';
import { buildNotice } from '../../../shared/properties/notice';
import { buildWholeOutboxOperation } from '../outboxOperation';

import { retentionFields } from './retention';

export const pruneOperation = buildWholeOutboxOperation({
	name: 'Prune',
	action: 'Prune deliveries',
	description: 'Delete old deliveries and events from the log',
	properties: [
		buildNotice(
			'pruneNotice',
			'Deleted deliveries cannot be replayed, but statistics still count them, and the idempotency keys of deleted events are forgotten. Deliver Due also prunes, once an hour.',
		),
		...retentionFields,
	],
	executeItem: async (outbox, context, itemIndex) => {
		const { deliveries, events } = await prune(outbox, {
			maxAgeDays: context.getNodeParameter('maxAgeDays', itemIndex) as number,
			maxDeliveries: context.getNodeParameter('maxOnRecord', itemIndex) as number,
		});
		return { deleted_deliveries: deliveries, deleted_events: events };
	},
});
