/** The small parts of the portal's page. */
const { layOutWeek } = require('../../../core/portal/page/chart');
const { createClient, describeError, PortalError } = require('../../../core/portal/page/client');
const {
	formatAnswer,
	formatJson,
	formatShare,
	parseJson,
} = require('../../../core/portal/page/format');
const model = require('../../../core/portal/page/model');
const { readSession, readView, toHash } = require('../../../core/portal/page/session');
const { listLanguages, writeSnippet } = require('../../../core/portal/page/snippets');
const TEXTS = require('../../../core/portal/page/texts.json');
const { createTexts } = require('../../../core/portal/page/texts');
const { createApiKeys } = require('../../../build/core/outbox/apiKey/apiKeyToken');

const t = createTexts(TEXTS);
const SESSION = { eventTypes: [], channels: [] };

test('a session is what the token in the address says', () => {
	const token = createApiKeys('outbox', ['k'.repeat(40)]).create({
		id: 'key_1',
		tenantId: 'acme',
		rights: ['read', 'replay'],
		issuedAtMs: 1,
		expiresAtMs: 2,
		epoch: 1,
		isPortal: true,
		filter: { eventTypes: ['order.created'], channels: [] },
	});
	expect(readSession(`#${token}/endpoint/ep_1`)).toEqual({
		token,
		tenantId: 'acme',
		expiresAtMs: 2,
		eventTypes: ['order.created'],
		channels: [],
		canManage: false,
		canReplay: true,
		canReadSecrets: false,
	});
	expect(readView(`#${token}/endpoint/ep_1`)).toEqual(['endpoint', 'ep_1']);
	expect(toHash({ token }, ['new'])).toBe(`#${token}/new`);
});

test.each(['', '#', '#agw_', '#agw_AAAA.BBBB', '#<script>'])('"%s" is no session', (hash) => {
	expect(readSession(hash)).toBeUndefined();
});

test('texts are filled in, with a form for one', () => {
	expect(t('recover.would', { count: 1, deliveries: '1' })).toBe('1 event would be sent again.');
	expect(t('recover.would', { count: 3, deliveries: '3' })).toBe('3 events would be sent again.');
	expect(createTexts({ a: '{x} {y}' })('a', { x: '{y}' })).toBe('{y} {y}');
});

test.each([
	[0, {}, 'The server did not answer.'],
	[403, {}, 'Your link does not allow this.'],
	[404, {}, 'This does not exist anymore.'],
	[409, { detail: 'Taken.' }, 'It cannot be done as it is now. Taken.'],
	[422, { detail: [{ loc: ['body', 'url'], msg: 'is wrong' }] }, 'URL: is wrong'],
	[422, { detail: [null] }, ': undefined'],
	[429, {}, 'These were many requests'],
	[500, { detail: 'secret' }, 'The server cannot do this right now.'],
])('an answer with status %i is said in words', (status, body, words) => {
	expect(describeError(t, new PortalError(status, body))).toContain(words);
});

test('a mistake of the page is no answer', () => {
	expect(describeError(t, new TypeError('x is undefined'))).toBe(TEXTS['error.page']);
});

test.each([
	[{ disabled: true, failingSince: 'x', week: { success: 1, fail: 0 } }, 'disabled'],
	[{ paused: true, failingSince: 'x', week: { success: 1, fail: 0 } }, 'paused'],
	[{ disabled: false, failingSince: 'x', week: { success: 1, fail: 0 } }, 'failing'],
	[{ disabled: false, failingSince: null, week: { success: 0, fail: 0 } }, 'idle'],
	[{ disabled: false, failingSince: null, week: { success: 1, fail: 0 } }, 'healthy'],
])('the health of %j is %s', (endpoint, health) => {
	expect(model.toHealth(endpoint)).toBe(health);
});

test('a rate that is not perfect does not show as 100 %', () => {
	expect(formatShare(0.99999)).toMatch(/^99[.,]9/);
});

test('a link with a filter asks for its events where others ask for all', () => {
	const values = {
		url: ' https://a.example ',
		description: '',
		channels: '',
		eventTypes: [],
		getsAll: true,
	};
	expect(model.toEndpointBody(values, SESSION)).toEqual({
		url: 'https://a.example',
		description: '',
		eventTypes: null,
		channels: null,
	});
	expect(model.toEndpointBody(values, { eventTypes: ['a.b'], channels: ['c'] })).toMatchObject({
		eventTypes: ['a.b'],
		channels: ['c'],
	});
});

test('a form is checked', () => {
	const values = { url: 'https://a.example', eventTypes: [], getsAll: true };
	expect(model.findFormFault(values)).toBeUndefined();
	expect(model.findFormFault({ ...values, url: 'javascript:alert(1)' })).toBe('form.urlFault');
	expect(model.findFormFault({ ...values, getsAll: false })).toBe('form.typesFault');
});

test('an answer is shown as JSON if it is JSON', () => {
	expect(formatAnswer('{"a":1}')).toBe('{\n  "a": 1\n}');
	expect(formatAnswer('<h1>')).toBe('<h1>');
	expect(formatAnswer('{"a":12345678901234567890')).toBe('{"a":12345678901234567890');
});

test.each([
	'616581622363398142',
	'-0.1234567890123456789',
	'1e400',
	'1.50',
	'"616581622363398142"',
	'"a \\"616581622363398142"',
	'"\\\\"',
	'[\n  7,\n  616581622363398143,\n  "x, 616581622363398144"\n]',
])('%s is shown as it was written', (text) => {
	expect(formatJson(parseJson(text))).toBe(text);
});

test('a payload keeps the digits of its numbers on the way to the page', async () => {
	const payload = '{\n  "order": 616581622363398142\n}';
	const { get } = createClient({
		fetch: async () => new Response(`{"status":2,"payload":${payload}}`),
		session: { tenantId: 'acme', token: 'agw_' },
		url: 'https://n8n.example/portal',
	});
	const message = await get('endpoint/ep_1/msg/evt_1');
	expect(message.status).toBe(2);
	expect(formatJson(message.payload)).toBe(payload);
});

test('the bars of a week fit into the chart, failures on top', () => {
	const day = { day: '2026-11-01', success: 3, fail: 1, medianMs: null, p95Ms: null };
	const [shape] = layOutWeek([day]);
	expect(shape.successHeight + shape.failHeight).toBeCloseTo(124);
	expect(shape.successHeight).toBeCloseTo(93);
	expect(shape.lineTop).toBeUndefined();
});

test('code is shown in five languages with the secret where it belongs', () => {
	expect(listLanguages()).toEqual(['JavaScript', 'Python', 'Go', 'Ruby', 'PHP']);
	for (const language of listLanguages()) {
		expect(writeSnippet(language, 'whsec_$&')).toContain('"whsec_$&"');
	}
});

test('the code in JavaScript verifies a request', async () => {
	const { Webhook } = await import('standardwebhooks');
	const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
	const id = 'msg_1';
	const now = new Date();
	const headers = {
		'webhook-id': id,
		'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
		'webhook-signature': new Webhook(secret).sign(id, now, '{"a":1}'),
	};
	const lines = writeSnippet('JavaScript', secret).split('\n');
	const [, expression] = lines.at(-1).split(' = ');
	const run = new Function('Webhook', 'rawBody', 'request', `return ${expression}`);
	expect(run(Webhook, '{"a":1}', { headers })).toEqual({ a: 1 });
	expect(() => run(Webhook, '{"a":2}', { headers })).toThrow();
});
