const { receiveRequest } = require('../../../build/core/receiving/receive');

const { createRules, createRequest, MESSAGE } = require('./requests');
const { measureCpuMs } = require('../../harness/cpuTime');

/** Creates nested objects with this number of levels. */
const nestedObjects = (levels) => (levels === 1 ? {} : { a: nestedObjects(levels - 1) });

test('a body nested a hundred levels deep is accepted, with lists and objects counted alike', async () => {
	const rules = createRules('agenticflow', 'agentMessage');
	for (const context of [nestedObjects(99), { list: [[nestedObjects(96)], [1]] }]) {
		const body = { ...MESSAGE, context };
		expect(await receiveRequest(rules, createRequest({ body }))).toMatchObject({
			result: 'accepted',
			body,
		});
	}
});

describe('parseBody', () => {
	test('parses JSON of another content type from the bytes, with or without a byte order mark', async () => {
		const rules = createRules('agenticflow', 'agentMessage');
		const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
		for (const mark of ['', '\uFEFF']) {
			const raw = mark + JSON.stringify(MESSAGE);
			expect(await receiveRequest(rules, createRequest({ raw, headers }))).toMatchObject({
				result: 'accepted',
				body: MESSAGE,
			});
		}
	});

	test.each([
		'application/json',
		'application/json; charset=ascii',
		'application/json; charset=latin1',
		'application/json; charset=utf-16le',
		'application/json; charset="utf-8"',
		'application/json ; charset=utf-8',
		'application/json;charset=klingon',
		'APPLICATION/JSON; CHARSET=ASCII',
		'application/ld+json; charset=iso-8859-1',
	])('reads the bytes as UTF-8 if the content type is %s', async (type) => {
		const body = { message: 'Grüße, 世界 😀' };
		const rules = createRules('agenticflow', 'agentMessage');
		for (const mark of ['', '\uFEFF']) {
			const raw = mark + JSON.stringify(body);
			const request = createRequest({ raw, headers: { 'content-type': type } });
			expect(await receiveRequest(rules, request)).toMatchObject({ result: 'accepted', body });
		}
	});

	test.each([
		['latin1', Buffer.from('{"message":"Grüße"}', 'latin1')],
		['utf16le', Buffer.from('\uFEFF{"message":"Hello"}', 'utf16le')],
		['half a character', Buffer.from('7b226d657373616765223a22e282227d', 'hex')],
	])('rejects bytes that are not UTF-8 instead of replacing some: %s', async (_, raw) => {
		const rules = createRules('agenticflow', 'agentMessage');
		expect(await receiveRequest(rules, createRequest({ raw }))).toMatchObject({
			result: 'rejected',
			status: 400,
			code: 'INVALID_JSON',
			message: 'The body is not valid UTF-8',
		});
	});

	test('accepts the replacement character itself', async () => {
		const body = { message: 'a \uFFFD b' };
		const rules = createRules('agenticflow', 'agentMessage');
		expect(await receiveRequest(rules, createRequest({ body }))).toMatchObject({ body });
	});

	test('reads the last of two equal keys, and __proto__ as data', async () => {
		const raw = '{"message":"a","__proto__":{"message":"b"},"message":"c"}';
		const rules = createRules('agenticflow', 'agentMessage');
		const { body } = await receiveRequest(rules, createRequest({ raw }));
		expect(body.message).toBe('c');
		expect(Object.keys(body)).toEqual(['message', '__proto__']);
		expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
	});

	test('keeps the digits of big numbers as text if the owner wants that', async () => {
		const raw = '{"message":"Hello","metadata":{"id":616581622363398142,"count":3}}';
		const read = async (changes) =>
			(
				await receiveRequest(
					createRules('agenticflow', 'agentMessage', changes),
					createRequest({ raw }),
				)
			).body.metadata;
		expect(await read({ bigNumbersAsText: true })).toEqual({ id: '616581622363398142', count: 3 });
		expect(await read({})).toEqual({ id: 616581622363398100, count: 3 });
	});

	test('parses a form if the platform sends forms, and the JSON in its field', async () => {
		const headers = { 'content-type': 'application/x-www-form-urlencoded' };
		const read = async (platform, raw) =>
			(await receiveRequest(createRules(platform, 'event'), createRequest({ raw, headers }))).body;
		expect(await read('twilio', 'SmsStatus=sent&To=%2B1&To=%2B2&Body=a+b')).toEqual({
			SmsStatus: 'sent',
			To: ['+1', '+2'],
			Body: 'a b',
		});
		expect(await read('github', 'payload=%7B%22a%22%3A1%7D')).toEqual({ a: 1 });
	});

	test('keeps the digits of big numbers in a form’s JSON too', async () => {
		const rules = createRules('github', 'event', { bigNumbersAsText: true });
		const raw = `payload=${encodeURIComponent('{"id":616581622363398142}')}`;
		const headers = { 'content-type': 'application/x-www-form-urlencoded' };
		const { body } = await receiveRequest(rules, createRequest({ raw, headers }));
		expect(body).toEqual({ id: '616581622363398142' });
	});
});

