import { loadRegisteredEndpoints } from '../../../../core/outbox/endpoint/repository';
import { listFields, readLimit } from '../../../shared/properties/listing';
import { simplifyField } from '../../../shared/properties/simplify';
import { buildOutboxOperation } from '../outboxOperation';

import { includeStatsField, toEndpointItemsWithStats } from './deliveryStats';

export const getAllOperation = buildOutboxOperation({
	name: 'Get Many',
	action: 'Get many endpoints',
	description: 'List the endpoints of the outbox',
	properties: [...listFields, includeStatsField, simplifyField],
	executeItem: async (outbox, context, itemIndex) => {
		const endpoints = await loadRegisteredEndpoints(outbox);
		const listed = endpoints.slice(0, readLimit(context, itemIndex));
		return await toEndpointItemsWithStats(outbox, context, itemIndex, listed);
	},
});
