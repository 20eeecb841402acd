import { UserError } from 'n8n-workflow';

import { createEventTypes } from '../../../../core/outbox/eventType/eventTypeRepository';
import { eventTypeLocator, readEventTypeName } from '../../../shared/properties/locators';
import { buildWholeOutboxOperation } from '../outboxOperation';

import {
	descriptionField,
	optionalFields,
	presentSaved,
	readEventTypeFields,
	schemaField,
	type EventTypeFields,
} from './eventTypeFields';

export const updateOperation = buildWholeOutboxOperation({
	name: 'Update',
	action: 'Update an event type',
	description: 'Change the description, schema, example or group of an event type, or archive it',
	properties: [
		eventTypeLocator,
		{
			displayName: 'Update Fields',
			name: 'updateFields',
			type: 'collection',
			placeholder: 'Add field',
			default: {},
			options: [descriptionField, schemaField, ...optionalFields].sort((a, b) =>
				a.displayName.localeCompare(b.displayName),
			),
		},
	],
	subtitle: ({ catalogEventType }) => [catalogEventType],
	executeItem: async (outbox, context, itemIndex) => {
		const name = readEventTypeName(context, itemIndex);
		const fields = context.getNodeParameter('updateFields', itemIndex, {}) as EventTypeFields;
		if (Object.keys(fields).length === 0) {
			throw new UserError('Nothing to change. Add a field under "Update Fields".');
		}
		const changes = readEventTypeFields(fields);
		return presentSaved(context, await createEventTypes(outbox).update(name, changes));
	},
});
