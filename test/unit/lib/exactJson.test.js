const fc = require('fast-check');

const {
	ExactNumber,
	parseBigNumbersAsText,
	parseExactJson,
	stringifyExactJson,
} = require('../../../build/core/lib/exactJson');
const { measureCpuMs } = require('../../harness/cpuTime');

const exact = (text) => new ExactNumber(text);

describe('parseExactJson', () => {
	test.each([
		'616581622363398142',
		'-616581622363398142',
		'9007199254740993',
		'12345678901234567.89',
		'0.12345678901234567890123',
		'1e400',
		'-1E+400',
		'1e-400',
		'123456789012345678901234567890e-10',
		`${'9'.repeat(400)}`,
	])('keeps the digits of %s', (number) => {
		expect(parseExactJson(number)).toEqual({ value: exact(number) });
		expect(parseExactJson(`{"a":[ ${number} ,1]}`)).toEqual({ value: { a: [exact(number), 1] } });
	});

	test.each([
		'0',
		'-0',
		'-0.0e99',
		'1.50',
		'15e-1',
		'9007199254740991',
		'9007199254740992',
		'0.30000000000000004',
		'1e21',
		'1.7976931348623157e308',
		'5e-324',
		'100000000000000000000000000000',
		'0.00000000000000000000000000001',
	])('reads %s as a number, since JavaScript does not change it', (number) => {
		expect(parseExactJson(`[${number}]`)).toEqual({ value: [Number(number)] });
	});

	test('leaves digits in strings and names alone, whatever they are escaped with', () => {
		const text =
			'{"616581622363398142":"616581622363398142","a\\\\":"\\"616581622363398142\\\\","b":616581622363398142}';
		expect(parseExactJson(text)).toEqual({
			value: {
				...JSON.parse(text),
				b: exact('616581622363398142'),
			},
		});
	});

	test('keeps a key __proto__ as data, and the last of two equal keys', () => {
		const { value } = parseExactJson(
			'{"__proto__":616581622363398142,"a":1,"a":616581622363398143}',
		);
		expect(Object.keys(value)).toEqual(['__proto__', 'a']);
		expect(Object.getOwnPropertyDescriptor(value, '__proto__').value).toEqual(
			exact('616581622363398142'),
		);
		expect(value.a).toEqual(exact('616581622363398143'));
		expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
	});

	test.each(['', '{', '01', '616581622363398142 1', '[616581622363398142,]', '-', '1.e5'])(
		'returns undefined for %j, which is not JSON',
		(text) => {
			expect(parseExactJson(text)).toBeUndefined();
		},
	);
});

test('parseExactJson does not throw for thousands of levels', () => {
	const nest = (value) => `${'['.repeat(100_000)}${value}${']'.repeat(100_000)}`;
	expect(parseExactJson(nest('616581622363398142'))).toBeUndefined();
	expect(parseExactJson(nest('1'))).toBeDefined();
});

describe('stringifyExactJson', () => {
	test('writes the numbers of a parsed text as they were written', () => {
		const text =
			'{"id":616581622363398142,"list":[0.12345678901234567890123,"1e400",1e400],"n":null}';
		expect(stringifyExactJson(parseExactJson(text).value)).toBe(text);
	});

	test('writes every other value as JSON.stringify does', () => {
		fc.assert(
			fc.property(fc.jsonValue(), (value) => {
				expect(stringifyExactJson(value)).toBe(JSON.stringify(value));
				const mixed = { value, id: exact('616581622363398142') };
				expect(stringifyExactJson(mixed)).toBe(
					`{"value":${JSON.stringify(value)},"id":616581622363398142}`,
				);
			}),
		);
	});

	test('keeps every integer, however long it is', () => {
		fc.assert(
			fc.property(fc.bigInt(), fc.jsonValue(), (integer, value) => {
				const text = `{"a":${JSON.stringify(value)},"b":${integer}}`;
				const written = stringifyExactJson(parseExactJson(text).value);
				expect(BigInt(written.slice(written.lastIndexOf(':') + 1, -1))).toBe(integer);
			}),
		);
	});

	test('rejects a value that contains itself, as JSON.stringify does', () => {
		const value = { id: exact('616581622363398142') };
		value.self = value;
		expect(() => stringifyExactJson(value)).toThrow(TypeError);
	});

	test('is not needed to read the rounded number', () => {
		expect(JSON.stringify({ id: exact('616581622363398142') })).toBe('{"id":616581622363398100}');
		expect(`${exact('616581622363398142')}`).toBe('616581622363398142');
	});
});

describe('parseBigNumbersAsText', () => {
	test.each([
		'616581622363398142',
		// A number that JavaScript holds, between two that it does not.
		'616581622363398144',
		'9007199254740992',
		'-9007199254740993',
		'12345678901234567.89',
		'1e400',
	])('reads %s as text', (number) => {
		expect(parseBigNumbersAsText(`{"a":{"b":[${number}]}}`)).toEqual({
			value: { a: { b: [number] } },
		});
	});

	test.each(['9007199254740991', '-9007199254740991', '0.12345678901234567890', '1e5', '-0'])(
		'reads %s as a number',
		(number) => {
			expect(parseBigNumbersAsText(`[${number}]`)).toEqual({ value: [Number(number)] });
		},
	);

	test('returns undefined for text that is not JSON', () => {
		expect(parseBigNumbersAsText('{"id": 616581622363398142')).toBeUndefined();
	});
});

test.each([
	['a string of escaped quotation marks', `["${'\\"'.repeat(1_000_000)}",616581622363398142]`],
	['a string of backslashes', `["${'\\\\'.repeat(1_000_000)}",616581622363398142]`],
	['one long number', `[1${'0'.repeat(2_000_000)}1]`],
	['a hundred thousand long numbers', `[${Array(100_000).fill('616581622363398142')}]`],
])('JSON with %s takes linear time', (_, text) => {
	const ms = measureCpuMs(() => {
		expect(parseExactJson(text)).toBeDefined();
		expect(parseBigNumbersAsText(text)).toBeDefined();
	});
	expect(ms).toBeLessThan(5000);
});
