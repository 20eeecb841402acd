const {
	listIgnoredWords,
	presentEventType,
} = require('../../../../build/core/outbox/eventType/presentEventType');
const { parseExactJson } = require('../../../../build/core/lib/exactJson');

const TYPE = {
	name: 'order.created',
	description: '',
	archived: false,
	createdAt: '2025-01-15T10:00:00.000Z',
	updatedAt: '2025-01-15T10:00:00.000Z',
};

test('an event type’s item tells the words of its schema that are not checked', () => {
	const schema = { properties: { code: { pattern: '^a' } } };
	expect(presentEventType({ ...TYPE, schema, groupName: 'Orders', example: 7 })).toEqual({
		name: 'order.created',
		description: '',
		group: 'Orders',
		archived: false,
		schema,
		unchecked_words: ['properties.code.pattern'],
		example: 7,
		created_at: TYPE.createdAt,
		updated_at: TYPE.updatedAt,
	});
});

test('an event type without a schema has none of these', () => {
	expect(presentEventType(TYPE)).toMatchObject({
		schema: null,
		unchecked_words: [],
		example: null,
	});
});

test('a schema that was edited and is not valid has no such words', () => {
	expect(listIgnoredWords({ schema: { type: 'text' } })).toEqual([]);
});

test('an item has plain numbers', () => {
	const { value: schema } = parseExactJson('{"maximum": 9223372036854775807}');
	expect(presentEventType({ ...TYPE, schema }).schema).toEqual({ maximum: 9223372036854776000 });
});
