import { findDeliveries } from '../../../../core/outbox/log/query';
import { listFields, readLimit } from '../../../shared/properties/listing';
import { simplifyField } from '../../../shared/properties/simplify';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

import { toDeliveryItem } from './deliveryItem';
import { filters, readLogQuery } from './logFilters';

export const getAllOperation = buildOutboxOperation({
	name: 'Get Many',
	action: 'Get many deliveries',
	description:
		'Search the delivery log by endpoint, event, status, response, payload, execution and time',
	properties: [...listFields, simplifyField, filters, tenantOptions],
	subtitle: ({ filters: chosen }) => [...[chosen?.status].flat(), chosen?.eventType],
	executeItem: async (outbox, context, itemIndex) => {
		const limit = readLimit(context, itemIndex);
		const deliveries = await findDeliveries(outbox, readLogQuery(context, itemIndex), limit);
		return deliveries.map((delivery) => toDeliveryItem(context, itemIndex, delivery));
	},
});
