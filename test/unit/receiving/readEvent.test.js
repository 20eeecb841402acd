const { createHash } = require('node:crypto');

const fc = require('fast-check');

const { getPlatform } = require('../../../build/core/platforms');
const {
	computeDuplicateKey,
	parseValueSource,
	readEvent,
	replaceEventPlaces,
} = require('../../../build/core/receiving/readEvent');

const createRequest = (body, headers = {}) => ({
	headers,
	rawBody: Buffer.from(JSON.stringify(body)),
	body,
});

describe('readEvent', () => {
	const getEvents = (id) => getPlatform(id).events;

	test('reads type, time and data of an AgenticFlow event', () => {
		const body = {
			event: 'workflow.execution.completed',
			timestamp: '2024-01-15T10:30:00Z',
			webhook_id: 'wh_1',
			data: { workflow_id: 'wf_1' },
		};
		expect(readEvent(getEvents('agenticflow'), createRequest(body))).toEqual({
			type: 'workflow.execution.completed',
			types: ['workflow.execution.completed'],
			data: { workflow_id: 'wf_1' },
			envelope: {
				event: 'workflow.execution.completed',
				timestamp: '2024-01-15T10:30:00Z',
				webhook_id: 'wh_1',
			},
			timeMs: Date.parse('2024-01-15T10:30:00Z'),
		});
	});

	test('reads GitHub’s type from a header, and takes the whole body as data', () => {
		const body = { ref: 'refs/heads/main' };
		const request = createRequest(body, { 'x-github-event': 'push' });
		expect(readEvent(getEvents('github'), request)).toEqual({
			type: 'push',
			types: ['push'],
			data: body,
			timeMs: undefined,
		});
	});

	test('leaves missing fields undefined, and takes the whole body as data', () => {
		for (const body of [{}, { a: 1 }, [], null, 'text', 5]) {
			expect(readEvent(getEvents('agenticflow'), createRequest(body))).toEqual({
				type: undefined,
				types: [],
				data: body,
				timeMs: undefined,
			});
		}
		const getTypes = (value) =>
			readEvent(getEvents('github'), createRequest({}, { 'x-github-event': value })).types;
		expect(getTypes('')).toEqual([]);
		expect(getTypes(['push', 'push'])).toEqual([]);
	});

	test('separates data in an inner object from the fields around it', () => {
		const read = (body) => readEvent(getEvents('discord'), createRequest(body));
		expect(read({ type: 1, event: { type: 'A', data: { n: 1 } } })).toMatchObject({
			type: 'A',
			data: { n: 1 },
			envelope: { type: 1, event: { type: 'A' } },
		});
		expect(read({ type: 1, event: { data: null } })).toMatchObject({
			data: null,
			envelope: { type: 1 },
		});
		expect(read({ event: { data: 1 } })).not.toHaveProperty('envelope');
		expect(read({ event: 5 })).toMatchObject({ data: { event: 5 } });
	});

	test('reads the type of a custom event from event, otherwise from type', () => {
		const getType = (body) => readEvent(getEvents('custom'), createRequest(body)).type;
		expect(getType({ event: 'a', type: 'b' })).toBe('a');
		expect(getType({ type: 'b' })).toBe('b');
		expect(getType({ event: { id: 1 }, type: 'b' })).toBe('b');
	});

	test('reads the type from the first source that has one', () => {
		const profile = { type: [{ header: 'X-Type' }, { body: 'type' }], duplicateKey: [] };
		const getType = (body, headers) => readEvent(profile, createRequest(body, headers)).type;
		expect(getType({ type: 'b' }, { 'x-type': 'a' })).toBe('a');
		expect(getType({ type: 'b' }, {})).toBe('b');
		expect(getType({ type: 5 }, {})).toBeUndefined();
	});

	test('lists several types once each, and chooses none of them as the type', () => {
		const profile = { type: [{ body: 'events.type' }], duplicateKey: [] };
		const read = (...types) =>
			readEvent(profile, createRequest({ events: types.map((type) => ({ type })) }));
		expect(read('a', 'b', 'a')).toMatchObject({ type: undefined, types: ['a', 'b'] });
		expect(read('a', 'a')).toMatchObject({ type: 'a', types: ['a'] });
		expect(read(5, null, 'a')).toMatchObject({ type: 'a', types: ['a'] });
	});

	test.each([
		['2024-01-15T11:45:00.000000Z', Date.parse('2024-01-15T11:45:00Z')],
		['2024-01-15T11:45:00.123', Date.parse('2024-01-15T11:45:00.123Z')],
		['2024-01-15T11:45:00+01:00', Date.parse('2024-01-15T10:45:00Z')],
		[1_705_315_500, 1_705_315_500_000],
		[1_705_315_500_123, 1_705_315_500_123],
		['soon', undefined],
		['', undefined],
		[null, undefined],
		[{}, undefined],
	])('reads the time %j as %j ms', (timestamp, expected) => {
		const body = { event: 'x', timestamp, data: {} };
		expect(readEvent(getEvents('agenticflow'), createRequest(body)).timeMs).toBe(expected);
	});
});