describe('a form', () => {
	const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
	const fields = (count) => Array(count).fill('a=1').join('&');

	test('of a thousand fields is read, and of one more is rejected before the signature', async () => {
		const open = createRules('twilio', 'event', { maxBodyBytes: 100_000 });
		const accepted = createRequest({ raw: fields(1000), headers: FORM });
		expect((await receiveRequest(open, accepted)).body.a).toHaveLength(1000);
		const signed = { ...open, methods: ['signature'] };
		for (const rules of [open, signed]) {
			const request = createRequest({
				raw: fields(1001),
				headers: { ...FORM, 'x-twilio-signature': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' },
			});
			expect(await receiveRequest(rules, request)).toMatchObject({
				result: 'rejected',
				status: 413,
				code: 'PAYLOAD_TOO_LARGE',
				message: 'The form has more than 1000 fields',
			});
		}
	});

	test('with its byte order mark has the first field’s name without it', async () => {
		const request = createRequest({ raw: '\uFEFFMessageStatus=sent', headers: FORM });
		expect(await receiveRequest(createRules('twilio', 'event'), request)).toMatchObject({
			body: { MessageStatus: 'sent' },
			event: { type: 'sent' },
		});
	});

	test.each([
		['ten megabytes of spaces', `a=${'+'.repeat(10_000_000)}`],
		['ten megabytes of escapes', `a=${'%2B'.repeat(3_300_000)}`],
		['five million fields', '&'.repeat(5_000_000)],
		['a megabyte of spaces', `a=${'+'.repeat(1_000_000)}`],
		[
			'a thousand long values that begin alike',
			Array.from({ length: 1000 }, (_, index) => `a=${'b'.repeat(1000)}${index}`).join('&'),
		],
	])('with a wrong Twilio signature and %s is rejected quickly', async (_, raw) => {
		const rules = createRules('twilio', 'event', {
			methods: ['signature'],
			maxBodyBytes: 10_485_760,
		});
		const request = createRequest({
			raw,
			headers: { ...FORM, 'x-twilio-signature': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' },
		});
		const ms = await measureCpuMs(async () =>
			expect((await receiveRequest(rules, request)).result).toBe('rejected'),
		);
		expect(ms).toBeLessThan(1000);
	});
});

describe('bodies of other formats', () => {
	const receive = async (changes, raw, type) => {
		const rules = createRules('custom', 'event', changes);
		const headers = type === undefined ? { 'content-type': undefined } : { 'content-type': type };
		return await receiveRequest(rules, createRequest({ raw, headers }));
	};
	const accepted = (body) => ({ result: 'accepted', body });

	test.each([
		['{"a":1}', 'text/plain', { a: 1 }],
		['[1]', 'text/plain; charset=utf-8', [1]],
		['\uFEFF{"a":1}', 'text/plain', { a: 1 }],
		['12', 'text/plain', '12'],
		['"a"', 'text/plain', '"a"'],
		['a,b\n1,2', 'text/csv', 'a,b\n1,2'],
		['Grüße 😀', 'text/plain', 'Grüße 😀'],
		['hello', undefined, 'hello'],
	])('text %j as %s is accepted as %j if any text is', async (raw, type, body) => {
		expect(await receive({ textBodies: 'any' }, raw, type)).toMatchObject(accepted(body));
	});

	test('text is the data of an event without a type', async () => {
		const result = await receive({ textBodies: 'any' }, 'hello', 'text/plain');
		expect(result.event).toMatchObject({ type: undefined, data: 'hello' });
	});

	test('text must be JSON if the platform sends only JSON', async () => {
		const changes = { textBodies: 'json' };
		expect(await receive(changes, '{"a":1}', 'text/plain')).toMatchObject(accepted({ a: 1 }));
		expect(await receive(changes, 'hello', 'text/plain')).toMatchObject({ code: 'INVALID_JSON' });
		expect(await receive(changes, '{}', undefined)).toMatchObject({ status: 415 });
	});

	test('text that is not UTF-8 is rejected', async () => {
		const raw = Buffer.from('Grüße', 'latin1');
		expect(await receive({ textBodies: 'any' }, raw, 'text/plain')).toMatchObject({
			status: 400,
			code: 'BODY_UNREADABLE',
		});
	});

	test.each(['application/xml', 'text/xml; charset=utf-8', 'application/soap+xml'])(
		'XML as %s is text, and accepted only if XML is',
		async (type) => {
			const raw = '<order id="1"/>';
			expect(await receive({ xmlBodies: true }, raw, type)).toMatchObject(accepted(raw));
			const other = '\r\n <?xml version="1.0"?><a/>';
			const marked = await receive({ xmlBodies: true }, `\uFEFF${other}`, type);
			expect(marked).toMatchObject(accepted(other));
			expect(await receive({ textBodies: 'any' }, raw, type)).toMatchObject({ status: 415 });
		},
	);

	test.each(['{"a":1}', 'a=1&b=2', 'hello', '"<a/>"'])(
		'%j as XML is rejected, since another Content-Type would make another body of it',
		async (raw) => {
			const changes = { formBodies: {}, textBodies: 'any', xmlBodies: true };
			expect(await receive(changes, raw, 'application/xml')).toMatchObject({
				status: 415,
				code: 'UNSUPPORTED_MEDIA_TYPE',
				details: { field: 'content-type', received: 'application/xml' },
			});
		},
	);

	test('a rejection says that there are several Content-Type headers', async () => {
		expect(await receive({}, '{}', ['application/json', 'text/plain'])).toMatchObject({
			status: 415,
			details: { received: 'several such headers' },
		});
	});

	test('a form’s repeated field is a list', async () => {
		const raw = 'event=paid&tag=a&tag=b&note=x+y';
		const type = 'application/x-www-form-urlencoded';
		const result = await receive({ formBodies: {} }, raw, type);
		expect(result).toMatchObject(accepted({ event: 'paid', tag: ['a', 'b'], note: 'x y' }));
		expect(result.event.type).toBe('paid');
	});

	test.each([
		[{}, 'JSON', 'application/json'],
		[{ formBodies: {} }, 'JSON or a form', 'application/json or application/x-www-form-urlencoded'],
		[
			{ formBodies: {}, textBodies: 'any', xmlBodies: true },
			'JSON, a form, text or XML',
			'application/json, application/x-www-form-urlencoded, text/plain or application/xml',
		],
		[{ noJsonBodies: true, xmlBodies: true }, 'XML', 'application/xml'],
	])('a rejection names the formats that %j accepts', async (changes, names, expected) => {
		expect(await receive(changes, 'x', 'image/png')).toMatchObject({
			status: 415,
			message: `The body must be ${names}`,
			details: { expected, received: 'image/png' },
		});
	});

	test('JSON is rejected if only other formats are accepted', async () => {
		const changes = { noJsonBodies: true, formBodies: {} };
		expect(await receive(changes, '{}', 'application/json')).toMatchObject({ status: 415 });
	});
});
