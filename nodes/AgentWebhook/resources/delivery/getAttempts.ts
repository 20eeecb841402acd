import { UserError } from 'n8n-workflow';

import { findDelivery } from '../../../../core/outbox/log/query';
import { presentLoggedAttempt } from '../../../../core/outbox/log/responseRecord';
import { deliveryLocator, readDeliveryId } from '../../../shared/properties/locators';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

export const getAttemptsOperation = buildOutboxOperation({
	name: 'Get Attempts',
	action: 'Get the attempts of a delivery',
	description: 'List every attempt of a delivery, with what the endpoint answered',
	properties: [deliveryLocator, tenantOptions],
	executeItem: async (outbox, context, itemIndex) => {
		const delivery = await findDelivery(outbox, readDeliveryId(context, itemIndex));
		if (delivery.problem !== undefined) throw new UserError(delivery.problem);
		return delivery.attemptLog.map((attempt) => ({
			...presentLoggedAttempt(attempt),
			event: delivery.eventType,
			endpoint_name: delivery.endpointName,
			delivery_id: delivery.id,
		}));
	},
});