describe('computeDuplicateKey', () => {
	const agentflow = getPlatform('agentflow').events.duplicateKey;
	const lead = (data, event = 'lead.qualified') => createRequest({ event, data });

	test('combines lead and event type for AgentFlow', () => {
		expect(computeDuplicateKey(agentflow, lead({ lead_id: 'lead_1' }))).toBe(
			'lead_1:lead.qualified',
		);
		expect(computeDuplicateKey(agentflow, lead({ lead_id: 7 }))).toBe('7:lead.qualified');
	});

	test('returns nothing if a part is missing', () => {
		for (const data of [{}, { lead_id: '' }, { lead_id: null }, { lead_id: {} }, undefined]) {
			expect(computeDuplicateKey(agentflow, lead(data))).toBeUndefined();
		}
		expect(computeDuplicateKey([], lead({ lead_id: 'lead_1' }))).toBeUndefined();
		const header = [{ header: 'X-Request-ID' }];
		expect(computeDuplicateKey(header, createRequest({}))).toBeUndefined();
		expect(computeDuplicateKey(header, createRequest({}, { 'x-request-id': '' }))).toBeUndefined();
		const twice = { 'x-request-id': ['a', 'b'] };
		expect(computeDuplicateKey(header, createRequest({}, twice))).toBeUndefined();
	});

	test('combines a header in any case with the digest of the body', () => {
		const request = createRequest({ a: 1 }, { 'x-request-id': 'r 1' });
		const digest = createHash('sha256').update('{"a":1}').digest('hex');
		expect(computeDuplicateKey([{ header: 'X-Request-ID' }, { digest: 'body' }], request)).toBe(
			`r%201:${digest}`,
		);
	});

	test('tells two AgenticFlow events of one second apart by their bytes', () => {
		const { duplicateKey } = getPlatform('agenticflow').events;
		const key = (data) =>
			computeDuplicateKey(
				duplicateKey,
				createRequest({
					event: 'workflow.execution.completed',
					timestamp: '2024-01-15T10:30:00Z',
					webhook_id: 'wh_1',
					data,
				}),
			);
		expect(key({ workflow_id: 'wf_1' })).toBe(key({ workflow_id: 'wf_1' }));
		expect(key({ workflow_id: 'wf_1' })).not.toBe(key({ workflow_id: 'wf_2' }));
	});

	test('never returns the same key for different parts', () => {
		const sources = [{ body: 'a' }, { body: 'b' }];
		const part = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 4 });
		const pair = fc.record({ a: part, b: part });
		fc.assert(
			fc.property(pair, pair, (one, other) => {
				const same = one.a === other.a && one.b === other.b;
				const keys = [one, other].map((body) => computeDuplicateKey(sources, createRequest(body)));
				expect(keys[0] === keys[1]).toBe(same);
			}),
			{
				examples: [
					[
						{ a: 'x:y', b: 'z' },
						{ a: 'x', b: 'y:z' },
					],
				],
			},
		);
	});
});

describe('parseValueSource', () => {
	test.each([
		['header.X-Request-ID', { header: 'X-Request-ID' }],
		['body.id', { body: 'id' }],
		['body.data.lead_id', { body: 'data.lead_id' }],
		['body.items.0.id', { body: 'items.0.id' }],
		['query.id', { query: 'id' }],
		['digest', { digest: 'body' }],
	])('parses %s', (text, source) => {
		expect(parseValueSource(text)).toEqual(source);
	});

	test.each(['', 'header', 'header.', 'body', 'body.', 'digest.body', 'query.', 'X-Request-ID'])(
		'throws an error with examples for %j',
		(text) => {
			expect(() => parseValueSource(text)).toThrow(`"${text}" does not name a value of a request.`);
			expect(() => parseValueSource(text)).toThrow(
				'header.X-Request-ID, body.data.id, query.id or digest',
			);
			expect(() => parseValueSource(text)).toThrow(
				expect.objectContaining({ name: 'InvalidSourceError' }),
			);
		},
	);

	test('throws an error for a path that is not valid', () => {
		expect(() => parseValueSource('body.a..b')).toThrow('has an empty key');
		expect(() => parseValueSource('body.__proto__')).toThrow('which is not data');
	});
});

