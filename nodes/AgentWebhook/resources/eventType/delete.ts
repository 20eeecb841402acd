import { createEventTypes } from '../../../../core/outbox/eventType/eventTypeRepository';
import { eventTypeLocator, readEventTypeName } from '../../../shared/properties/locators';
import { buildNotice } from '../../../shared/properties/notice';
import { buildWholeOutboxOperation } from '../outboxOperation';

export const deleteOperation = buildWholeOutboxOperation({
	name: 'Delete',
	action: 'Delete an event type',
	description: 'Remove an event type from the catalog with its schema',
	properties: [
		eventTypeLocator,
		buildNotice(
			'deleteEventTypeNotice',
			'Events and subscriptions of the type stay. Event Type → Update can archive the type instead, which keeps its schema.',
		),
	],
	subtitle: ({ catalogEventType }) => [catalogEventType],
	executeItem: async (outbox, context, itemIndex) => {
		const name = readEventTypeName(context, itemIndex);
		await createEventTypes(outbox).delete(name);
		return { deleted: true, name };
	},
});
