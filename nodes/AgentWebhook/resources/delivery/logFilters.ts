import { UserError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

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
			description: 'Only deliveries of events that were accepted at or after this time',
		},
		{
			displayName: 'Accepted Before',
			name: 'until',
			type: 'dateTime',
			default: '',
			description: 'Only deliveries of events that were accepted before this time',
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
					name: 'Held',
					value: 'held',
					description: 'On hold because the endpoint is disabled',
				},
				{ name: 'Pending', value: 'pending', description: 'Waiting for the next attempt' },
				{ name: 'Sending', value: 'sending' },
			],
			default: 'failed',
		},
	],
};

/**
 * Converts the value of a date and time field.
 * @returns ISO 8601 in UTC; `undefined` for an empty field
 * @throws UserError that names the field, if the value is not a time
 */
export function readTime(value: unknown, label: string): string | undefined {
	if (value === undefined || value === '') return undefined;
	const ms = Date.parse(String(value));
	if (Number.isNaN(ms)) {
		throw new UserError(
			`"${label}" is not a time. Enter a date and time, e.g. 2026-01-31T00:00:00Z.`,
		);
	}
	return new Date(ms).toISOString();
}

/**
 * Reads {@link filters}.
 * @throws UserError for a filter that is not a time
 */
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
		since: readTime(since, 'Accepted After'),
		until: readTime(until, 'Accepted Before'),
	};
}
