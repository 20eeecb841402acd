import { replayMany } from '../../../../core/outbox/recovery/changeMany';
import { buildNotice } from '../../../shared/properties/notice';
import { buildOutboxOperation } from '../outboxOperation';
import { previewField, recoveryOptions, sinceField } from '../recovery';

import { changeSelected, selectionFilters } from './selectionFields';
import { onHoldOption } from './statusOptions';

export const replayManyOperation = buildOutboxOperation({
	name: 'Replay Many',
	action: 'Replay many deliveries',
	description:
		'Queue the deliveries that failed or were put on hold, or others by status, outcome, type and time',
	properties: [
		buildNotice(
			'replayNotice',
			'This only queues deliveries. Delivery → Deliver Due sends them the next time it runs.',
		),
		previewField,
		sinceField,
		{
			displayName: 'Status',
			name: 'statuses',
			type: 'multiOptions',
			options: [
				{ name: 'Cancelled', value: 'cancelled' },
				{ name: 'Delivered', value: 'delivered', description: 'The endpoint gets them twice' },
				{ name: 'Failed', value: 'failed' },
				onHoldOption,
				{
					name: 'Pending',
					value: 'pending',
					description: 'Waiting for a retry or a later time: it need not be waited for',
				},
			],
			default: ['failed', 'held'],
			description: 'Only deliveries with any of these statuses',
		},
		selectionFilters,
		recoveryOptions,
	],
	executeItem: changeSelected(replayMany),
});
