const fc = require('fast-check');

const {
	checkEndpointUrl,
	removeUserInfo,
	toPrintableUrl,
} = require('../../../build/core/http/endpointUrl');
const { isInternalHost } = require('../../../build/core/http/ipAddresses');

describe('checkEndpointUrl', () => {
	test.each([
		['example.com', 'is not a URL'],
		['example.com:8443/hooks', 'is not a URL'],
		['jordan:hunter2@example.com/hooks', 'is not a URL'],
		['ftp://example.com', 'begins with ftp://.'],
		['http://example.com', 'plain HTTP'],
		['https://user:hunter2@example.com', 'a user name or a password'],
		['https://:hunter2@example.com', 'a user name or a password'],
		['https://user@example.com', 'a user name or a password'],
		['https://127.0.0.1/?token=hunter2', 'leads to 127.0.0.1, an address in'],
		['https://[::1]/?token=hunter2', 'leads to [::1], an address in'],
		['https://LOCALHOST:8443/?token=hunter2', 'leads to localhost, a name inside'],
		['', 'is not a URL'],
	])('rejects %j', (text, message) => {
		const rules = { allowHttp: false, allowInternal: false };
		expect(() => checkEndpointUrl(text, rules)).toThrow(message);
	});

	test('never repeats user info, query or fragment in an error, even for text that is not a URL', () => {
		const SECRETS = ['jordan77', 'hunter2x', 'querytoken5', 'fragment9'];
		const [user, password, query, fragment] = SECRETS;
		const part = (...texts) => fc.constantFrom('', ...texts);
		const url = fc
			.tuple(
				part('https://', 'http://', 'HTTPS:', 'ftp://', 'javascript:', '//', ' \thttps:\n//', 'x:'),
				part(`${user}@`, `${user}:${password}@`, `:${password}@`, `${user}:${password}@${user}@`),
				part(
					'example.com',
					'127.0.0.1',
					'[::1]',
					'localhost',
					'[',
					'10.0.0.256',
					'exa mple',
					'::1',
				),
				part(':443', ':99999', '/hooks', '/a://b', ':hooks'),
				part(`?token=${query}`, `?u=https://${user}:${password}@example.com`),
				part(`#${fragment}`),
			)
			.map((parts) => parts.join(''));
		const rules = fc.record(
			{
				allowHttp: fc.boolean(),
				allowInternal: fc.boolean(),
				httpsOnlyFor: fc.constant('WorkFlux'),
			},
			{ requiredKeys: ['allowHttp', 'allowInternal'] },
		);
		const faults = new Set();
		fc.assert(
			fc.property(url, rules, (text, allowed) => {
				try {
					const checked = checkEndpointUrl(text, allowed);
					expect([checked.username, checked.password]).toEqual(['', '']);
					expect(
						checked.protocol === 'https:' || (allowed.allowHttp && !allowed.httpsOnlyFor),
					).toBe(true);
					expect(allowed.allowInternal || !isInternalHost(checked.hostname)).toBe(true);
				} catch (error) {
					if (error.name !== 'InvalidEndpointUrlError') throw error;
					faults.add(error.fault.slice(0, 35));
					for (const secret of SECRETS) {
						expect(error.message.toLowerCase()).not.toContain(secret);
					}
				}
			}),
			{ numRuns: 1500 },
		);
		expect(faults.size).toBeGreaterThanOrEqual(5);
	});

	test('rejects internal addresses unless they are allowed, and names the option only to the workflow’s owner', () => {
		const url = 'https://10.0.0.1/hooks';
		const rules = { allowHttp: false, allowInternal: false };
		const withoutHint = { fault: expect.not.stringContaining('turn on') };
		expect(() => checkEndpointUrl(url, rules)).toThrow('"Allow Internal Addresses"');
		expect(() => checkEndpointUrl(url, rules)).toThrow(expect.objectContaining(withoutHint));
		expect(checkEndpointUrl(url, { ...rules, allowInternal: true }).href).toBe(url);
		expect(() => checkEndpointUrl('http://10.0.0.1/', { ...rules, allowInternal: true })).toThrow(
			'"Allow Plain HTTP"',
		);
		expect(() => checkEndpointUrl('http://10.0.0.1/', { ...rules, allowHttp: true })).toThrow(
			'"Allow Internal Addresses"',
		);
	});

	test('accepts plain HTTP if it is allowed', () => {
		const rules = { allowHttp: true, allowInternal: true };
		expect(checkEndpointUrl('http://localhost:3000/x', rules).port).toBe('3000');
	});

	test('rejects plain HTTP for a platform that uses only HTTPS, even if it is allowed', () => {
		const rules = { allowHttp: true, allowInternal: true, httpsOnlyFor: 'WorkFlux' };
		expect(() => checkEndpointUrl('http://localhost:3000/x?token=hunter2', rules)).toThrow(
			'The endpoint URL is plain HTTP, and WorkFlux sends webhooks only over HTTPS. Use https://.',
		);
		expect(checkEndpointUrl('https://localhost:3000/x', rules).port).toBe('3000');
	});
});

describe('toPrintableUrl', () => {
	test('leaves out the query and the fragment, which may be secret', () => {
		const url = checkEndpointUrl(' https://example.com:8443/a/b?token=secret#x ', {
			allowHttp: false,
			allowInternal: false,
		});
		expect(toPrintableUrl(url)).toBe('https://example.com:8443/a/b');
	});
});

test.each([
	['https://me:s3cret@example.com/a', 'https://example.com/a'],
	['https://a@b@example.com', 'https://example.com'],
	['https:/me:s3cret@example.com', 'https:/example.com'],
	['https://me:s3cret@', 'https://'],
	['https://example.com/a@b?c=@', 'https://example.com/a@b?c=@'],
	['not a URL', 'not a URL'],
])('removeUserInfo leaves no user name and password in %s', (url, printed) => {
	expect(removeUserInfo(url)).toBe(printed);
});
