const {
	hasNewOrigin,
	listDroppedSecrets,
	mergeHeaders,
} = require('../../../../build/core/outbox/endpoint/endpointSecrets');
const { updateEndpoint } = require('../../../../build/core/outbox/endpoint/lifecycle');

const { makeEndpoint, NOW } = require('./makeEndpoint');

const SECRETS = {
	authentication: {
		authentication: 'bearer',
		token: 'bearer-token',
		signatureScheme: 'custom',
		signatureHeader: 'X-Signature',
		signedContent: '{body}',
		algorithm: 'hmac-sha256',
		signatureEncoding: 'hex',
		signingSecret: 'signing-secret',
		toleranceSeconds: 300,
	},
	headers: { 'X-Tenant': 'tenant-1', 'X-Api-Key': 'key-1' },
};
const endpoint = makeEndpoint({
	url: 'https://example.com/hooks?token=query-token',
	settings: { allow_http: true, allow_internal: true },
	...SECRETS,
});

const SAME_ORIGIN = [
	'https://example.com/hooks',
	'https://example.com/other?key=2#top',
	'https://EXAMPLE.com:443/',
	' https://example.com/ ',
	'https://ｅｘａｍｐｌｅ.com/',
];
const OTHER_ORIGINS = [
	'http://example.com/hooks',
	'https://example.com:8443/hooks',
	'https://example.com./hooks',
	'https://example.org/hooks',
	'https://www.example.com/hooks',
	'https://example.com.attacker.example/hooks',
	'https://attacker.example/https://example.com/hooks',
	'https://xn--exmple-cua.com/hooks',
	'https://exаmple.com/hooks',
];

describe('hasNewOrigin', () => {
	test.each(SAME_ORIGIN)('is false for the same scheme, host and port: %j', (url) => {
		expect(hasNewOrigin(endpoint, url)).toBe(false);
	});

	test.each([...OTHER_ORIGINS, 'https://example.com@attacker.example/', 'no URL', ''])(
		'is true for any other: %j',
		(url) => {
			expect(hasNewOrigin(endpoint, url)).toBe(true);
		},
	);

	test('is false if the URL does not change', () => {
		expect(hasNewOrigin(endpoint, undefined)).toBe(false);
	});
});

describe('an update of the URL', () => {
	const update = (input) => {
		const after = updateEndpoint(endpoint, input, NOW);
		return { after, dropped: listDroppedSecrets(endpoint, after, input) };
	};
	const { authentication: _, token: __, ...scheme } = SECRETS.authentication;

	test.each(SAME_ORIGIN)('keeps all secrets at the same origin: %j', (url) => {
		const { after, dropped } = update({ url });
		expect(after.secrets).toEqual({ ...endpoint.secrets, url: new URL(url.trim()).href });
		expect(dropped).toEqual([]);
	});

	test.each(OTHER_ORIGINS)('drops authentication and headers at another origin: %j', (url) => {
		const { after, dropped } = update({ url });
		expect(after.secrets).toEqual({
			url: new URL(url).href,
			signing: endpoint.secrets.signing,
			authentication: scheme,
			headers: {},
		});
		expect(dropped).toEqual(['authentication', 'custom_headers']);
	});

	test('sends to another origin only what is given with its URL', () => {
		const url = 'https://example.org/';
		const bearer = { authentication: 'bearer', token: 'bearer-token-2' };
		const both = update({ url, authentication: bearer, headers: { 'X-New': 'new' } });
		expect(both.after.secrets).toMatchObject({ authentication: { ...scheme, ...bearer } });
		expect(both.after.secrets.headers).toEqual({ 'X-New': 'new' });
		expect(both.dropped).toEqual(['custom_headers']);

		const headers = { 'x-tenant': 'tenant-2', 'X-API-KEY': null };
		const renewed = update({ url, headers });
		expect(renewed.after.secrets.headers).toEqual({ 'x-tenant': 'tenant-2' });
		expect(renewed.dropped).toEqual(['authentication']);

		const none = update({ url, authentication: { authentication: 'none' }, headers });
		expect(none.after.secrets.authentication).toEqual({ ...scheme, authentication: 'none' });
		expect(none.dropped).toEqual([]);
	});

	test('reports nothing if there was nothing to drop', () => {
		const bare = makeEndpoint({ authentication: { authentication: 'none' } });
		const after = updateEndpoint(bare, { url: 'https://example.org/' }, NOW);
		expect(listDroppedSecrets(bare, after, {})).toEqual([]);
	});
});

describe('mergeHeaders', () => {
	const HEADERS = { 'X-One': '1', 'X-Two': '2' };

	test.each([
		['changes one and keeps the others', { 'X-One': 'new' }, { 'X-One': 'new', 'X-Two': '2' }],
		['adds one', { 'X-Three': '3' }, { ...HEADERS, 'X-Three': '3' }],
		['ignores the case of names', { 'x-one': 'new' }, { 'x-one': 'new', 'X-Two': '2' }],
		['removes one that is null', { 'x-ONE': null }, { 'X-Two': '2' }],
		['removes all', { 'X-One': null, 'X-Two': null }, {}],
		['keeps all if nothing changes', {}, HEADERS],
		['keeps all without changes', undefined, HEADERS],
	])('%s', (_, changes, expected) => {
		expect(mergeHeaders(HEADERS, changes)).toEqual(expected);
	});
});
