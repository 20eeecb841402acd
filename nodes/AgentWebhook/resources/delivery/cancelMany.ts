import { cancelMany } from '../../../../core/outbox/recovery/changeMany';
import { buildNotice } from '../../../shared/properties/notice';
import { buildOutboxOperation } from '../outboxOperation';
import { previewField, recoveryOptions, sinceField } from '../recovery';

import { changeSelected, selectionFilters } from './selectionFields';
import { gatheringOption, onHoldOption } from './statusOptions';

export const cancelManyOperation = buildOutboxOperation({
	name: 'Cancel Many',
	action: 'Cancel many deliveries',
	description: 'End deliveries that wait for a retry, a later time or a batch, or are on hold',
	properties: [
		buildNotice(
			'cancelNotice',
			'Deliveries that are being attempted right now are not cancelled. Replay Many with the status Cancelled queues cancelled ones again.',
		),
		previewField,
		sinceField,
		{
			displayName: 'Status',
			name: 'statuses',
			type: 'multiOptions',
			options: [
				gatheringOption,
				onHoldOption,
				{
					name: 'Pending',
					value: 'pending',
					description: 'Waiting for a retry or a later time',
				},
			],
			default: ['pending', 'gathering', 'held'],
			description: 'Only deliveries with any of these statuses',
		},
		selectionFilters,
		recoveryOptions,
	],
	executeItem: changeSelected(cancelMany),
});
