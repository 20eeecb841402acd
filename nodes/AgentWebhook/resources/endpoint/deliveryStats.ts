import pick from 'lodash/pick';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { CountedEndpoint } from '../../../../core/outbox/log/counts';

import { toEndpointItem } from './endpointItem';

export const includeStatsField: INodeProperties = {
	displayName: 'Include Delivery Stats',
	name: 'includeStats',
	type: 'boolean',
	default: true,
	description:
		'Whether to add the number of deliveries, also of those that were pruned, and the time of the last one',
};

/** Returns the item of an endpoint, with its stats. */
export const toCountedItem = (
	context: IExecuteFunctions,
	itemIndex: number,
	{ endpoint, stats }: CountedEndpoint,
): IDataObject =>
	toEndpointItem(context, itemIndex, endpoint, {
		last_delivery: stats.last_delivery,
		delivery_stats: pick(stats, [
			'total_deliveries',
			'successful_deliveries',
			'failed_deliveries',
			'pending_deliveries',
			'held_deliveries',
		]),
	});
