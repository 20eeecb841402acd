import pickBy from 'lodash/pickBy';
import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';

import type { JsonObject, JsonValue } from '../../../../core/lib/jsonValue';
import type { EventType, EventTypeInput } from '../../../../core/outbox/eventType/eventTypePorts';
import { presentEventType } from '../../../../core/outbox/eventType/presentEventType';
import { parseJsonParameter } from '../../../shared/parameters/parse';

/** The fields of an event type that Create and Update share. {@link readEventTypeFields} reads them. */

const SCHEMA_HINT =
	'Checks types, required fields, formats and bounds. Patterns and other words are listed in <code>unchecked_words</code>';

const archivedField: INodeProperties = {
	displayName: 'Archived',
	name: 'archived',
	type: 'boolean',
	default: true,
	description:
		'Whether lists leave out the event type. Events of the type can still be sent, and endpoints keep their subscriptions.',
};

export const descriptionField: INodeProperties = {
	displayName: 'Description',
	name: 'description',
	type: 'string',
	default: '',
	placeholder: 'e.g. A customer has placed an order',
	description: 'When events of this type happen, for those who subscribe to it',
};

const exampleField: INodeProperties = {
	displayName: 'Example (JSON)',
	name: 'example',
	type: 'json',
	default: '{}',
	description: 'Data of an event of this type, for those who subscribe to it',
};

const groupField: INodeProperties = {
	displayName: 'Group',
	name: 'groupName',
	type: 'string',
	default: '',
	placeholder: 'e.g. Orders',
	description: 'Name under which related event types are listed together',
};

export const schemaField: INodeProperties = {
	displayName: 'Schema (JSON)',
	name: 'schema',
	type: 'json',
	default: '{}',
	description: 'JSON Schema of the events’ data. Use {} for any data.',
	hint: SCHEMA_HINT,
};

/** The fields that are in a collection, in alphabetical order. */
export const optionalFields: INodeProperties[] = [archivedField, exampleField, groupField];

/** The values of an event type's fields; those that were not added are missing. */
export interface EventTypeFields {
	archived?: boolean;
	description?: string;
	example?: unknown;
	groupName?: string;
	schema?: unknown;
}

const isEmptyText = (value: unknown): boolean => typeof value === 'string' && value.trim() === '';

/** Reads JSON in a field: `null` for an empty one. @throws UserError */
const readJson = (value: unknown, label: string): JsonValue | undefined =>
	isEmptyText(value) ? null : (parseJsonParameter(value, label) as JsonValue | undefined);

/** Returns whether a schema allows any value. */
const isOpen = (schema: JsonValue | undefined): boolean =>
	schema !== null && typeof schema === 'object' && Object.keys(schema).length === 0;

/** Reads the fields of an event type. @throws UserError for text that is not JSON */
export function readEventTypeFields(fields: EventTypeFields): Partial<EventTypeInput> {
	const schema = readJson(fields.schema, schemaField.displayName);
	const isObject = typeof schema === 'object' && !Array.isArray(schema);
	if (schema !== undefined && !isObject) {
		throw new UserError(
			`"${schemaField.displayName}" must be a JSON object, e.g. {"required": ["order_id"]}`,
		);
	}
	return pickBy(
		{
			archived: fields.archived,
			description: fields.description?.trim(),
			example: readJson(fields.example, exampleField.displayName),
			groupName: fields.groupName?.trim(),
			schema: isOpen(schema) ? null : (schema as JsonObject | null | undefined),
		},
		(value) => value !== undefined,
	);
}

const MAX_SHOWN_WORDS = 10;

/** Builds the item of an event type that was saved, and tells the words of its schema that are not checked. */
export function presentSaved(context: IExecuteFunctions, type: EventType): IDataObject {
	const item = presentEventType(type) as IDataObject;
	const words = item.unchecked_words as string[];
	if (words.length > 0) {
		const shown = words.slice(0, MAX_SHOWN_WORDS).map((word) => word.replaceAll('<', '&lt;'));
		context.addExecutionHints({
			type: 'warning',
			location: 'outputPane',
			message: `The schema of <b>${type.name}</b> has words that are not checked: ${shown.join(', ')}${words.length > shown.length ? ' and others' : ''}. The event type was saved with them.`,
		});
	}
	return item;
}
