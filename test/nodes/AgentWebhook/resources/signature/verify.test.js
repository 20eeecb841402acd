const { createHmac } = require('node:crypto');

const { execute } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');

const SECRET = 'signing-secret-77d1';
const FORM = 'application/x-www-form-urlencoded';
const sign = (bytes) => `sha256=${createHmac('sha256', SECRET).update(bytes).digest('hex')}`;

/**
 * Verifies a request that GitHub signed.
 * @param item more of the item, e.g. what n8n's Webhook node parsed
 * @param more other parameters of the node
 * @returns the number of the output, the item's JSON, and the responses
 */
async function verify(body, { headers = {}, item = {}, more, options = {}, signature } = {}) {
	const bytes = Buffer.from(body);
	const all = { 'x-hub-signature-256': signature ?? sign(bytes), ...headers };
	const parameters = fillInDefaults('agentWebhook', {
		resource: 'signature',
		operation: 'verify',
		platform: 'github',
		bodySource: 'binary',
		options,
		...more,
	});
	const { outputs, responses } = await execute(
		parameters,
		[
			{
				json: { headers: all, body: 'as n8n parsed it', ...item },
				binary: { data: { data: bytes.toString('base64'), mimeType: 'application/json' } },
			},
		],
		{
			credentials: {
				agentWebhookInboundApi: { signatureScheme: 'platform', signingSecret: SECRET },
			},
		},
	);
	const output = outputs.findIndex(({ length }) => length > 0);
	return { output, json: outputs[output][0].json, responses };
}

const VALID = 0;
const REJECTED = 1;

describe('Verify', () => {
	test.each([
		['application/json', '{"a":"ü"}', { a: 'ü' }],
		['application/json; charset=ascii', '{"a":"ü"}', { a: 'ü' }],
		['application/json ; charset=utf-8', '\uFEFF{"a":"ü"}', { a: 'ü' }],
		['application/ld+json; charset=latin1', '[1]', [1]],
		[FORM, 'payload=%7B%22a%22%3A%22%C3%BC%22%7D', { a: 'ü' }],
		[undefined, '{"a":"ü"}', { a: 'ü' }],
		['text/plain; charset=ascii', 'Grüße', 'Grüße'],
		['application/xml', '<a>ü</a>', '<a>ü</a>'],
		['text/plain', '{"a":1}', { a: 1 }],
		['application/json', '', {}],
		['application/octet-stream', Buffer.from([0xff, 0x00]), null],
	])(
		'outputs the body as its bytes have it, whatever the content type: %s, %j',
		async (...given) => {
			const [type, body, expected] = given;
			const { json, output } = await verify(body, { headers: { 'content-type': type } });
			expect(output).toBe(VALID);
			expect(json.body).toEqual(expected);
			expect(json.verification).toEqual({ valid: true, scheme: 'github' });
		},
	);

	test.each([
		['multipart/form-data; boundary=x', '{"a":1}', 415, 'UNSUPPORTED_MEDIA_TYPE'],
		['Multipart/Mixed ; boundary=x', '{"a":1}', 415, 'UNSUPPORTED_MEDIA_TYPE'],
		[FORM, '{"a":"&payload=%7B%7D&"}', 415, 'UNSUPPORTED_MEDIA_TYPE'],
		['application/json', 'payload=%7B%7D', 400, 'INVALID_JSON'],
		['application/json', Buffer.from('"ü"', 'latin1'), 400, 'INVALID_JSON'],
	])('rejects a signed body that is not what %s says: %j', async (type, body, status, code) => {
		const { json, output, responses } = await verify(body, {
			headers: { 'content-type': type },
			options: { answer: 'refused' },
		});
		expect(output).toBe(REJECTED);
		expect(json.body).toBe('as n8n parsed it');
		expect(json.verification).toMatchObject({ valid: false, code });
		expect(responses).toMatchObject([
			{ statusCode: status, body: { success: false, error: { code } } },
		]);
	});

	test('rejects a form of more than a thousand fields', async () => {
		const body = Array(1001).fill('a=1').join('&');
		const { json, output } = await verify(body, { headers: { 'content-type': FORM } });
		expect(output).toBe(REJECTED);
		expect(json.verification.code).toBe('PAYLOAD_TOO_LARGE');
	});

	test('rejects multipart even if only the headers of the signature were entered', async () => {
		const { output } = await verify('{"a":1}', {
			more: { headers: '={{ $json.signatureHeaders }}' },
			item: {
				headers: { 'content-type': 'multipart/form-data; boundary=x' },
				signatureHeaders: { 'x-hub-signature-256': sign('{"a":1}') },
			},
		});
		expect(output).toBe(REJECTED);
	});

	test('answers a valid request as its platform expects, if it is to answer every request', async () => {
		const options = { answer: 'all' };
		const { responses } = await verify('{"a":1}', { options });
		expect(responses).toEqual([
			{ statusCode: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '' },
		]);
		const custom = await verify('{"a":1}', {
			options,
			more: { platform: 'agenticflow' },
			headers: { 'x-agenticflow-signature': sign('{"a":1}') },
		});
		expect(custom.responses).toMatchObject([
			{ statusCode: 200, body: { success: true, status: 'accepted' } },
		]);
	});

	test('reads a form even if only the headers of the signature were entered', async () => {
		const body = 'payload=%7B%22a%22%3A1%7D';
		const { json } = await verify(body, {
			more: { headers: { 'X-Hub-Signature-256': sign(body) } },
			headers: { 'content-type': FORM },
		});
		expect(json.body).toEqual({ a: 1 });
	});

	test('keeps an item’s other fields, and the digits of big numbers if wanted', async () => {
		const body = '{"id":616581622363398142,"count":1}';
		const options = { bigNumbersAsText: true };
		const { json } = await verify(body, { item: { query: { a: '1' } }, options });
		expect(json).toMatchObject({ query: { a: '1' }, body: { id: '616581622363398142', count: 1 } });
		expect((await verify(body)).json.body.id).toBe(616581622363398100);
	});

	test('rejects another signature before it reads the body', async () => {
		const headers = { 'content-type': 'application/json' };
		const { json, output } = await verify('{', { headers, signature: sign('other') });
		expect(output).toBe(REJECTED);
		expect(json.verification.code).toBe('SIGNATURE_INVALID');
	});
});
