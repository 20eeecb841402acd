import castArray from 'lodash/castArray';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { OutboxPorts } from '../../../../core/outbox/ports';
import type { cancelMany, DeliverySelection } from '../../../../core/outbox/recovery/changeMany';
import {
	buildEndpointLocator,
	buildEventLocator,
	readResourceLocator,
} from '../../../shared/properties/locators';
import {
	eventTypesField,
	readEventTypes,
	readFilters,
	readRecoveryLimits,
	readSince,
	toRecoveryItem,
	untilField,
} from '../recovery';

import { outcomeOptions } from './outcomeOptions';

/** The criteria that select deliveries besides their status and age. {@link changeSelected} reads them. */
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

/** Reads "Status", "Accepted After" and {@link selectionFilters}. @throws UserError */
function readSelection(context: IExecuteFunctions, itemIndex: number): DeliverySelection {
	const filters = readFilters(context, itemIndex);
	const endpointId = readResourceLocator(filters.endpointId ?? '').text;
	return {
		statuses: context.getNodeParameter('statuses', itemIndex) as DeliverySelection['statuses'],
		endpointIds: endpointId === '' ? [] : [endpointId],
		eventId: readResourceLocator(filters.eventId ?? '').text || undefined,
		eventTypes: readEventTypes(filters),
		outcomes: castArray(filters.outcomes ?? []) as DeliverySelection['outcomes'],
		since: readSince(context, itemIndex),
		until: filters.until as string | undefined,
	};
}

/** Changes the deliveries that an item's fields select. @returns the report as an item */
export const changeSelected =
	(change: typeof cancelMany) =>
	async (
		outbox: OutboxPorts,
		context: IExecuteFunctions,
		itemIndex: number,
	): Promise<IDataObject> => {
		const selection = readSelection(context, itemIndex);
		const limits = readRecoveryLimits(context, itemIndex);
		return toRecoveryItem(context, limits, await change(outbox, selection, limits), selection);
	};
