import type { IDataObject } from 'n8n-workflow';

import {
	createEventTypes,
	EventTypeNotFoundError,
} from '../../../../core/outbox/eventType/eventTypeRepository';
import { presentEventType } from '../../../../core/outbox/eventType/presentEventType';
import { eventTypeLocator, readEventTypeName } from '../../../shared/properties/locators';
import { buildWholeOutboxOperation } from '../outboxOperation';

export const getOperation = buildWholeOutboxOperation({
	name: 'Get',
	action: 'Get an event type',
	description: 'Get the description, schema and example of an event type',
	properties: [eventTypeLocator],
	subtitle: ({ catalogEventType }) => [catalogEventType],
	executeItem: async (outbox, context, itemIndex) => {
		const name = readEventTypeName(context, itemIndex);
		const type = await createEventTypes(outbox).find(name);
		if (type === undefined) throw new EventTypeNotFoundError(name);
		return presentEventType(type) as IDataObject;
	},
});
