const { updateEndpoint } = require('../../../../build/core/outbox/endpoint/lifecycle');
const { presentChanges } = require('../../../../build/core/outbox/endpoint/presentChanges');

const { makeEndpoint, NOW } = require('./makeEndpoint');

const MASK = '••••••••';

const before = makeEndpoint({
	authentication: { authentication: 'bearer', token: 'old-token-1' },
	headers: { 'X-Key': 'old-key-1', 'X-Tenant': 'tenant-1' },
	settings: { timeout_seconds: 5 },
});

const changesOf = (input) => presentChanges(before, updateEndpoint(before, input, NOW));

test('presentChanges lists the fields that differ, with both values', () => {
	expect(
		changesOf({ name: 'Refunds', eventTypes: ['refund.*'], settings: { allow_internal: true } }),
	).toEqual({
		name: { from: 'Orders', to: 'Refunds' },
		events: { from: [], to: ['refund.*'] },
		allow_internal: { from: null, to: true },
	});
});

test('presentChanges lists nothing if the endpoint already had these values', () => {
	expect(changesOf({ name: 'Orders', settings: { timeout_seconds: 5 } })).toEqual({});
});

test('presentChanges shows that a secret changed, and never the secret', () => {
	const changes = changesOf({
		url: 'https://example.com/hooks?token=new-query-1',
		authentication: { authentication: 'bearer', token: 'new-token-1' },
		headers: { 'X-Key': 'new-key-1', 'X-Tenant': null },
	});
	expect(changes).toEqual({
		authentication: {
			from: { type: 'bearer', token: MASK },
			to: { type: 'bearer', token: MASK },
		},
		custom_headers: { from: { 'X-Key': MASK, 'X-Tenant': MASK }, to: { 'X-Key': MASK } },
		url_query: { from: MASK, to: MASK },
	});
	expect(changesOf({ url: 'https://example.com/hooks' })).toEqual({
		url_query: { from: MASK, to: null },
	});
});

test('presentChanges lists what a new host makes an endpoint lose', () => {
	expect(Object.keys(changesOf({ url: 'https://example.org/hooks' })).sort()).toEqual([
		'authentication',
		'custom_headers',
		'url',
		'url_query',
	]);
});
