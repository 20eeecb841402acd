const { hasRepeatedKey } = require('../../../build/core/lib/repeatedKeys');
const { measureCpuMs } = require('../../harness/cpuTime');

describe('hasRepeatedKey', () => {
	test.each([
		['{"token":"a","token":"b"}', ['token']],
		['{"token":"a","x":1,"token":"a"}', ['token']],
		['{"token":"a","t\\u006fken":"b"}', ['token']],
		['{"auth":{"token":"a","token":"b"}}', ['auth', 'token']],
		['{"auth":{"token":"a"},"auth":{"token":"b"}}', ['auth', 'token']],
		['{"value":[{"state":"a"},{"state":"a","state":"b"}]}', ['value', 'state']],
		['[{"token":"a","token":"b"}]', ['token']],
		['[{"token":"a","token":"b"}]', ['0', 'token']],
		['{ "token" : [ {"x":1} , {"x":2} ] , "token" : "b" }', ['token']],
	])('is true for %s at %j', (text, path) => {
		expect(hasRepeatedKey(text, path)).toBe(true);
	});

	test.each([
		['{"token":"a"}', ['token']],
		['{"x":{"token":"a"},"token":"b"}', ['token']],
		['{"x":1,"x":2,"token":"a"}', ['token']],
		['{"token":"{\\"token\\":1,\\"token\\":2}"}', ['token']],
		['{"value":[{"state":"a"},{"state":"a"}]}', ['value', 'state']],
		['{"auth":{"token":"a","other":{"token":"b","token":"c"}}}', ['auth', 'token']],
		['{"a":"token","b":"token","token":"x"}', ['token']],
		['["token","token"]', ['token']],
		['"token"', ['token']],
	])('is false for %s at %j', (text, path) => {
		expect(hasRepeatedKey(text, path)).toBe(false);
	});

	test('takes linear time', () => {
		const text = `{"a":"${'\\"'.repeat(500_000)}","b":${'['.repeat(50)}${']'.repeat(50)}}`;
		const ms = measureCpuMs(() => expect(hasRepeatedKey(text, ['b'])).toBe(false));
		expect(ms).toBeLessThan(1000);
	});
});
