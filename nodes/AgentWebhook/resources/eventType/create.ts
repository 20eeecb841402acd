import { createEventTypes } from '../../../../core/outbox/eventType/eventTypeRepository';
import { buildWholeOutboxOperation } from '../outboxOperation';

import {
	descriptionField,
	optionalFields,
	presentSaved,
	readEventTypeFields,
	schemaField,
	type EventTypeFields,
} from './eventTypeFields';

export const createOperation = buildWholeOutboxOperation({
	name: 'Create',
	action: 'Create an event type',
	description: 'Add an event type to the catalog, with a schema of its data',
	properties: [
		{
			displayName: 'Name',
			name: 'eventTypeName',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. order.created',
			description: 'Type of the events, as Event → Send names it',
		},
		descriptionField,
		schemaField,
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: optionalFields,
		},
	],
	subtitle: ({ eventTypeName }) => [eventTypeName],
	executeItem: async (outbox, context, itemIndex) => {
		const options = context.getNodeParameter('options', itemIndex, {}) as EventTypeFields;
		const input = {
			...readEventTypeFields({
				...options,
				description: context.getNodeParameter('description', itemIndex) as string,
				schema: context.getNodeParameter('schema', itemIndex),
			}),
			name: (context.getNodeParameter('eventTypeName', itemIndex) as string).trim(),
		};
		return presentSaved(context, await createEventTypes(outbox).create(input));
	},
});
