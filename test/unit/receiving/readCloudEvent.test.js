const { receiveRequest } = require('../../../build/core/receiving/receive');

const {
	createRequest,
	createRules,
	expectHelpfulRejection,
	secretsFor,
	signed,
} = require('./requests');

const ATTRIBUTES = {
	id: 'evt_1',
	time: '2026-11-29T12:00:00.000Z',
	type: 'order.created',
	source: '/orders',
	specversion: '1.0',
	subject: 'orders/7',
	tenant: 'acme',
};

const BINARY_HEADERS = Object.fromEntries(
	Object.entries(ATTRIBUTES).map(([name, value]) => [`ce-${name}`, value]),
);

const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };

const JSON_EVENT = {
	...ATTRIBUTES,
	datacontenttype: 'application/json',
	data: { order_id: 7, items: ['a'] },
};
const TEXT_EVENT = { ...ATTRIBUTES, datacontenttype: 'text/plain', data: 'Hello, wörld' };

/** Requests as the SDK writes them: cloudevents@10.0.0, HTTP.structured and HTTP.binary. */
const SDK_REQUESTS = [
	['JSON in structured mode', STRUCTURED, JSON.stringify(JSON_EVENT), JSON_EVENT],
	[
		'JSON in binary mode',
		{ ...BINARY_HEADERS, 'content-type': 'application/json' },
		'{"order_id":7,"items":["a"]}',
		JSON_EVENT,
	],
	['text in structured mode', STRUCTURED, JSON.stringify(TEXT_EVENT), TEXT_EVENT],
	[
		'text in binary mode',
		{ ...BINARY_HEADERS, 'content-type': 'text/plain' },
		'Hello, wörld',
		TEXT_EVENT,
	],
	[
		'bytes in structured mode',
		STRUCTURED,
		JSON.stringify({
			...ATTRIBUTES,
			datacontenttype: 'application/octet-stream',
			data_base64: 'AP+A',
		}),
		{ ...ATTRIBUTES, datacontenttype: 'application/octet-stream', data_base64: 'AP+A' },
	],
	[
		'bytes in binary mode',
		{ ...BINARY_HEADERS, 'content-type': 'application/octet-stream' },
		Buffer.from('AP+A', 'base64'),
		{ ...ATTRIBUTES, datacontenttype: 'application/octet-stream', data_base64: 'AP+A' },
	],
];

const RULES = createRules('cloudEvents', 'event');

const receive = async (headers, raw, rules = RULES) =>
	await receiveRequest(rules, createRequest({ headers, raw }));

