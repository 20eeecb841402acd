import type { INodeProperties } from 'n8n-workflow';

const schemaField: INodeProperties = {
	displayName: 'Schema (JSON)',
	name: 'schema',
	type: 'json',
	default: '{}',
	description: 'JSON Schema of the events’ data',
	hint: 'Checks types, required fields, formats and bounds, but no patterns',
};

const eventTypesField: INodeProperties = {
	displayName: 'Event Types',
	name: 'eventTypes',
	type: 'string',
	default: '',
};

/** A list of JSON Schemas, each with the event types that it is for. */
const schemaList: INodeProperties = {
	displayName: 'Schemas',
	name: 'schemas',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add schema',
	default: {},
};

/** Schemas that received data is checked by. */
export const dataSchemas: INodeProperties = {
	...schemaList,
	displayName: 'Data Schemas',
	name: 'dataSchemas',
	options: [
		{
			displayName: 'Schema',
			name: 'entry',
			values: [
				{
					...eventTypesField,
					placeholder: 'e.g. order.created, invoice.*',
					description:
						'Comma-separated event types that the schema is for. A * matches any text. Leave empty for all.',
				},
				schemaField,
			],
		},
	],
	description:
		'Schemas for the data of events. The first one for an event’s type counts. Events that do not match it are answered 422.',
};

/** Event types that the API’s OpenAPI document describes. */
export const publicEventTypes: INodeProperties = {
	...schemaList,
	displayName: 'Public Event Types',
	name: 'publicEventTypes',
	options: [
		{
			displayName: 'Schema',
			name: 'entry',
			values: [
				{
					...eventTypesField,
					placeholder: 'e.g. order.created, order.paid',
					description: 'Comma-separated event types that the schema is for',
				},
				{ ...schemaField, hint: 'Its title and description are shown, too' },
			],
		},
	],
	description:
		'Event types that anyone may read in the API’s OpenAPI document, as webhooks. Paste their schemas from the catalog, which the trigger cannot read.',
};
