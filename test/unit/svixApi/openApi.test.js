const { buildOpenApi } = require('../../../build/core/svixApi/openApi');
const { checkPublicEventTypes } = require('../../../build/core/svixApi/publicEventTypes');
const { getOperation, OPERATION_IDS } = require('../../../build/core/svixApi/svixRoutes');
const { toOpenApi } = require('../../../build/core/svixApi/zodToOpenApi');
const { z } = require('zod');

const { SPEC_PATHS } = require('./svixPaths');

const document = buildOpenApi('https://n8n.example/webhook/api');

/** Validates a document, and the JSON Schemas in it, by the schema that the OpenAPI Initiative publishes. */
async function validate(checked) {
	const { validate: validateBySchema } = await import('@hyperjump/json-schema/openapi-3-1');
	const { openapi } = checked;
	expect(openapi).toMatch(/^3\.1\./);
	return await validateBySchema('https://spec.openapis.org/oas/3.1/schema-base', checked, 'BASIC');
}

describe('a public validator', () => {
	test('finds nothing wrong with the document', async () => {
		expect(await validate(document)).toEqual({ valid: true });
	});

	test.each([
		[
			'draft 2020-12',
			{
				$id: 'https://acme.example/order',
				type: ['object', 'null'],
				properties: { item: { $ref: '#/$defs/item' } },
				$defs: { item: { const: 7 } },
			},
		],
		[
			'draft-07',
			{
				$schema: 'http://json-schema.org/draft-07/schema#',
				properties: {
					pair: { items: [{ type: 'string' }, true], additionalItems: { type: 'number' } },
					list: { items: { $ref: '#/definitions/item' }, additionalItems: false },
				},
				definitions: { item: { const: 7 } },
			},
		],
	])('finds nothing wrong with public event types of %s', async (_, schema) => {
		const eventTypes = checkPublicEventTypes(['order.created', 'order.paid'], schema);
		expect(await validate(buildOpenApi('https://n8n.example/x', eventTypes))).toEqual({
			valid: true,
		});
	});

	test('finds a fault in a document or a schema that has one', async () => {
		const { components, paths } = document;
		const { schemas } = components;
		for (const faulty of [
			{ ...document, paths: { ...paths, '/x': { get: { responses: 7 } } } },
			{ ...document, components: { ...components, schemas: { ...schemas, X: { type: 'text' } } } },
		]) {
			expect(await validate(faulty)).toMatchObject({ valid: false });
		}
	});
});

test('no schema of the document has words of older versions of OpenAPI', () => {
	const listSchemas = (schema) =>
		typeof schema !== 'object' || schema === null
			? []
			: [
					schema,
					...Object.values(schema.properties ?? {}).flatMap(listSchemas),
					...[schema.items, schema.additionalProperties, ...(schema.anyOf ?? [])].flatMap(
						listSchemas,
					),
				];
	const schemas = Object.values(document.components.schemas).flatMap(listSchemas);
	expect(schemas.length).toBeGreaterThan(200);
	const words = schemas.flatMap((schema) => Object.keys(schema));
	expect(words.filter((word) => ['example', 'nullable', 'discriminator'].includes(word))).toEqual(
		[],
	);
});

test('the document has every path and method of Svix’s open source server', () => {
	const described = Object.entries(document.paths).flatMap(([path, operations]) =>
		Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
	);
	expect(described).toEqual(expect.arrayContaining(SPEC_PATHS));
	expect(described.filter((path) => !SPEC_PATHS.includes(path))).toEqual([
		'GET /api/v1/app/{app_id}/endpoint/{endpoint_id}/authentication',
		'PUT /api/v1/app/{app_id}/endpoint/{endpoint_id}/authentication',
		...['GET', 'PUT', 'PATCH'].map(
			(method) => `${method} /api/v1/app/{app_id}/endpoint/{endpoint_id}/delivery-settings`,
		),
		'POST /api/v1/app/{app_id}/endpoint/{endpoint_id}/recovery',
		'GET /api/v1/app/{app_id}/endpoint/{endpoint_id}/msg/{msg_id}',
		'GET /api/v1/app/{app_id}/portal',
		'GET /api/v1/openapi.json',
	]);
});

/** Lists the references of a document. */
const listReferences = (value) =>
	typeof value !== 'object' || value === null
		? []
		: Object.entries(value).flatMap(([key, part]) =>
				key === '$ref' ? [part] : listReferences(part),
			);

test('every reference of the document leads to a schema, and every schema is used', () => {
	const names = [...new Set(listReferences(document))].map((ref) => ref.split('/').at(-1));
	expect(names.sort()).toEqual(Object.keys(document.components.schemas).sort());
});

test('operation IDs are unique, and the document survives JSON', () => {
	const ids = Object.values(document.paths).flatMap((operations) =>
		Object.values(operations).map(({ operationId }) => operationId),
	);
	expect(new Set(ids).size).toBe(ids.length);
	expect(ids.sort()).toEqual([...OPERATION_IDS].sort());
	expect(JSON.parse(JSON.stringify(document))).toEqual(document);
});

test('an operation says what its key needs', () => {
	const { description } = document.paths['/api/v1/app'].post;
	expect(description).toBe('Needs a key with the right "manage", and a key for all tenants.');
	expect(getOperation('v1.application.create').isForAll).toBe(true);
	expect(document.paths['/api/v1/health'].get.security).toEqual([]);
});

test('a schema that OpenAPI cannot describe is an error, not a gap', () => {
	expect(() => toOpenApi(z.date())).toThrow('OpenAPI has no schema for ZodDate');
});
