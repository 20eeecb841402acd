import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { LogQuery } from '../../../../core/outbox/log/query';
import {
	buildEndpointLocator,
	buildEventLocator,
	readResourceLocator,
} from '../../../shared/properties/locators';

/** The filters of the delivery log. {@link readLogQuery} reads them. */
export const filters: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add filter',
	default: {},
	options: [
		{
			displayName: 'Accepted After',
			name: 'since',
			type: 'dateTime',
			default: '',
			description:
				'Only deliveries of events that were accepted at or after this time, in the workflow’s timezone unless it has an offset',
		},
		{
			displayName: 'Accepted Before',
			name: 'until',
			type: 'dateTime',
			default: '',
			description:
				'Only deliveries of events that were accepted before this time, in the workflow’s timezone unless it has an offset',
		},
		buildEndpointLocator('endpointId'),
		buildEventLocator('eventId'),
		{
			displayName: 'Event Type',
			name: 'eventType',
			type: 'string',
			default: '',
			placeholder: 'e.g. order.created',
		},
		{
			displayName: 'Status',
			name: 'status',
			type: 'options',
			options: [
				{ name: 'Delivered', value: 'delivered' },
				{ name: 'Failed', value: 'failed' },
				{
					name: 'Gathering',
					value: 'gathering',
					description: 'Waiting for a batch to fill up',
				},
				{
					name: 'On Hold',
					value: 'held',
					description: 'Waiting for a replay, because the endpoint was disabled',
				},
				{ name: 'Pending', value: 'pending', description: 'Waiting for the next attempt' },
				{ name: 'Sending', value: 'sending', description: 'Being attempted right now' },
			],
			default: 'failed',
		},
	],
};

/** Reads {@link filters}. */
export function readLogQuery(context: IExecuteFunctions, itemIndex: number): LogQuery {
	const { endpointId, eventId, since, until, ...rest } = context.getNodeParameter(
		'filters',
		itemIndex,
		{},
	) as LogQuery;
	return {
		...rest,
		endpointId: readResourceLocator(endpointId).text,
		eventId: readResourceLocator(eventId).text,
		since: since || undefined,
		until: until || undefined,
	};
}
