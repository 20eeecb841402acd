const { receiveRequest } = require('../../../dist/core/receiving/receive');

const { createRules, createRequest, MESSAGE } = require('./requests');

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
});
