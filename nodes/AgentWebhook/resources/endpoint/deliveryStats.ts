import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { findDeliveries } from '../../../../core/outbox/log/query';
import { computeStats } from '../../../../core/outbox/log/stats';
import type { RegisteredEndpoint } from '../../../../core/outbox/model';
import type { OutboxPorts } from '../../../../core/outbox/ports';

import { toEndpointItem } from './endpointItem';

export const includeStatsField: INodeProperties = {
	displayName: 'Include Delivery Stats',
	name: 'includeStats',
	type: 'boolean',
	default: true,
	description: 'Whether to add the number of deliveries in the log and the time of the last one',
};

/** Returns the items of endpoints, with the stats of their deliveries if the node is set to. */
export async function toEndpointItemsWithStats(
	outbox: OutboxPorts,
	context: IExecuteFunctions,
	itemIndex: number,
	endpoints: RegisteredEndpoint[],
): Promise<IDataObject[]> {
	if (!context.getNodeParameter('includeStats', itemIndex)) {
		return endpoints.map((endpoint) => toEndpointItem(context, itemIndex, endpoint));
	}
	const query = endpoints.length === 1 ? { endpointId: endpoints[0].id } : {};
	const { by_endpoint } = computeStats(await findDeliveries(outbox.tables, query));
	const statsById = new Map(by_endpoint.map((stats) => [stats.endpoint_id, stats]));
	const noDeliveries = computeStats([]);
	return endpoints.map((endpoint) => {
		const { last_delivery, ...stats } = statsById.get(endpoint.id) ?? noDeliveries;
		return toEndpointItem(context, itemIndex, endpoint, {
			last_delivery,
			delivery_stats: {
				total_deliveries: stats.total_deliveries,
				successful_deliveries: stats.successful_deliveries,
				failed_deliveries: stats.failed_deliveries,
				pending_deliveries: stats.pending_deliveries,
				held_deliveries: stats.held_deliveries,
			},
		});
	});
}
