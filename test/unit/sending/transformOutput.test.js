const fc = require('fast-check');

const {
	MAX_BODY_BYTES,
	readTransformOutput,
} = require('../../../build/core/sending/transformOutput');

/** Reads the output for one delivery. */
const read = (item) => readTransformOutput([item], ['dlv_1']).get('dlv_1');

describe('the assignment of items to deliveries', () => {
	test('follows their order if no item has an ID', () => {
		const bodies = readTransformOutput([{ body: { n: 1 } }, { body: { n: 2 } }], ['a', 'b']);
		expect([...bodies].map(([id, { body }]) => [id, body])).toEqual([
			['a', '{"n":1}'],
			['b', '{"n":2}'],
		]);
	});

	test('follows their IDs in any order, whatever else the workflow returns', () => {
		fc.assert(
			fc.property(
				fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 }),
				fc.infiniteStream(fc.double({ noNaN: true })),
				(ids, random) => {
					const items = ids.map((id) => ({ delivery_id: id, body: { id } }));
					const shuffled = [...items, { delivery_id: 'another one', body: {} }]
						.map((item) => [random.next().value, item])
						.sort(([a], [b]) => a - b)
						.map(([, item]) => item);
					const bodies = readTransformOutput(shuffled, ids);
					expect([...bodies.keys()]).toEqual(ids);
					for (const id of ids) expect(bodies.get(id).body).toBe(JSON.stringify({ id }));
				},
			),
		);
	});

	test('fails a delivery whose ID is missing, or is there twice, and only that', () => {
		const item = (id) => ({ delivery_id: id, body: {} });
		const bodies = readTransformOutput([item('a'), item('b'), item('b')], ['a', 'b', 'c']);
		expect(bodies.get('a').body).toBe('{}');
		expect(bodies.get('b').fault).toMatch(/returned 2 items with the "delivery_id"/);
		expect(bodies.get('c').fault).toMatch(/returned no item with the "delivery_id"/);
	});

	test.each([
		[[], ['a'], '0 items for 1 delivery'],
		[[{ body: {} }], ['a', 'b'], '1 item for 2 deliveries'],
		[[{ body: {} }, 'text', null], ['a', 'b'], '3 items for 2 deliveries'],
	])('fails all if the count is another one', (items, ids, counts) => {
		const bodies = readTransformOutput(items, ids);
		expect(bodies.size).toBe(ids.length);
		for (const { fault } of bodies.values()) expect(fault).toContain(counts);
	});
});

describe('a body', () => {
	test.each([
		[{ body: { a: 1 } }, '{"a":1}', {}, true],
		[{ body: [1] }, '[1]', {}, true],
		[{ body: 'text' }, 'text', { 'Content-Type': 'text/plain; charset=utf-8' }, false],
		[{ body: '' }, '', { 'Content-Type': 'text/plain; charset=utf-8' }, false],
		[
			{ body: '<a/>', content_type: 'application/xml', headers: { 'X-A': 'b' } },
			'<a/>',
			{ 'Content-Type': 'application/xml', 'X-A': 'b' },
			false,
		],
		[
			{ body: {}, content_type: 'application/vnd.api+json; charset=UTF-8', headers: null },
			'{}',
			{ 'Content-Type': 'application/vnd.api+json; charset=UTF-8' },
			false,
		],
	])('is an object, a list or text: %j', (item, body, headers, keepsHeaders) => {
		expect(read(item)).toEqual({ body, headers, keepsHeaders });
	});

	test.each([
		[{}, 'has no "body"'],
		[{ body: null }, 'has no "body"'],
		[{ body: 7 }, 'has a "body" that is a number'],
		[{ body: 'é'.repeat(MAX_BODY_BYTES / 2 + 1) }, 'has a "body" of 1048578 bytes'],
		[{ body: '', content_type: 7 }, 'is not a media type'],
		[{ body: '', content_type: 'xml' }, 'is not a media type'],
		[{ body: '', content_type: 'text/xml\r\nX: y' }, 'is not a media type'],
		[{ body: '', content_type: 'text/xml; charset=latin1' }, 'with another charset'],
		[{ body: '', headers: 'X: y' }, '"headers" that are not an object'],
		[{ body: '', headers: { 'X-A': 7 } }, 'a header "X-A" that is not text'],
		[{ body: '', headers: { 'X-A': 'a\r\nX-B: c' } }, 'a header that cannot be sent'],
		[{ body: '', headers: { Host: 'a' } }, 'a header that cannot be sent'],
		[{ body: '', headers: { 'content-type': 'a/b' } }, 'Return it in the field "content_type"'],
		[{ body: '', headers: { Authorization: 'a' } }, 'which is set when the delivery is sent'],
		[{ body: '', headers: { 'Webhook-Signature': 'a' } }, 'which is set when the delivery is sent'],
	])('that cannot be sent fails its delivery', (item, expected) => {
		expect(read(item).fault).toContain(expected);
		expect(read(item)).not.toHaveProperty('body');
	});

	test('may be as large as a batch', () => {
		expect(read({ body: 'x'.repeat(MAX_BODY_BYTES) }).body).toHaveLength(MAX_BODY_BYTES);
	});
});
