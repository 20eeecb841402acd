const { BlockList } = require('node:net');

const fc = require('fast-check');

const { compileAllowlist } = require('../../dist/core/network/addresses');
const { checkEndpointUrl, printableUrl } = require('../../dist/core/network/endpointUrl');
const { isFormBody, isJsonBody, mediaTypeOf } = require('../../dist/core/network/headers');

describe('allowlists', () => {
	test('agree with Node’s own block list', () => {
		const v4 = fc.ipV4().map((address) => ({ address, family: 'ipv4', max: 32 }));
		// Mapped addresses count as IPv4 for us, which the test below holds.
		const v6 = fc
			.ipV6()
			.filter((address) => !address.includes('.'))
			.map((address) => ({ address, family: 'ipv6', max: 128 }));
		const entry = fc
			.oneof(v4, v6)
			.chain(({ address, family, max }) =>
				fc.integer({ min: 0, max }).map((prefix) => ({ address, family, prefix })),
			);
		fc.assert(
			fc.property(
				fc.array(entry, { minLength: 1, maxLength: 4 }),
				fc.oneof(v4, v6),
				(list, probe) => {
					const isAllowed = compileAllowlist(
						list.map(({ address, prefix }) => `${address}/${prefix}`),
					);
					// Node's list lets a mapped or zero-prefixed IPv6 range take in IPv4 addresses: compare a kind with itself.
					const sameKind = list.filter(({ family }) => family === probe.family);
					const reference = new BlockList();
					for (const { address, prefix, family } of sameKind)
						reference.addSubnet(address, prefix, family);
					expect(isAllowed(probe.address)).toBe(reference.check(probe.address, probe.family));
					for (const { address } of list) expect(isAllowed(address)).toBe(true);
				},
			),
			{ numRuns: 500 },
		);
	});

	test.each([
		['127.0.0.1', '127.0.0.1', true],
		['127.0.0.1', '::ffff:127.0.0.1', true],
		['127.0.0.0/8', '::ffff:7f00:1', true],
		['2001:db8::/32', '2001:db8:1::5', true],
		['2001:db8::/32', '2001:db9::', false],
		['0.0.0.0/0', '8.8.8.8', true],
		['10.0.0.0/8', '', false],
		['10.0.0.0/8', '10.0.0.1.evil', false],
		['10.0.0.0/8', '010.0.0.1', false],
	])('%s, called from %j: %s', (entry, address, expected) => {
		expect(compileAllowlist([entry])(address)).toBe(expected);
	});

	test.each([
		'10.0.0.0/33',
		'::/129',
		'10.0.0',
		'host',
		'10.0.0.0/',
		'10.0.0.0/8/8',
		'1::2::3',
		'10.0.0.0/-1',
		'',
	])('the entry %j is refused', (entry) => {
		expect(() => compileAllowlist([entry])).toThrow('is not an IP address or a CIDR range');
	});
});

describe('endpoint URLs', () => {
	test('are printed without what may be secret', () => {
		const url = checkEndpointUrl(' https://example.com:8443/a/b?token=secret#x ', {
			allowHttp: false,
			allowInternal: false,
		});
		expect(printableUrl(url)).toBe('https://example.com:8443/a/b');
	});

	test.each([
		['example.com', 'is not a URL'],
		['ftp://example.com', 'begins with ftp:'],
		['http://example.com', 'plain HTTP'],
		['https://user:hunter2@example.com', 'a user name or a password'],
		['', 'is not a URL'],
	])('%j is refused', (text, message) => {
		const rules = { allowHttp: false, allowInternal: false };
		expect(() => checkEndpointUrl(text, rules)).toThrow(message);
		try {
			checkEndpointUrl(text, rules);
		} catch (error) {
			expect(error.message).not.toContain('hunter2');
		}
	});

	test('plain HTTP can be allowed', () => {
		const rules = { allowHttp: true, allowInternal: true };
		expect(checkEndpointUrl('http://localhost:3000/x', rules).port).toBe('3000');
	});

	test('plain HTTP cannot be allowed for a platform that refuses it', () => {
		const rules = { allowHttp: true, allowInternal: true, httpsOnlyFor: 'WorkFlux' };
		expect(() => checkEndpointUrl('http://localhost:3000/x?token=hunter2', rules)).toThrow(
			'The endpoint URL is plain HTTP, and webhooks of WorkFlux go over HTTPS only. Use https://.',
		);
		expect(checkEndpointUrl('https://localhost:3000/x', rules).port).toBe('3000');
	});
});

test.each([
	['application/json', 'application/json', true, false],
	['Application/JSON; charset=UTF-8', 'application/json', true, false],
	['application/cloudevents+json', 'application/cloudevents+json', true, false],
	[' application/x-www-form-urlencoded ;x', 'application/x-www-form-urlencoded', false, true],
	['text/json', 'text/json', false, false],
	['application/jsonp', 'application/jsonp', false, false],
	['', '', false, false],
	[undefined, '', false, false],
	[['application/json', 'application/json'], '', false, false],
])('a body of type %j', (value, mediaType, json, form) => {
	const headers = { 'content-type': value };
	expect(mediaTypeOf(headers)).toBe(mediaType);
	expect(isJsonBody(headers)).toBe(json);
	expect(isFormBody(headers)).toBe(form);
});
