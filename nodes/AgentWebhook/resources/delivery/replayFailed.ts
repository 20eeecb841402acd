import { UserError } from 'n8n-workflow';

import { replayFailed } from '../../../../core/outbox/dispatch/replay';
import { buildEndpointLocator, readResourceLocator } from '../../../shared/properties/locators';
import { buildOutboxOperation } from '../outboxOperation';

import { readTime } from './logFilters';

export const replayFailedOperation = buildOutboxOperation({
	name: 'Replay Failed',
	action: 'Replay failed deliveries',
	description: 'Queue all deliveries that failed or were put on hold since a given time',
	properties: [
		{
			displayName: 'Accepted After',
			name: 'since',
			type: 'dateTime',
			default: '',
			required: true,
			description:
				'Queues the failed and on-hold deliveries of events that were accepted at or after this time. Delivery → Deliver Due attempts them.',
		},
		buildEndpointLocator('endpointId'),
	],
	executeItem: async (outbox, context, itemIndex) => {
		const since = readTime(context.getNodeParameter('since', itemIndex), 'Accepted After');
		if (since === undefined) throw new UserError('"Accepted After" is empty. Enter a time.');
		const { text: endpointId } = readResourceLocator(
			context.getNodeParameter('endpointId', itemIndex),
		);
		const replayed = await replayFailed(outbox, since, endpointId || undefined);
		return { replayed_deliveries: replayed, since, endpoint_id: endpointId || null };
	},
});
