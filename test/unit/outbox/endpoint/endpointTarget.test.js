const { buildEndpointContent } = require('../../../../build/core/outbox/endpoint/endpointTarget');
const { createEncrypter } = require('../../../../build/core/outbox/store/encryption');
const { readEndpoint, toEndpointRow } = require('../../../../build/core/outbox/store/endpoints');

const { makeEndpoint } = require('./makeEndpoint');

describe('buildEndpointContent', () => {
	const event = {
		id: 'evt_1',
		type: 'order.created',
		acceptedAt: '2025-01-15T10:00:00.789Z',
		data: { id: 7, user: { name: 'Jordan', email: 'j@example.com' } },
	};
	const body = (input) => buildEndpointContent(makeEndpoint(input), [event]).body;
	const DATA = '{"id":7,"user":{"name":"Jordan","email":"j@example.com"}}';

	test.each([
		[
			'agenticflow',
			`{"event":"order.created","timestamp":"2025-01-15T10:00:00Z","webhook_id":"ep_1","data":${DATA}}`,
		],
		[
			'agentPlatform',
			`{"event":"order.created","webhook":{"id":"ep_1","name":"Orders"},"timestamp":"2025-01-15T10:00:00.789000Z","data":${DATA}}`,
		],
		['workflux', `{"event":"order.created","timestamp":"2025-01-15T10:00:00Z","data":${DATA}}`],
		[
			'standardWebhooks',
			`{"type":"order.created","timestamp":"2025-01-15T10:00:00.789Z","data":${DATA}}`,
		],
		['uptiq', DATA],
	])('writes an event in the envelope of %s', (platform, expected) => {
		expect(body({ platform })).toBe(expected);
	});

	test('includes only the fields that the endpoint’s filters leave', () => {
		const filters = (settings) => JSON.parse(body({ settings: { filters: settings } })).data;
		expect(filters({ include_fields: ['user.name'] })).toEqual({ user: { name: 'Jordan' } });
		expect(filters({ exclude_fields: ['user'] })).toEqual({ id: 7 });
		expect(filters({ include_fields: ['user'], exclude_fields: ['user.email'] })).toEqual({
			user: { name: 'Jordan' },
		});
	});

	test('returns the same bytes for every attempt, even after the endpoint was stored and read', () => {
		const endpoint = makeEndpoint();
		const encrypter = createEncrypter(['x'.repeat(32)]);
		const again = readEndpoint({ ...toEndpointRow(endpoint, encrypter), id: 1 }, encrypter);
		const kept = { ...event, data: JSON.parse(JSON.stringify(event.data)) };
		expect(buildEndpointContent(again, [kept])).toEqual(buildEndpointContent(endpoint, [event]));
	});
});
