const { isNestedDeeper, parseJson } = require('../../../build/core/lib/json');
const { measureCpuMs } = require('../../harness/cpuTime');

describe('isNestedDeeper', () => {
	test.each([
		['{}', 1],
		['[[1],{"a":[2]}]', 3],
		['"[[[["', 0],
		['{"[":"{\\"[[","\\\\":[]}', 2],
		['5', 0],
	])('counts lists and objects, but no brackets in strings: %s has %d levels', (text, levels) => {
		expect(isNestedDeeper(text, levels)).toBe(false);
		if (levels > 0) expect(isNestedDeeper(text, levels - 1)).toBe(true);
	});

	test.each([
		['lists side by side', `[${Array(2_000_000).fill('[]')}]`, false],
		['a million levels', '['.repeat(1_000_000), true],
		['an open string', `"${'\\"['.repeat(1_000_000)}`, false],
	])('takes linear time for %s', (_, text, expected) => {
		const ms = measureCpuMs(() => expect(isNestedDeeper(text, 100)).toBe(expected));
		expect(ms).toBeLessThan(2000);
	});
});

describe('parseJson', () => {
	test('returns undefined for text that is not JSON', () => {
		expect(parseJson('{')).toBeUndefined();
		expect(parseJson('null')).toEqual({ value: null });
	});

	test('keeps a key __proto__ as data', () => {
		const { value } = parseJson('{"__proto__":{"admin":true}}');
		expect(value.admin).toBeUndefined();
		expect(Object.keys(value)).toEqual(['__proto__']);
	});
});
