import { UserError } from 'n8n-workflow';

import { findDelivery } from '../../../../core/outbox/log/query';
import { deliveryLocator, readDeliveryId } from '../../../shared/properties/locators';
import { buildOutboxOperation } from '../outboxOperation';

export const getAttemptsOperation = buildOutboxOperation({
	name: 'Get Attempts',
	action: 'Get the attempts of a delivery',
	description: 'List every attempt of a delivery and its result',
	properties: [deliveryLocator],
	executeItem: async ({ tables }, context, itemIndex) => {
		const delivery = await findDelivery(tables, readDeliveryId(context, itemIndex));
		if (delivery.problem !== undefined) throw new UserError(delivery.problem);
		return delivery.attemptLog.map((attempt) => ({
			...attempt,
			event: delivery.eventType,
			endpoint_name: delivery.endpointName,
			delivery_id: delivery.id,
			endpoint_id: delivery.endpointId,
		}));
	},
});