describe('receiveRequest with a CloudEvent', () => {
	test.each(SDK_REQUESTS)('accepts %s', async (_, headers, raw, event) => {
		expect(await receive(headers, raw)).toMatchObject({
			result: 'accepted',
			body: event,
			event: {
				type: 'order.created',
				data: event.data ?? event,
				timeMs: Date.parse(ATTRIBUTES.time),
			},
			duplicateKey: '%2Forders:evt_1',
		});
	});

	test('accepts a batch', async () => {
		const events = [JSON_EVENT, { ...JSON_EVENT, id: 'evt_2', type: 'order.paid' }];
		const received = await receive(BATCH, JSON.stringify(events));
		expect(received).toMatchObject({ result: 'accepted', body: events });
		expect(received.event.types).toEqual(['order.created', 'order.paid']);
		expect(received.duplicateKey).toBe('%2Forders,%2Forders:evt_1,evt_2');
	});

	test.each([
		['JSON', 'application/json', '{"id":616581622363398142}', { data: { id: 616581622363398100 } }],
		['JSON of its default type', undefined, '[1]', { data: [1] }],
		['text', 'text/plain; charset=utf-8', 'wörld', { data: 'wörld' }],
		['XML', 'application/soap+xml', '<a/>', { data: '<a/>' }],
		['JSON that is none', 'application/json', '{', { data_base64: 'ew==' }],
		[
			'JSON that is nested too deeply',
			'application/json',
			'['.repeat(200),
			{ data_base64: expect.any(String) },
		],
	])('decodes data_base64 that is %s', async (_, datacontenttype, data, expected) => {
		const { data: __, ...attributes } = JSON_EVENT;
		const event = {
			...attributes,
			datacontenttype,
			data_base64: Buffer.from(data).toString('base64'),
		};
		const { body, readExactBody } = await receive(STRUCTURED, JSON.stringify(event));
		expect(body).toMatchObject(expected);
		if (datacontenttype === 'application/json' && data.length > 1 && !data.startsWith('[')) {
			expect(String(readExactBody().data.id)).toBe('616581622363398142');
		}
	});

	test('keeps the digits of big numbers in both modes', async () => {
		const data = '{"id":616581622363398142}';
		const structured = JSON.stringify(JSON_EVENT).replace('{"order_id":7,"items":["a"]}', data);
		for (const [headers, raw] of [
			[STRUCTURED, structured],
			[BINARY_HEADERS, data],
		]) {
			const received = await receive(headers, raw);
			expect(String(received.readExactBody().data.id)).toBe('616581622363398142');
			const asText = await receive(headers, raw, { ...RULES, bigNumbersAsText: true });
			expect(asText.body.data).toEqual({ id: '616581622363398142' });
		}
	});

	test('takes no data from a header, which a signature of the body does not cover', async () => {
		const { body } = await receive({ ...BINARY_HEADERS, 'ce-data': 'forged' }, '');
		expect(body).not.toHaveProperty('data');
	});

	test('decodes percent escapes and quotation marks in headers', async () => {
		const headers = {
			...BINARY_HEADERS,
			'ce-subject': 'Euro%20%E2%82%AC%20%F0%9F%98%80',
			'ce-tenant': '"a \\"b\\""',
		};
		const { body } = await receive(headers, '{}');
		expect(body).toMatchObject({ subject: 'Euro € 😀', tenant: 'a "b"' });
		const damaged = await receive({ ...BINARY_HEADERS, 'ce-subject': '100%' }, '{}');
		expect(damaged.body.subject).toBe('100%');
	});

	test('accepts an event without data', async () => {
		const { body, event } = await receive(BINARY_HEADERS, '');
		expect(body).toEqual({ ...ATTRIBUTES, datacontenttype: 'application/json' });
		expect(event.type).toBe('order.created');
	});

	const structured = (changes) => [STRUCTURED, JSON.stringify({ ...JSON_EVENT, ...changes })];
	const binary = (changes) => [{ ...BINARY_HEADERS, ...changes }, '{}'];

	test.each([
		['of version 0.3', ...structured({ specversion: '0.3' }), 'specversion'],
		['of version 1.0.2', ...structured({ specversion: '1.0.2' }), 'specversion'],
		['of a version that is a number', ...structured({ specversion: 1 }), 'specversion'],
		['without a version', ...structured({ specversion: undefined }), 'specversion'],
		['of version 0.3 in binary mode', ...binary({ 'ce-specversion': '0.3' }), 'ce-specversion'],
		['without an ID', ...structured({ id: undefined }), 'id'],
		['with an empty source', ...structured({ source: '' }), 'source'],
		['with a number as its type', ...structured({ type: 1 }), 'type'],
		['with two data', ...structured({ data_base64: '' }), 'data'],
		['without an ID in binary mode', ...binary({ 'ce-id': undefined }), 'ce-id'],
		['with two IDs in binary mode', ...binary({ 'ce-id': ['a', 'b'] }), 'ce-id'],
		['that is a list', STRUCTURED, '[]', 'body'],
		['in a batch that is none', BATCH, JSON.stringify(JSON_EVENT), 'body'],
		['in an empty batch', BATCH, '[]', 'body'],
		[
			'second in a batch, without a type',
			BATCH,
			JSON.stringify([JSON_EVENT, { ...JSON_EVENT, type: undefined }]),
			'1.type',
		],
	])('rejects an event %s', async (_, headers, raw, field) => {
		const request = createRequest({ headers, raw });
		const rejection = await receiveRequest(RULES, request);
		expectHelpfulRejection(rejection, request);
		expect(rejection).toMatchObject({ status: 422, code: 'INVALID_INPUT', details: { field } });
	});

	test('rejects another body than a CloudEvent, and JSON that is none', async () => {
		expect(await receive({ 'content-type': 'text/plain' }, 'Hello')).toMatchObject({ status: 415 });
		expect(await receive({}, '{"a":1}')).toMatchObject({ details: { field: 'specversion' } });
		expect(await receive(STRUCTURED, '{')).toMatchObject({ code: 'INVALID_JSON' });
		expect(await receive(BINARY_HEADERS, '{')).toMatchObject({ code: 'INVALID_JSON' });
	});
});

