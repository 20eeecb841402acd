const { compileSchema, MAX_SCHEMA_BYTES } = require('../../../build/core/jsonSchema/compileSchema');
const { describeProblem } = require('../../../build/core/jsonSchema/schemaProblem');
const { parseExactJson } = require('../../../build/core/lib/exactJson');
const { measureCpuMs } = require('../../harness/cpuTime');

/** Returns what is wrong with a value, in words. */
const check = (schema, value) =>
	compileSchema(schema)
		.findProblems(value)
		.map((problem) => describeProblem(problem, 'The data'));

const ORDER = {
	type: 'object',
	required: ['id', 'customer'],
	properties: {
		id: { type: 'string', format: 'uuid' },
		customer: { $ref: '#/$defs/customer' },
		total: { type: 'number', minimum: 0 },
		items: { type: 'array', minItems: 1, items: { properties: { price: { type: 'number' } } } },
	},
	additionalProperties: false,
	$defs: { customer: { type: 'object', required: ['email'] } },
};

describe('a problem', () => {
	test.each([
		[
			'has the path of the value',
			ORDER,
			{ id: 7, customer: {} },
			'"id" must be text, but is a number',
		],
		['names a missing field', ORDER, { customer: {} }, '"id" is missing'],
		[
			'has the path through lists',
			ORDER,
			{ items: [{}, { price: 'x' }] },
			'"items.1.price" must be a number, but is text',
		],
		['has the path through references', ORDER, { customer: {} }, '"customer.email" is missing'],
		['names an unknown field', ORDER, { extra: 1 }, '"extra" is not a known field'],
		['is about the whole value', ORDER, [], 'The data must be an object, but is a list'],
		[
			'says several types',
			{ type: ['string', 'null'] },
			true,
			'The data must be text or null, but is true',
		],
		['lists the values', { enum: ['a', 1, null] }, 'b', 'The data must be one of "a", 1, null'],
		['says a constant', { const: { a: 1 } }, {}, 'The data must be {"a":1}'],
		['says a bound', { minimum: 3 }, 2, 'The data must be at least 3'],
		['says an exclusive bound', { exclusiveMaximum: 3 }, 3, 'The data must be less than 3'],
		['says a length', { maxLength: 1 }, 'ab', 'The data must be text of at most 1 character'],
		[
			'says a number of entries',
			{ minItems: 2 },
			[1],
			'The data must be a list of at least 2 entries',
		],
		[
			'says a number of fields',
			{ maxProperties: 0 },
			{ a: 1 },
			'The data must be an object with at most 0 fields',
		],
		[
			'says a format',
			{ format: 'date' },
			'2025-02-30',
			'The data must be a date such as 2025-01-31',
		],
		['says a multiple', { multipleOf: 0.01 }, 1.005, 'The data must be a multiple of 0.01'],
		[
			'says that a list has duplicates',
			{ uniqueItems: true },
			[1, 1],
			'The data must be a list without duplicates',
		],
		[
			'says what each schema expects',
			{ anyOf: [{ type: 'string' }, { type: 'number' }] },
			null,
			'The data must be text, or a number',
		],
		[
			'says what the closest schema lacks',
			{
				properties: {
					pay: { oneOf: [{ type: 'null' }, { properties: { iban: { type: 'string' } } }] },
				},
			},
			{ pay: { iban: 7 } },
			'"pay.iban" must be text, but is a number (in the closest of 2 schemas)',
		],
		[
			'says that several match',
			{ oneOf: [{ minimum: 1 }, { minimum: 2 }] },
			3,
			'The data matches 2 of its 2 schemas, but must match exactly one',
		],
		[
			'says that a field is not allowed',
			{ properties: { a: false } },
			{ a: 1 },
			'"a" is not allowed',
		],
	])('%s', (_, schema, value, expected) => {
		expect(check(schema, value)).toContain(expected);
	});

	test('has what was expected and received for programs', () => {
		expect(compileSchema(ORDER).findProblems({ id: null, customer: {} })[0]).toEqual({
			path: 'id',
			fault: 'must be text, but is null',
			expected: 'text',
			received: 'null',
		});
	});

	test('is one of at most five, and none of them quotes the value', () => {
		const problems = check({ items: { type: 'number' } }, Array(50).fill('secret'));
		expect(problems).toHaveLength(5);
		expect(problems.join()).not.toContain('secret');
	});

	test('has a short path even for long keys and deep values', () => {
		let value = 'x';
		for (let level = 0; level < 100; level += 1) value = { ['k'.repeat(1000)]: value };
		const schema = {
			anyOf: [{ type: 'number' }, { type: 'object', additionalProperties: { $ref: '#' } }],
		};
		const long = check({ additionalProperties: { type: 'number' } }, { ['k'.repeat(1e5)]: 'x' });
		expect(long[0].length).toBeLessThan(200);
		expect(check(schema, value)[0].length).toBeLessThan(5000);
	});
});

