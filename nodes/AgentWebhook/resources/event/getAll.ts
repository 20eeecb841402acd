import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { findEvents, type EventQuery } from '../../../../core/outbox/log/loggedEvents';
import { listFields, readLimit } from '../../../shared/properties/listing';
import { simplifyField } from '../../../shared/properties/simplify';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import {
	buildTimeFilters,
	eventTypeFilter,
	executionFilter,
	payloadTextFilter,
	readFilterText,
} from '../logFilterOptions';
import { buildOutboxOperation } from '../outboxOperation';

import { toEventItem } from './eventItem';

const filters: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add filter',
	default: {},
	options: [
		...buildTimeFilters('events that were'),
		eventTypeFilter,
		executionFilter,
		{
			displayName: 'Inbound Event ID',
			name: 'inboundEventId',
			type: 'string',
			default: '',
			placeholder: 'e.g. evt_1NG8Du2eZvKYlo2C',
			description: 'Only events that were sent because of this received event',
		},
		payloadTextFilter,
	],
};

function readEventQuery(context: IExecuteFunctions, itemIndex: number): EventQuery {
	const chosen = context.getNodeParameter('filters', itemIndex, {}) as IDataObject;
	return {
		eventType: readFilterText(chosen.eventType),
		executionId: readFilterText(chosen.executionId),
		inboundEventId: readFilterText(chosen.inboundEventId),
		text: readFilterText(chosen.text),
		since: readFilterText(chosen.since),
		until: readFilterText(chosen.until),
	};
}

export const getAllOperation = buildOutboxOperation({
	name: 'Get Many',
	action: 'Get many events',
	description:
		'Search the events of the outbox by type, time, payload, execution and received event',
	properties: [...listFields, simplifyField, filters, tenantOptions],
	subtitle: ({ filters: chosen }) => [chosen?.eventType],
	executeItem: async (outbox, context, itemIndex) => {
		const query = readEventQuery(context, itemIndex);
		const events = await findEvents(outbox, query, readLimit(context, itemIndex));
		return events.map((event) => toEventItem(context, itemIndex, event));
	},
});
