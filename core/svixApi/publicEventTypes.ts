import omit from 'lodash/omit';

import { isObject } from '../lib/fieldPath';
import { compileSchema } from '../jsonSchema/compileSchema';
import { isEventType } from '../outbox/endpoint/subscription';

import type { OpenApiSchema } from './zodToOpenApi';

/** An event type that everybody may know, with the JSON Schema of its payload. */
export interface PublicEventType {
	name: string;
	schema: Record<string, unknown>;
}

/** A name that no event type can have. The message says what to enter. */
export class InvalidPublicEventTypeError extends Error {
	override readonly name = 'InvalidPublicEventTypeError';
}

/**
 * Checks the event types that have a schema.
 * @throws InvalidPublicEventTypeError, InvalidSchemaError
 */
export function checkPublicEventTypes(
	names: string[],
	schema: Record<string, unknown>,
): PublicEventType[] {
	compileSchema(schema);
	if (names.length === 0) {
		throw new InvalidPublicEventTypeError(
			'A schema in "Public Event Types" is for no event type. Fill in its "Event Types".',
		);
	}
	const invalid = names.find((name) => !isEventType(name));
	if (invalid !== undefined) {
		throw new InvalidPublicEventTypeError(
			`"${invalid.slice(0, 200)}" in "Public Event Types" is not the name of an event type. Enter each name in full, e.g. order.created.`,
		);
	}
	return names.map((name) => ({ name, schema }));
}

/** Words with one schema, or with a list of them. */
const SCHEMA_WORDS = [
	...['additionalItems', 'additionalProperties', 'allOf', 'anyOf', 'contains', 'else', 'if'],
	...['items', 'not', 'oneOf', 'prefixItems', 'propertyNames', 'then'],
	...['unevaluatedItems', 'unevaluatedProperties'],
];

/** Words with an object that has a schema for each key. */
const SCHEMA_MAP_WORDS = [
	...['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties'],
];

/**
 * Returns a word as draft 2020-12 writes it, which is OpenAPI's: draft-07 has a list of schemas in `items`, and the schema
 * of the entries after it in `additionalItems`.
 * @returns `undefined` for a word that says nothing
 */
function renameWord(word: string, { items }: Record<string, unknown>): string | undefined {
	if (word === 'items' && Array.isArray(items)) return 'prefixItems';
	if (word !== 'additionalItems') return word;
	return Array.isArray(items) ? 'items' : undefined;
}

/** Moves the references within a schema to its place in the document. What only looks like a schema stays. */
function moveReferences(schema: unknown, place: string): unknown {
	if (Array.isArray(schema)) return schema.map((entry) => moveReferences(entry, place));
	if (!isObject(schema)) return schema;
	return Object.fromEntries(
		Object.entries(schema).flatMap(([written, value]) => {
			const word = renameWord(written, schema);
			if (word === undefined) return [];
			if (word === '$ref' && typeof value === 'string') return [[word, place + value.slice(1)]];
			if (SCHEMA_WORDS.includes(word)) return [[word, moveReferences(value, place)]];
			if (!SCHEMA_MAP_WORDS.includes(word) || !isObject(value)) return [[word, value]];
			const parts = Object.entries(value).map(([key, part]) => [key, moveReferences(part, place)]);
			return [[word, Object.fromEntries(parts) as object]];
		}),
	);
}

const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** The group of the document that has the webhooks. */
export const WEBHOOKS_TAG = 'Webhooks';

/** The headers that every request of an endpoint of the API has. */
const HEADERS: Record<string, string> = {
	'webhook-id': 'ID of the message, the same in each attempt',
	'webhook-timestamp': 'Time of the attempt, in seconds since 1970',
	'webhook-signature': 'Signatures of ID, timestamp and body, as Standard Webhooks specifies',
};

function describeWebhook({ name, schema }: PublicEventType): OpenApiSchema {
	const place = `#/webhooks/${escapePointer(name)}/post/requestBody/content/application~1json/schema`;
	const { description, title } = schema;
	return {
		operationId: `webhook.${name}`,
		tags: [WEBHOOKS_TAG],
		summary: typeof title === 'string' ? title : name,
		...(typeof description === 'string' && { description }),
		security: [],
		parameters: Object.entries(HEADERS).map(([header, meaning]) => ({
			name: header,
			in: 'header',
			required: true,
			description: meaning,
			schema: { type: 'string' },
		})),
		requestBody: {
			required: true,
			content: {
				'application/json': { schema: moveReferences(omit(schema, ['$id', '$schema']), place) },
			},
		},
		responses: { '2XX': { description: 'The event was received' } },
	};
}

/** Describes event types as OpenAPI's webhooks. The first schema for an event type counts. */
export const describeWebhooks = (eventTypes: PublicEventType[]): Record<string, OpenApiSchema> =>
	Object.fromEntries(
		[...eventTypes]
			.reverse()
			.map((eventType) => [eventType.name, { post: describeWebhook(eventType) }] as const)
			.sort(([a], [b]) => a.localeCompare(b)),
	);
