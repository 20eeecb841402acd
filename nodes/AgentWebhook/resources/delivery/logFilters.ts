import castArray from 'lodash/castArray';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { LogQuery } from '../../../../core/outbox/log/query';
import { parseResponseCodes } from '../../../../core/outbox/log/responseCodes';
import {
	buildEndpointLocator,
	buildEventLocator,
	readResourceLocator,
} from '../../../shared/properties/locators';
import {
	buildTimeFilters,
	eventTypeFilter,
	executionFilter,
	payloadTextFilter,
	readFilterText,
} from '../logFilterOptions';

import { outcomeOptions } from './outcomeOptions';
import { gatheringOption, onHoldOption } from './statusOptions';

/** The filters of the delivery log. {@link readLogQuery} reads them. */
export const filters: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add filter',
	default: {},
	options: [
		...buildTimeFilters('deliveries of events that were'),
		buildEndpointLocator('endpointId'),
		buildEventLocator('eventId'),
		eventTypeFilter,
		executionFilter,
		{
			displayName: 'Outcome',
			name: 'outcome',
			type: 'multiOptions',
			options: outcomeOptions,
			default: [],
			description: 'Only deliveries whose last attempt had any of these outcomes',
		},
		{
			displayName: 'Response Code',
			name: 'responseCode',
			type: 'string',
			default: '',
			placeholder: 'e.g. 404, 5xx',
			description: 'Only deliveries whose last attempt was answered with any of these codes',
		},
		{
			displayName: 'Status',
			name: 'status',
			type: 'multiOptions',
			options: [
				{
					name: 'Cancelled',
					value: 'cancelled',
					description: 'Ended by Cancel Many before it was delivered',
				},
				{ name: 'Delivered', value: 'delivered' },
				{ name: 'Failed', value: 'failed' },
				gatheringOption,
				onHoldOption,
				{ name: 'Pending', value: 'pending', description: 'Waiting for the next attempt' },
				{ name: 'Sending', value: 'sending', description: 'Being attempted right now' },
			],
			default: ['failed'],
			description: 'Only deliveries with any of these statuses. Leave empty for all.',
		},
		payloadTextFilter,
	],
};

/** Reads {@link filters}. @throws InvalidResponseCodesError */
export function readLogQuery(context: IExecuteFunctions, itemIndex: number): LogQuery {
	const chosen = context.getNodeParameter('filters', itemIndex, {}) as IDataObject;
	return {
		endpointId: readResourceLocator(chosen.endpointId).text,
		eventId: readResourceLocator(chosen.eventId).text,
		eventType: readFilterText(chosen.eventType),
		executionId: readFilterText(chosen.executionId),
		text: readFilterText(chosen.text),
		// Workflows saved with the first version have one status.
		statuses: castArray(chosen.status ?? []) as LogQuery['statuses'],
		outcomes: castArray(chosen.outcome ?? []) as LogQuery['outcomes'],
		responseCodes: parseResponseCodes(readFilterText(chosen.responseCode) ?? ''),
		since: readFilterText(chosen.since),
		until: readFilterText(chosen.until),
	};
}