describe('places of values', () => {
	const read = (type, body, { headers = {}, query = {}, ...changes } = {}) =>
		readEvent(
			{ type, duplicateKey: [], ...changes },
			{ headers, query, rawBody: Buffer.from(JSON.stringify(body)), body },
		);

	test.each([
		[{ query: 'event' }, {}, { query: { event: 'paid' } }, 'paid'],
		[{ query: 'event' }, {}, { query: { event: ['paid', 'failed'] } }, undefined],
		[{ query: 'toString' }, {}, {}, undefined],
		[
			{ joined: [{ header: 'X-Event' }, { body: 'action' }], with: '.' },
			{ action: 'opened' },
			{ headers: { 'x-event': 'issue' } },
			'issue.opened',
		],
		[
			{ joined: [{ header: 'X-Event' }, { body: 'action' }], with: '.' },
			{},
			{ headers: { 'x-event': 'push' } },
			undefined,
		],
		[{ joined: [{ body: 'a' }, { body: 'b' }], with: ':' }, { a: 1, b: 'x' }, {}, '1:x'],
		[{ joined: [{ body: 'a' }, { body: 'b' }], with: ':' }, { a: {}, b: 'x' }, {}, undefined],
		[{ fieldName: '', except: ['update_id'] }, { update_id: 1, message: {} }, {}, 'message'],
		[{ fieldName: 'events' }, { events: { created: {}, other: {} } }, {}, 'created'],
		[{ fieldName: '' }, [], {}, undefined],
		[{ fieldName: '', except: ['id'] }, { id: 1 }, {}, undefined],
	])('%j of %j with %j is the type %s', (source, body, request, type) => {
		expect(read([source], body, request).type).toBe(type);
	});

	test('joins the values of each element of a list', () => {
		const source = { joined: [{ body: 'events.object' }, { body: 'events.action' }], with: '.' };
		const events = [
			{ object: 'contact', action: 'created' },
			{ object: 'deal', action: 'deleted' },
		];
		expect(read([source], { events }).types).toEqual(['contact.created', 'deal.deleted']);
		expect(read([source], { events: [...events, { object: 'deal' }] }).types).toEqual([]);
	});

	test.each([
		['1700000000', 1_700_000_000_000],
		['1700000000123', 1_700_000_000_123],
		['1700000000.5', 1_700_000_000_500],
		['2023-11-14 22:13:20', 1_700_000_000_000],
		['17', undefined],
		['1e9', undefined],
		['yesterday', undefined],
	])('reads the time %j of a header as %s', (time, timeMs) => {
		const request = { headers: { 'x-time': time }, time: { header: 'X-Time' } };
		expect(read([], {}, request).timeMs).toBe(timeMs);
	});
});

describe('the places that a person names', () => {
	const { events } = getPlatform('custom');
	const replace = (places) =>
		replaceEventPlaces(events, { type: [], time: '', data: '', ...places });

	test('replace the platform’s', () => {
		expect(
			replace({ type: ['header.X-Event', 'query.event'], time: 'body.at', data: 'body.payload' }),
		).toMatchObject({
			type: [{ header: 'X-Event' }, { query: 'event' }],
			time: { body: 'at' },
			data: 'payload',
		});
	});

	test('leave the platform’s as they are if they are empty', () => {
		expect(replace({})).toEqual(events);
	});

	test('can be the whole body for the data', () => {
		expect(replace({ data: 'body' }).data).toBeUndefined();
	});

	test.each([
		[{ type: ['event'] }, '"event" does not name a value of a request'],
		[{ type: ['digest'] }, 'no type or time of an event'],
		[{ time: 'digest' }, 'no type or time of an event'],
		[{ data: 'header.X-Data' }, '"header.X-Data" is not in the body. Use body.data'],
		[{ data: 'body.__proto__' }, 'which is not data'],
	])('are rejected with advice: %j', (places, message) => {
		expect(() => replace(places)).toThrow(message);
	});
});

describe('unusual values in a request', () => {
	const event = (body) => ({
		headers: { 'content-type': 'application/json' },
		rawBody: Buffer.from(body),
		body: JSON.parse(body),
	});

	test('half of a surrogate pair does not break a duplicate key', () => {
		const request = event('{"id":"\\ud800"}');
		expect(computeDuplicateKey([{ body: 'id' }], request)).toBe('%EF%BF%BD');
	});

	test.each([
		'1e300',
		'-1e30',
		'1e17',
		'1e999',
		// In microseconds, which would be the year 55840.
		'1700000000000000',
		'"1700000000000000"',
		'"soon"',
		'"5"',
		'true',
		'{}',
	])('%s is not a time', (time) => {
		const profile = { types: [], type: [], time: { body: 'at' }, duplicateKey: [] };
		expect(readEvent(profile, event(`{"at":${time}}`)).timeMs).toBeUndefined();
	});

	test.each([
		['1700000000', 1_700_000_000_000],
		['1700000000000', 1_700_000_000_000],
		['"2024-01-15T11:45:00.000000Z"', Date.UTC(2024, 0, 15, 11, 45)],
		['"2024-01-15 11:45:00"', Date.UTC(2024, 0, 15, 11, 45)],
		['"2024-01-15T11:45:00+02:00"', Date.UTC(2024, 0, 15, 9, 45)],
	])('%s is a time', (time, expected) => {
		const profile = { types: [], type: [], time: { body: 'at' }, duplicateKey: [] };
		expect(readEvent(profile, event(`{"at":${time}}`)).timeMs).toBe(expected);
	});

	test.each(['header.X Y', 'header. X', 'header.', 'body.a..b', 'body.__proto__', 'cookie.x', ''])(
		'%j does not name a value of a request',
		(text) => expect(() => parseValueSource(text)).toThrow(),
	);
});
