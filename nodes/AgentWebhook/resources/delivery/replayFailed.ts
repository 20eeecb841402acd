import { UserError } from 'n8n-workflow';

import { replayFailed } from '../../../../core/outbox/dispatch/replay';
import { buildEndpointLocator, readResourceLocator } from '../../../shared/properties/locators';
import { buildNotice } from '../../../shared/properties/notice';
import { buildOutboxOperation } from '../outboxOperation';

export const replayFailedOperation = buildOutboxOperation({
	name: 'Replay Failed',
	action: 'Replay failed deliveries',
	description: 'Queue all deliveries that failed or were put on hold since a given time',
	properties: [
		buildNotice(
			'replayNotice',
			'This only queues deliveries. Delivery → Deliver Due sends them the next time it runs.',
		),
		{
			displayName: 'Accepted After',
			name: 'since',
			type: 'dateTime',
			// n8n's own way to write a time of yesterday, which a person can change.
			default: "={{ $now.minus(1, 'day').toISO() }}",
			required: true,
			description:
				'By default, 24 hours ago. Queues the failed and on-hold deliveries of events that were accepted at or after this time.',
		},
		{
			...buildEndpointLocator('endpointId'),
			description: 'Only deliveries to this endpoint. Leave empty for all.',
		},
	],
	executeItem: async (outbox, context, itemIndex) => {
		const since = context.getNodeParameter('since', itemIndex) as string;
		if (since === '') throw new UserError('"Accepted After" is empty. Enter a time.');
		const { text: endpointId } = readResourceLocator(
			context.getNodeParameter('endpointId', itemIndex),
		);
		const replayed = await replayFailed(outbox, since, endpointId || undefined);
		return { replayed_deliveries: replayed, since, endpoint_id: endpointId || null };
	},
});
