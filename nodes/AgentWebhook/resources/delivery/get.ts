import { findDeliveryDetails } from '../../../../core/outbox/log/payload';
import { deliveryLocator, readDeliveryId } from '../../../shared/properties/locators';
import { simplifyField } from '../../../shared/properties/simplify';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

import { toDetailedItem } from './deliveryItem';

export const getOperation = buildOutboxOperation({
	name: 'Get',
	action: 'Get a delivery',
	description: 'Get the status of a delivery, and the payload that it sends',
	properties: [deliveryLocator, simplifyField, tenantOptions],
	executeItem: async (outbox, context, itemIndex) => {
		const details = await findDeliveryDetails(outbox, readDeliveryId(context, itemIndex));
		return toDetailedItem(context, itemIndex, details);
	},
});
