const fc = require('fast-check');

const {
	hasTooManyFields,
	MAX_FORM_FIELDS,
	readFormFields,
} = require('../../../build/core/http/formBody');
const { measureCpuMs } = require('../../harness/cpuTime');

const read = (text) =>
	readFormFields(Buffer.from(text)).map(({ name, value }) => [
		name.toString('utf8'),
		value.toString('utf8'),
	]);

describe('readFormFields', () => {
	test.each([
		['a=1&b=2&a=3', 'several fields'],
		['&&a=1&&b&=c&', 'empty fields, names and values'],
		['a=b=c&+d+=%20e+', 'equals signs and spaces'],
		['a=%E2%82%AC%f0%9F%98%80&%C3%BC=%zz%4', 'escapes, and percent signs that begin none'],
		['a=€&ü=ß', 'characters that should have been escaped'],
		['a=%E2%82&b=%ff', 'escapes that are not UTF-8'],
		['a[b]=1&__proto__=2', 'names that mean something to other parsers'],
		['', 'nothing'],
	])('reads %j as URLSearchParams does: %s', (text) => {
		expect(read(text)).toEqual([...new URLSearchParams(text)]);
	});

	test('reads any text as URLSearchParams does', () => {
		fc.assert(
			fc.property(fc.string({ unit: fc.constantFrom(...'ab=&%+2Ff '), maxLength: 40 }), (text) => {
				expect(read(text)).toEqual([...new URLSearchParams(text)]);
			}),
		);
	});

	test('does not take a byte order mark for a part of the first name', () => {
		expect(read('\uFEFFa=1')).toEqual([['a', '1']]);
	});

	test.each([
		['spaces', `a=${'+'.repeat(5_000_000)}`],
		['escapes', `a=${'%2B'.repeat(1_600_000)}`],
		['equals signs', '='.repeat(5_000_000)],
		['a thousand equal names', `${'a=1&'.repeat(999)}a=1`],
	])('takes linear time for %s', (_, text) => {
		expect(measureCpuMs(() => readFormFields(Buffer.from(text)))).toBeLessThan(2000);
	});
});

test('hasTooManyFields accepts a thousand fields and no more', () => {
	const fields = (count) => Buffer.from(Array(count).fill('a=1').join('&'));
	expect(hasTooManyFields(Buffer.from(''))).toBe(false);
	expect(hasTooManyFields(fields(MAX_FORM_FIELDS))).toBe(false);
	expect(hasTooManyFields(fields(MAX_FORM_FIELDS + 1))).toBe(true);
	expect(hasTooManyFields(Buffer.alloc(10_000_000, '&'))).toBe(true);
});
