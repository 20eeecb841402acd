const { buildOpenApi } = require('../../../build/core/svixApi/openApi');
const {
	checkPublicEventTypes,
	describeWebhooks,
} = require('../../../build/core/svixApi/publicEventTypes');

const ORDER = {
	$id: 'https://acme.example/order',
	title: 'Order created',
	description: 'A customer has ordered.',
	type: 'object',
	properties: {
		$ref: { $ref: '#/$defs/item' },
		items: { type: 'array', items: { $ref: '#/$defs/item' } },
		parent: { anyOf: [{ $ref: '#' }, { const: { $ref: '#/$defs/item' } }] },
	},
	$defs: { item: { type: 'object', required: ['id'] } },
};

/** Follows a JSON Pointer within a document. */
const follow = (document, pointer) =>
	pointer
		.slice(2)
		.split('/')
		.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
		.reduce((value, key) => value[key], document);

describe('public event types', () => {
	test('say in the words of draft 2020-12 what draft-07 says in others', () => {
		const item = { type: 'string' };
		const eventTypes = checkPublicEventTypes(['a.b'], {
			$schema: 'http://json-schema.org/draft-07/schema#',
			properties: {
				pair: { items: [item], additionalItems: false },
				list: { items: item, additionalItems: false },
			},
		});
		const { post } = describeWebhooks(eventTypes)['a.b'];
		expect(post.requestBody.content['application/json'].schema).toEqual({
			properties: { pair: { prefixItems: [item], items: false }, list: { items: item } },
		});
	});

	test('are webhooks of the document, which need no key and have the headers of Standard Webhooks', () => {
		const document = buildOpenApi('https://n8n.example/x', checkPublicEventTypes(['a.b'], ORDER));
		const { post } = document.webhooks['a.b'];
		expect(post).toMatchObject({
			operationId: 'webhook.a.b',
			summary: 'Order created',
			description: 'A customer has ordered.',
			security: [],
			responses: { '2XX': { description: expect.any(String) } },
		});
		expect(post.parameters.map(({ name }) => name)).toEqual([
			'webhook-id',
			'webhook-timestamp',
			'webhook-signature',
		]);
		expect(document.tags).toContainEqual({ name: post.tags[0] });
		expect(JSON.parse(JSON.stringify(document))).toEqual(document);
	});

	test.each(['order.created', 'order/created', 'a~b'])(
		'%j has references that lead to the same schema within the document',
		(name) => {
			const document = { webhooks: describeWebhooks([{ name, schema: ORDER }]) };
			const { schema } = document.webhooks[name].post.requestBody.content['application/json'];
			expect(schema).not.toHaveProperty('$id');
			const { $ref, items, parent } = schema.properties;
			expect(follow(document, $ref.$ref)).toBe(schema.$defs.item);
			expect(follow(document, items.items.$ref)).toBe(schema.$defs.item);
			expect(follow(document, parent.anyOf[0].$ref)).toBe(schema);
			// A value that an event may have, which only looks like a reference.
			expect(parent.anyOf[1]).toEqual({ const: { $ref: '#/$defs/item' } });
		},
	);

	test('have the first schema that is for them, and are in order', () => {
		const webhooks = describeWebhooks([
			...checkPublicEventTypes(['b', 'a'], { title: 'First' }),
			...checkPublicEventTypes(['a', 'c'], { title: 'Second' }),
		]);
		expect(Object.entries(webhooks).map(([name, { post }]) => [name, post.summary])).toEqual([
			['a', 'First'],
			['b', 'First'],
			['c', 'Second'],
		]);
	});

	test.each([
		[[], {}, 'is for no event type. Fill in its "Event Types".'],
		[['order.*'], {}, '"order.*" in "Public Event Types" is not the name of an event type.'],
		[['a'], { type: 'orders' }, 'In the schema, "type" must be'],
		[['a'], { $ref: 'https://acme.example/order' }, 'References can only lead to a place'],
	])('%j with the schema %j are rejected', (names, schema, fault) => {
		expect(() => checkPublicEventTypes(names, schema)).toThrow(fault);
	});
});

test('a document without public event types has no webhooks', () => {
	expect(buildOpenApi('https://n8n.example/x')).not.toHaveProperty('webhooks');
});
