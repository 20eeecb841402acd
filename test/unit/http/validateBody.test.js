const { z } = require('zod');

const { validate } = require('../../../build/core/http/validateBody');

const schema = z
	.object({
		text: z.string().min(1).max(3),
		list: z.array(z.number()).min(2).max(3),
		some: z.array(z.string()).min(1),
		pair: z.array(z.number()).length(2),
		code: z.string().length(4),
		count: z.number().int().min(1).max(9),
		kind: z.enum(['a', 'b']),
		shape: z.discriminatedUnion('type', [
			z.object({ type: z.literal('x') }).strict(),
			z.object({ type: z.literal('y'), deep: z.object({ n: z.number() }).strict() }).strict(),
		]),
		email: z.string().email(),
		odd: z.number().refine((value) => value % 2 === 1, 'odd number'),
	})
	.partial()
	.strict();

test.each([
	[
		{ text: '' },
		'text',
		"Field 'text' must be a non-empty string",
		'non-empty string',
		'empty string',
	],
	[
		{ text: 'abcd' },
		'text',
		"Field 'text' must be a string of at most 3 characters",
		'string of at most 3 characters',
		'string',
	],
	[
		{ list: [1] },
		'list',
		"Field 'list' must be an array of at least 2 items",
		'array of at least 2 items',
		'array',
	],
	[
		{ list: [1, 2, 3, 4] },
		'list',
		"Field 'list' must be an array of at most 3 items",
		'array of at most 3 items',
		'array',
	],
	[{ list: [1, 'x'] }, 'list.1', "Field 'list.1' must be of type number", 'number', 'string'],
	[{ list: [1, null] }, 'list.1', "Field 'list.1' must be of type number", 'number', 'null'],
	[{ some: [] }, 'some', "Field 'some' must be a non-empty array", 'non-empty array', 'array'],
	[{ pair: [1] }, 'pair', "Field 'pair' must be an array of 2 items", 'array of 2 items', 'array'],
	[
		{ pair: [1, 2, 3] },
		'pair',
		"Field 'pair' must be an array of 2 items",
		'array of 2 items',
		'array',
	],
	[
		{ code: 'abc' },
		'code',
		"Field 'code' must be a string of 4 characters",
		'string of 4 characters',
		'string',
	],
	[
		{ count: 0 },
		'count',
		"Field 'count' must be a number of at least 1",
		'number of at least 1',
		'number',
	],
	[
		{ count: 10 },
		'count',
		"Field 'count' must be a number of at most 9",
		'number of at most 9',
		'number',
	],
	[{ count: 1.5 }, 'count', "Field 'count' must be of type integer", 'integer', 'number'],
	[{ kind: 'c' }, 'kind', "Field 'kind' must be one of: a, b", 'one of: a, b', 'string'],
	[{ kind: {} }, 'kind', "Field 'kind' must be one of: a, b", 'one of: a, b', 'object'],
	[{ shape: {} }, 'shape.type', "Required field 'shape.type' is missing", 'one of: x, y', 'null'],
	[
		{ shape: { type: 'z' } },
		'shape.type',
		"Field 'shape.type' must be one of: x, y",
		'one of: x, y',
		'string',
	],
	[{ shape: [] }, 'shape', "Field 'shape' must be of type object", 'object', 'array'],
	[
		{ email: 'x' },
		'email',
		"Field 'email' must be a valid email address",
		'valid email address',
		'string',
	],
	[{ odd: 2 }, 'odd', "Field 'odd' must be an odd number", 'odd number', 'number'],
	[{ more: 1 }, 'more', "Field 'more' is not known", 'known fields only', 'another field'],
	[{ '': 1 }, '', "Field '' is not known", 'known fields only', 'another field'],
	[
		{ shape: { type: 'x', '': 1 } },
		'shape.',
		"Field 'shape.' is not known",
		'known fields only',
		'another field',
	],
	[
		JSON.parse('{"__proto__": 1}'),
		'__proto__',
		"Field '__proto__' is not known",
		'known fields only',
		'another field',
	],
	[
		{ shape: { type: 'y', deep: { n: 1, m: 2 } } },
		'shape.deep.m',
		"Field 'shape.deep.m' is not known",
		'known fields only',
		'another field',
	],
])('validate explains what is wrong with %j', (value, field, message, expected, received) => {
	const details = { field, expected, received };
	expect(validate(schema, value)).toEqual({ valid: false, message, details });
});

test('validate accepts a body that matches the schema', () => {
	const fitting = { text: 'abc', list: [1, 2], pair: [1, 2], count: 9, kind: 'b', odd: 3 };
	expect(validate(schema, fitting)).toEqual({ valid: true });
	expect(validate(schema, {})).toEqual({ valid: true });
});

test.each([
	[undefined, 'null'],
	[null, 'null'],
	[[], 'array'],
	['', 'empty string'],
	[5, 'number'],
])('validate rejects %j, which is not an object', (value, received) => {
	const details = { field: 'body', expected: 'object', received };
	const message = 'The body must be a JSON object';
	expect(validate(schema, value)).toEqual({ valid: false, message, details });
});

test('validate names the fields of a part of the body with their full path', () => {
	expect(validate(schema, { more: 1 }, 'data')).toMatchObject({
		message: "Field 'data.more' is not known",
		details: { field: 'data.more' },
	});
	expect(validate(schema, { text: 5 }, 'data')).toMatchObject({
		message: "Field 'data.text' must be of type string",
		details: { field: 'data.text' },
	});
	expect(validate(schema, 5, 'data')).toMatchObject({
		message: "Field 'data' must be of type object",
		details: { field: 'data', received: 'number' },
	});
	expect(validate(schema, undefined, 'data')).toMatchObject({
		message: "Required field 'data' is missing",
		details: { field: 'data', received: 'null' },
	});
});
