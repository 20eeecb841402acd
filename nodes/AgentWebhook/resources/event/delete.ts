import { deleteEvent } from '../../../../core/outbox/log/eventRemoval';
import { eventLocator, readEventId } from '../../../shared/properties/locators';
import { buildNotice } from '../../../shared/properties/notice';
import { tenantOptions } from '../../../shared/properties/tenantProperties';
import { buildOutboxOperation } from '../outboxOperation';

export const deleteOperation = buildOutboxOperation({
	name: 'Delete',
	action: 'Delete an event',
	description: 'Delete an event of the outbox and its finished deliveries',
	properties: [
		eventLocator,
		buildNotice(
			'deleteEventNotice',
			'The event’s idempotency key is forgotten: sending it again with the same key sends it again. Event → Forget Payload keeps the key and the log.',
		),
		tenantOptions,
	],
	executeItem: async (outbox, context, itemIndex) => {
		const id = readEventId(context, itemIndex);
		return { deleted: true, deleted_deliveries: await deleteEvent(outbox, id), id };
	},
});