describe('numbers', () => {
	const exact = (text) => parseExactJson(text).value;

	test('keep all digits that JavaScript would round', () => {
		const max = exact('{"maximum": 9223372036854775807}');
		expect(check(max, exact('9223372036854775807'))).toEqual([]);
		expect(check(max, exact('9223372036854775808'))).toEqual([
			'The data must be at most 9223372036854775807',
		]);
		expect(check({ type: 'integer' }, exact('12345678901234567890.5'))).toHaveLength(1);
		expect(check(exact('{"const": 616581622363398142}'), exact('616581622363398143'))).toHaveLength(
			1,
		);
		expect(check(exact('{"enum": [616581622363398142]}'), exact('616581622363398142'))).toEqual([]);
	});

	test('are multiples in decimal, however large', () => {
		expect(check({ multipleOf: 0.1 }, 0.3)).toEqual([]);
		expect(check({ multipleOf: 3 }, exact('1e400'))).toHaveLength(1);
		expect(check({ multipleOf: 8 }, exact('1e400'))).toEqual([]);
		expect(check({ multipleOf: 7 }, exact(`7e${'9'.repeat(300)}`))).toEqual([]);
	});
});

describe('fields with the names of JavaScript’s own', () => {
	test('count only if the value has them itself', () => {
		const schema = JSON.parse(
			'{"required": ["toString", "__proto__"], "properties": {"__proto__": {"type": "number"}}}',
		);
		expect(check(schema, {})).toEqual(['"toString" is missing', '"__proto__" is missing']);
		expect(check(schema, JSON.parse('{"toString": 1, "__proto__": "x"}'))).toEqual([
			'"__proto__" must be a number, but is text',
		]);
	});

	test('are no types, formats or words', () => {
		expect(() => compileSchema({ type: 'constructor' })).toThrow('"type" must be one of string');
		expect(compileSchema({ format: 'toString', valueOf: 1 }).ignoredWords).toEqual([
			'format',
			'valueOf',
		]);
	});
});