describe('the duplicate keys of a CloudEvent', () => {
	const rules = {
		...RULES,
		methods: ['signature'],
		loadSecrets: async () => secretsFor('github'),
	};
	const receiveSigned = async (headers, body) =>
		await receiveRequest(
			rules,
			createRequest({ headers: { ...headers, ...signed('github', body) }, body }),
		);

	test('are its source and ID, and the digest by which a replay in binary mode is known', async () => {
		const { duplicateKey, keys } = await receiveSigned(STRUCTURED, JSON_EVENT);
		expect(duplicateKey).toBe('%2Forders:evt_1');
		expect(keys).toEqual(['key %2Forders:evt_1', expect.stringMatching(/^digest /)]);
	});

	test('have the same digest for a body in both modes, whatever types are chosen', async () => {
		const receiveChosen = async (headers, body, eventTypes) =>
			await receiveRequest(
				{ ...rules, eventTypes },
				createRequest({ headers: { ...headers, ...signed('github', body) }, body }),
			);
		const types = ['order.created', 'order.paid'];
		const [first, second] = [
			await receiveChosen(BINARY_HEADERS, { order_id: 7 }, types),
			await receiveChosen(
				{ ...BINARY_HEADERS, 'ce-id': 'evt_99', 'ce-type': 'order.paid' },
				{ order_id: 7 },
				types,
			),
		];
		expect(second.keys[0]).not.toBe(first.keys[0]);
		expect(second.keys[1]).toBe(first.keys[1]);
		const structured = await receiveChosen(STRUCTURED, JSON_EVENT, types);
		expect(structured.keys[1]).toMatch(/^digest [0-9a-f]{64} +$/);
	});

	test.each([
		['an event as JSON', 'application/json', JSON_EVENT],
		['an event as text', 'text/plain', JSON_EVENT],
		['an event as bytes', 'application/octet-stream', JSON_EVENT],
		['an event without a media type', undefined, JSON_EVENT],
		['an event of another version', 'application/json', { ...JSON_EVENT, specversion: '0.3' }],
		['a batch', 'application/json', [{ order_id: 7 }, JSON_EVENT]],
	])('are of no use to a replay of %s in binary mode, which is rejected', async (_, type, body) => {
		const headers = { ...BINARY_HEADERS, 'ce-id': '99', 'ce-type': 'order.paid' };
		const replayed = await receiveSigned({ ...headers, 'content-type': type }, body);
		expect(replayed).toMatchObject({
			result: 'rejected',
			status: 422,
			code: 'INVALID_INPUT',
			details: { field: 'body' },
		});
		expect(replayed.message).toContain('is itself a CloudEvent');
	});

	test('have the digest too in binary mode, whose headers can be changed', async () => {
		const { keys } = await receiveSigned(BINARY_HEADERS, { order_id: 7 });
		expect(keys).toEqual(['key %2Forders:evt_1', expect.stringMatching(/^digest /)]);
	});
});
