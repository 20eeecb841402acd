import { findDeliveries } from '../../../../core/outbox/log/query';
import { listFields, readLimit } from '../../../shared/properties/listing';
import { simplifyField } from '../../../shared/properties/simplify';
import { buildOutboxOperation } from '../outboxOperation';

import { toDeliveryItem } from './deliveryItem';
import { filters, readLogQuery } from './logFilters';

export const getAllOperation = buildOutboxOperation({
	name: 'Get Many',
	action: 'Get many deliveries',
	description: 'Search the delivery log by endpoint, event, status and time',
	properties: [...listFields, simplifyField, filters],
	subtitle: (parameters) => [parameters.filters?.status, parameters.filters?.eventType],
	executeItem: async ({ tables }, context, itemIndex) => {
		const limit = readLimit(context, itemIndex);
		const deliveries = await findDeliveries(tables, readLogQuery(context, itemIndex), limit);
		return deliveries.map((delivery) => toDeliveryItem(context, itemIndex, delivery));
	},
});
