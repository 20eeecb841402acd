import castArray from 'lodash/castArray';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { DeliverySelection } from '../../../../core/outbox/recovery/changeMany';
import {
	buildEndpointLocator,
	buildEventLocator,
	readResourceLocator,
} from '../../../shared/properties/locators';
import { eventTypesField, readEventTypes, readFilters, untilField } from '../recovery';

import { outcomeOptions } from './outcomeOptions';

/** The criteria that select deliveries besides their status and age. {@link readSelection} reads them. */
export const selectionFilters: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add filter',
	default: {},
	options: [
		untilField,
		buildEndpointLocator('endpointId'),
		buildEventLocator('eventId'),
		eventTypesField,
		{
			displayName: 'Outcome',
			name: 'outcomes',
			type: 'multiOptions',
			options: outcomeOptions,
			default: [],
			description: 'Only deliveries whose last attempt ended so. Leave empty for all.',
		},
	],
};

/** Reads "Status" and {@link selectionFilters}. */
export function readSelection(
	context: IExecuteFunctions,
	itemIndex: number,
	since: string | undefined,
): DeliverySelection {
	const filters = readFilters(context, itemIndex);
	const endpointId = readResourceLocator(filters.endpointId ?? '').text;
	return {
		statuses: context.getNodeParameter('statuses', itemIndex) as DeliverySelection['statuses'],
		endpointIds: endpointId === '' ? [] : [endpointId],
		eventId: readResourceLocator(filters.eventId ?? '').text || undefined,
		eventTypes: readEventTypes(filters),
		outcomes: castArray(filters.outcomes ?? []) as DeliverySelection['outcomes'],
		since,
		until: filters.until as string | undefined,
	};
}
