const { createEncrypter } = require('../../../../build/core/outbox/store/encryption');
const { readEndpoint, toEndpointRow } = require('../../../../build/core/outbox/store/endpoints');

const { iso, makeEndpoint, NOW } = require('../endpoint/makeEndpoint');

describe('toEndpointRow and readEndpoint', () => {
	const encrypter = createEncrypter(['x'.repeat(32)]);
	const endpoint = makeEndpoint({
		description: 'All orders',
		eventTypes: ['order.*'],
		settings: { conditions: { amount: { gt: 3 } } },
		authentication: { authentication: 'bearer', token: 'bearer-token-17' },
		headers: { 'X-Api-Key': 'header-value-08' },
		signingSecret: 'signing-secret-1',
	});

	test('write an endpoint as a row and read it back', () => {
		const full = {
			...endpoint,
			status: 'disabled',
			statusReason: 'by hand',
			statusChangedAt: iso(NOW),
			failingSince: iso(NOW),
			consecutiveFailures: 3,
			rateFreeAt: iso(NOW),
			revision: 9,
		};
		expect(readEndpoint({ ...toEndpointRow(full, encrypter), id: 1 }, encrypter)).toEqual(full);
	});

	test('write no secret in plain text', () => {
		const text = JSON.stringify(toEndpointRow(endpoint, encrypter));
		for (const secret of [
			'query-token',
			'bearer-token-17',
			'header-value-08',
			'signing-secret-1',
		]) {
			expect(text).not.toContain(secret);
		}
	});

	test('reject secrets that were copied from another endpoint', () => {
		const moved = { ...toEndpointRow(endpoint, encrypter), endpoint_id: 'ep_2', id: 1 };
		expect(() => readEndpoint(moved, encrypter)).toThrow('copied from another endpoint');
	});

	test('reject older secrets that were put back into a row', () => {
		const before = toEndpointRow(endpoint, encrypter);
		const changed = { ...endpoint, revision: endpoint.revision + 1 };
		const row = { ...toEndpointRow(changed, encrypter), id: 1 };
		expect(readEndpoint(row, encrypter)).toEqual(changed);
		const putBack = { ...row, sealed: before.sealed };
		expect(() => readEndpoint(putBack, encrypter)).toThrow('replaced with older ones');
		const renumbered = { ...row, sealed_revision: before.sealed_revision };
		expect(() => readEndpoint(renumbered, encrypter)).toThrow('replaced with older ones');
	});

	test('reject an edited row and say what is wrong', () => {
		const row = { ...toEndpointRow(endpoint, encrypter), id: 4 };
		expect(() => readEndpoint({ ...row, event_types: '[' }, encrypter)).toThrow('Row 4');
		expect(() => readEndpoint({ ...row, platform: 'gone' }, encrypter)).toThrow('is unknown');
	});
});
