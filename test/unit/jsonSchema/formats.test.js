const { FORMATS } = require('../../../build/core/jsonSchema/formats');
const { measureCpuMs } = require('../../harness/cpuTime');

test.each([
	['email', 'a@b.c', 'a b@c.d', 'a@b@c', '@b.c', 'a@', `${'a'.repeat(400)}@b.c`],
	['email', 'Ada.Lovelace+tag@mail.example.com', 'ada@-example.com', 'ada@exa_mple.com'],
	[
		'uri',
		'https://[::1]:8080/a?b=c',
		'https://[::g]/',
		'https://a b',
		'https://a/%zz',
		'https://a#b#c',
	],
	['uri', 'mailto:a@b.c', 'https://a/[b]', '1a:b', 'a'],
	['uri-reference', '../a?b#c', 'a b', '%', '1:b'],
	['hostname', 'n8n.example.com', 'a..b', '', `${'a.'.repeat(130)}a`],
	['duration', 'P1Y2M3DT4H5M6S', 'P', 'PT', 'P1H', '1D'],
	[
		'date-time',
		'2024-02-29T23:59:60Z',
		'2023-02-29T10:00:00Z',
		'2025-01-31 10:00:00Z',
		'2025-01-31T10:00:00',
	],
	['date', '2000-02-29', '1900-02-29', '2025-04-31', '2025-00-10', '2025-1-1'],
	['uuid', '0A1b2c3d-0000-0000-0000-000000000000', '0a1b2c3d00000000000000000000000000', ''],
	['ipv4', '127.0.0.1', '127.0.0.01', '256.0.0.1', '1.2.3'],
	['ipv6', '::ffff:1.2.3.4', ':::', 'fe80::1%eth0', '1.2.3.4'],
])('the format %s has %s', (name, valid, ...invalid) => {
	expect(FORMATS[name].test(valid)).toBe(true);
	expect(invalid.filter((text) => FORMATS[name].test(text))).toEqual([]);
});

test('every format reads long text in time', () => {
	const texts = [
		['', 'a'],
		['a@', 'a.'],
		['"', '\\"'],
		['http://', 'a:'],
		['P', '1'],
		['', '1:'],
		['', '.'],
		['2025-01-31T10:00:00.', '1'],
	].map(([open, part]) => open + part.repeat(100_000));
	const ms = measureCpuMs(() => {
		for (const text of texts) for (const { test: matches } of Object.values(FORMATS)) matches(text);
	});
	expect(ms).toBeLessThan(3000);
});
