import { findEvent } from '../../../../core/outbox/log/loggedEvents';
import { eventLocator, readEventId } from '../../../shared/properties/locators';
import { simplifyField } from '../../../shared/properties/simplify';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

import { toEventItem } from './eventItem';

export const getOperation = buildOutboxOperation({
	name: 'Get',
	action: 'Get an event',
	description: 'Get an event of the outbox: its data, where it came from, and its deliveries',
	properties: [eventLocator, simplifyField, tenantOptions],
	executeItem: async (outbox, context, itemIndex) => {
		const event = await findEvent(outbox, readEventId(context, itemIndex));
		return toEventItem(context, itemIndex, event);
	},
});
