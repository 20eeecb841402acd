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
		return delivery.attemptLog.map((attempt) => ({
			delivery_id: delivery.id,
			event_id: delivery.eventId,
			endpoint_id: delivery.endpointId,
			...attempt,
		}));
	},
});
