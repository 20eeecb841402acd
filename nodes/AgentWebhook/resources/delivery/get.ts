import { findDelivery } from '../../../../core/outbox/log/query';
import { deliveryLocator, readDeliveryId } from '../../../shared/properties/locators';
import { simplifyField } from '../../../shared/properties/simplify';
import { buildOutboxOperation } from '../outboxOperation';

import { toDeliveryItem } from './deliveryItem';

export const getOperation = buildOutboxOperation({
	name: 'Get',
	action: 'Get a delivery',
	description: 'Get the status of a delivery',
	properties: [deliveryLocator, simplifyField],
	executeItem: async ({ tables }, context, itemIndex) => {
		const delivery = await findDelivery(tables, readDeliveryId(context, itemIndex));
		return toDeliveryItem(context, itemIndex, delivery);
	},
});