describe('words that are not checked', () => {
	test('are named with their places; annotations are not', () => {
		const { ignoredWords } = compileSchema({
			$schema: 'https://json-schema.org/draft/2020-12/schema',
			title: 'Order',
			'x-internal': true,
			properties: {
				code: { type: 'string', pattern: '^(a+)+$', description: 'Code', default: 'a' },
				color: { format: 'color' },
			},
			$defs: { unused: { not: {} } },
			requird: ['code'],
		});
		expect(ignoredWords.toSorted()).toEqual([
			'$defs.unused.not',
			'properties.code.pattern',
			'properties.color.format',
			'requird',
		]);
	});

	test('refuse no value that they would have told apart', () => {
		const schema = {
			oneOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/b' }],
			$defs: { a: { pattern: '^a' }, b: { items: { pattern: '^b' } } },
		};
		expect(check(schema, 'abc')).toEqual([]);
		expect(check({ oneOf: [{ type: 'string', pattern: '^a' }, { type: 'null' }] }, 7)).toHaveLength(
			1,
		);
		const patterns = { patternProperties: { '^x_': {} }, additionalProperties: false };
		expect(check(patterns, { x_a: 1 })).toEqual([]);
	});

	test('are told up to a hundred, with short paths', () => {
		const properties = Object.fromEntries(
			Array.from({ length: 300 }, (_, index) => [`${'k'.repeat(200)}${index}`, { not: {} }]),
		);
		const { ignoredWords } = compileSchema({ properties });
		expect(ignoredWords).toHaveLength(100);
		expect(ignoredWords[0].length).toBeLessThan(100);
		expect(() => compileSchema({ $ref: `#/${'x'.repeat(5000)}` })).toThrow(/^.{0,300}$/);
	});

	test('run no regular expression', () => {
		expect(check({ pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}b`)).toEqual([]);
	});
});

describe('a schema is rejected', () => {
	test.each([
		['a list', [], 'The schema must be a JSON object'],
		['text', 'string', 'The schema must be a JSON object'],
		[
			'a property that is no schema',
			{ properties: { a: 7 } },
			'"properties.a" must be a JSON object',
		],
		['an unknown type', { type: 'text' }, '"type" must be one of string, number'],
		[
			'a bound that is text',
			{ properties: { a: { minimum: '1' } } },
			'"properties.a.minimum" must be a number',
		],
		['a negative length', { minLength: -1 }, '"minLength" must be a whole number, 0 or more'],
		['a length with a fraction', { maxItems: 1.5 }, '"maxItems" must be a whole number'],
		['an empty enum', { enum: [] }, '"enum" must be a list with at least one entry'],
		[
			'required as in draft 3',
			{ properties: { a: { required: true } } },
			'"properties.a.required" must be a list of field names',
		],
		['a multiple of 0', { multipleOf: 0 }, '"multipleOf" must be a number greater than 0'],
		['a reference to nothing', { $ref: '#/$defs/a' }, '"$ref" leads to "#/$defs/a"'],
		[
			'a reference to a server',
			{ $ref: 'https://example.com/a.json' },
			'References can only lead to a place in the same schema',
		],
		[
			'a reference in a part with its own $id',
			{ $defs: { a: { $id: 'https://a.example', $ref: '#/$defs/b' }, b: {} } },
			'"$defs.a.$ref" leads to',
		],
		['a reference to itself', { $ref: '#' }, 'again and again'],
		[
			'references in a circle',
			{
				$ref: '#/$defs/a',
				$defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { allOf: [{ $ref: '#/$defs/a' }] } },
			},
			'again and again',
		],
		[
			'too many bytes',
			{ description: 'x'.repeat(MAX_SCHEMA_BYTES) },
			`may have ${MAX_SCHEMA_BYTES}`,
		],
	])('if it is or has %s', (_, schema, message) => {
		expect(() => compileSchema(schema)).toThrow(message);
	});

	test('if it is nested too deeply, or has too many references after one another', () => {
		let deep = {};
		for (let level = 0; level < 300; level += 1) deep = { items: deep };
		expect(() => compileSchema(deep)).toThrow('more than 100 levels deep');
		const chain = Object.fromEntries(
			Array.from({ length: 300 }, (_, index) => [`d${index}`, { $ref: `#/$defs/d${index + 1}` }]),
		);
		expect(() => compileSchema({ $ref: '#/$defs/d0', $defs: { ...chain, d300: {} } })).toThrow(
			'again and again',
		);
	});
});

describe('a schema that refers to itself', () => {
	const TREE = { type: 'object', properties: { next: { $ref: '#' }, value: { type: 'number' } } };

	test('checks values of any depth', () => {
		let value = { value: 'x' };
		for (let level = 0; level < 400; level += 1) value = { next: value };
		expect(check(TREE, value)).toEqual([
			expect.stringMatching(/^"next\.next.*…\.next.*value" must be a number/),
		]);
	});
});

describe('a hostile schema or value', () => {
	/** Returns what the check says, and requires that it took little of the processor's time. */
	function checkQuickly(schema, value) {
		let problems;
		const ms = measureCpuMs(() => {
			problems = check(schema, value);
		});
		expect(ms).toBeLessThan(5000);
		return problems;
	}

	const TOO_MUCH = ['The data has too many values to be checked against this schema'];

	test.each(['allOf', 'anyOf', 'oneOf'])('with %s that doubles at each level ends soon', (word) => {
		const $defs = Object.fromEntries(
			Array.from({ length: 40 }, (_, index) => {
				const next = { $ref: `#/$defs/d${index + 1}` };
				return [`d${index}`, { [word]: [next, next] }];
			}),
		);
		const schema = { $ref: '#/$defs/d0', $defs: { ...$defs, d40: { type: 'number' } } };
		expect(checkQuickly(schema, 'x')).toEqual(word === 'allOf' ? expect.any(Array) : TOO_MUCH);
		expect(checkQuickly(schema, 1).length).toBe(word === 'anyOf' ? 0 : 1);
	});

	test('with many fields and many entries ends soon', () => {
		const names = Array.from({ length: 5000 }, (_, index) => `f${index}`);
		const schema = { items: { properties: Object.fromEntries(names.map((name) => [name, {}])) } };
		expect(checkQuickly(schema, Array(50_000).fill({}))).toEqual(TOO_MUCH);
		const enumeration = { items: { enum: names.map((name) => [name]) } };
		expect(checkQuickly(enumeration, Array(50_000).fill(['f4999']))).toEqual(TOO_MUCH);
	});

	test('with nested lists of unique entries, or with long text, ends soon', () => {
		let value = ['x'.repeat(1_000_000)];
		for (let level = 0; level < 400; level += 1) value = [value];
		const schema = { uniqueItems: true, items: { $ref: '#' } };
		expect(checkQuickly(schema, value)).toEqual(TOO_MUCH);
		const formats = { allOf: Array(500).fill({ format: 'uri', minLength: 2 }) };
		expect(checkQuickly(formats, `https://${'a'.repeat(5_000_000)}`)).toEqual(TOO_MUCH);
	});

	test('with long text that has the form of a URI matches', () => {
		const text = `https://example.com/${'a%20'.repeat(1_000_000)}`;
		expect(checkQuickly({ format: 'uri' }, text)).toEqual([]);
		expect(checkQuickly({ format: 'uri' }, `${text}%2`)).toHaveLength(1);
	});

	test('with a value deeper than the stack ends with a problem', () => {
		let value = {};
		for (let level = 0; level < 5000; level += 1) value = { next: value };
		expect(checkQuickly({ properties: { next: { $ref: '#' } } }, value)).toEqual(TOO_MUCH);
	});

	test('is a large ordinary value, which is checked to its end', () => {
		const items = Array.from({ length: 20_000 }, (_, id) => ({ id, name: `n${id}`, price: 1.5 }));
		const entry = {
			type: 'object',
			required: ['id', 'name'],
			properties: {
				id: { type: 'integer' },
				name: { type: 'string', minLength: 1 },
				price: { type: 'number' },
			},
		};
		const schema = { properties: { items: { type: 'array', items: entry } } };
		expect(checkQuickly(schema, { items })).toEqual([]);
		items[19_999].price = 'x';
		expect(check(schema, { items })).toEqual(['"items.19999.price" must be a number, but is text']);
	});
});
