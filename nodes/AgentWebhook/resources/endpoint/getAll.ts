import { loadRegisteredEndpoints } from '../../../../core/outbox/endpoint/repository';
import { loadCountedEndpoints } from '../../../../core/outbox/log/counts';
import { listFields, readLimit } from '../../../shared/properties/listing';
import { simplifyField } from '../../../shared/properties/simplify';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

import { includeStatsField, toCountedItem } from './deliveryStats';
import { toEndpointItem } from './endpointItem';

export const getAllOperation = buildOutboxOperation({
	name: 'Get Many',
	action: 'Get many endpoints',
	description: 'List the endpoints of the outbox',
	properties: [...listFields, includeStatsField, simplifyField, tenantOptions],
	executeItem: async (outbox, context, itemIndex) => {
		const limit = readLimit(context, itemIndex);
		if (context.getNodeParameter('includeStats', itemIndex)) {
			const counted = (await loadCountedEndpoints(outbox)).slice(0, limit);
			return counted.map((endpoint) => toCountedItem(context, itemIndex, endpoint));
		}
		const endpoints = (await loadRegisteredEndpoints(outbox)).slice(0, limit);
		return endpoints.map((endpoint) => toEndpointItem(context, itemIndex, endpoint));
	},
});
