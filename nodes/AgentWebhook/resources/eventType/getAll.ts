import type { IDataObject } from 'n8n-workflow';

import { createEventTypes } from '../../../../core/outbox/eventType/eventTypeRepository';
import { presentEventType } from '../../../../core/outbox/eventType/presentEventType';
import { listFields, readLimit } from '../../../shared/properties/listing';
import { buildWholeOutboxOperation } from '../outboxOperation';

export const getAllOperation = buildWholeOutboxOperation({
	name: 'Get Many',
	action: 'Get many event types',
	description: 'List the event types of the catalog by name',
	properties: [
		...listFields,
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [
				{
					displayName: 'Include Archived',
					name: 'includeArchived',
					type: 'boolean',
					default: true,
					description: 'Whether to list archived event types too',
				},
			],
		},
	],
	executeItem: async (outbox, context, itemIndex) => {
		const types = await createEventTypes(outbox).list({
			limit: readLimit(context, itemIndex),
			includeArchived: context.getNodeParameter(
				'options.includeArchived',
				itemIndex,
				false,
			) as boolean,
		});
		return types.map((type) => presentEventType(type) as IDataObject);
	},
});
