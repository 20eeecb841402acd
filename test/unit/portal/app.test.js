/** The portal's page in a browser: every view and action, with what it asks the server. */
const { start } = require('../../../core/portal/page/app');
const TEXTS = require('../../../core/portal/page/texts.json');
const { createApiKeys } = require('../../../build/core/outbox/apiKey/apiKeyToken');

const { createBrowser } = require('./fakeBrowser');

const HOSTILE = '<img src=x onerror=alert(1)>';
const FACTS = {
	id: 'key_1',
	tenantId: 'acme',
	rights: ['read', 'manage', 'secrets'],
	issuedAtMs: Date.now(),
	expiresAtMs: Date.now() + 60_000,
	epoch: 1,
	isPortal: true,
};
const DAYS = [1, 2, 3, 4, 5, 6, 7].map((day) => ({
	day: `2026-11-0${day}`,
	success: day,
	fail: day === 7 ? 1 : 0,
	medianMs: day * 10,
	p95Ms: day * 20,
}));
const ENDPOINT = {
	id: 'ep_1',
	url: 'https://acme.example/hooks',
	description: HOSTILE,
	disabled: false,
	eventTypes: ['order.created'],
	channels: ['blue'],
	conditions: ['amount is at least 100'],
	failingSince: null,
	disabledReason: null,
	paused: false,
	pausedReason: null,
	inOrder: null,
	circuitBreaker: null,
	probeAt: null,
	createdAt: '2026-11-01T00:00:00.000Z',
	week: { success: 9, fail: 1, pending: 2, lastDelivery: '2026-11-07T10:00:00.000Z' },
	days: DAYS,
};
const OVERVIEW = {
	endpoints: [ENDPOINT],
	days: DAYS,
	eventTypes: [
		{ name: 'order.created', description: 'Made', groupName: 'order', example: { id: 1 } },
		{ name: 'order.paid', description: '', groupName: null, example: null },
	],
};
const MESSAGE = {
	id: 'evt_1',
	eventType: 'order.created',
	payload: { note: HOSTILE },
	timestamp: '2026-11-07T10:00:00.000Z',
	status: 2,
	nextAttempt: null,
};
const ATTEMPT = {
	id: 'atmpt_1_1',
	response: HOSTILE,
	responseStatusCode: 500,
	responseDurationMs: 1234,
	status: 2,
	triggerType: 1,
	timestamp: '2026-11-07T10:00:01.000Z',
};
const ANSWERS = {
	'GET app/acme/portal': OVERVIEW,
	'GET app/acme/endpoint/ep_1/msg': { data: [MESSAGE], iterator: 'next', done: false },
	'GET app/acme/endpoint/ep_1/msg/evt_1': {
		...MESSAGE,
		delivery: { status: 1, nextAttempt: '2026-11-07T10:05:00.000Z' },
		attempts: [ATTEMPT],
	},
	'GET app/acme/endpoint/ep_1/authentication': {
		type: 'oauth2',
		tokenUrl: 'https://auth.example/token',
		clientId: 'n8n',
		clientSecretIn: 'body',
	},
	'PUT app/acme/endpoint/ep_1/authentication': {},
	'PATCH app/acme/endpoint/ep_1/delivery-settings': {},
	'GET app/acme/endpoint/ep_1/secret': { key: 'whsec_secret' },
	'POST app/acme/endpoint': { id: 'ep_1' },
	'POST app/acme/endpoint/ep_1/send-example': { id: 'evt_1' },
};

let browser;

/** Opens the page at a view. @param answers replaces answers by method and path */
async function open(view = '', { answers = {}, config = {}, facts = {} } = {}) {
	const token = createApiKeys('outbox', ['k'.repeat(40)]).create({ ...FACTS, ...facts });
	const answer = ({ method, path }) => {
		const found = answers[`${method} ${path}`] ?? { body: ANSWERS[`${method} ${path}`] };
		return typeof found === 'function' ? found() : found;
	};
	browser = createBrowser({
		answer,
		config: { name: 'Shop', logo: '', refreshUrl: '', texts: TEXTS, ...config },
		hash: `#${token}${view}`,
	});
	await start(browser.window);
	return { token };
}

const listCalls = () => browser.calls.map(({ method, path }) => `${method} ${path}`);
const press = async (text) => {
	browser.byText('button', text).click();
	await browser.settle();
};
const view = () => browser.main.textContent;

test('the first view lists endpoints with health, last delivery and success rate', async () => {
	const { token } = await open();
	expect(listCalls()).toEqual(['GET app/acme/portal']);
	expect(view()).toContain(
		'Receives order.created. Only in the channel blue. Only if amount is at least 100.',
	);
	expect(view()).toMatch(/Healthy.*90/);
	const [call] = browser.calls;
	expect(call.url).toBe('https://n8n.example/webhook/x/svix/portal');
	expect(call.headers.Authorization).toBe(`Bearer ${token}`);
	expect(call.init).toMatchObject({
		method: 'POST',
		credentials: 'omit',
		referrerPolicy: 'no-referrer',
	});
	expect(browser.window.document.activeElement.textContent).toBe('Endpoints');
});

test('what a subscriber or a receiver wrote is shown as text', async () => {
	await open('/endpoint/ep_1/message/evt_1');
	const codes = browser.main.all().filter(({ tag }) => tag === 'code');
	expect(codes.map(({ textContent }) => textContent)).toEqual([
		HOSTILE,
		JSON.stringify(MESSAGE.payload, null, 2),
	]);
	expect(browser.main.all().map(({ tag }) => tag)).not.toContain('img');
});

test.each([
	['', 1],
	['/endpoint/ep_1', 1],
	['/new', 1],
	['/endpoint/ep_1/edit', 1],
	['/endpoint/ep_1/secret', 0],
	['/endpoint/ep_1/verify', 0],
	['/endpoint/ep_1/recover', 0],
	['/endpoint/ep_1/test', 1],
	['/endpoint/ep_1/message/evt_1', 1],
])('the view "%s" makes %i calls when it is opened by its address', async (address, calls) => {
	await open(address);
	expect(browser.calls).toHaveLength(calls);
	expect(view()).not.toContain('This did not work');
	// A text that is missing shows its key.
	expect(view()).not.toMatch(
		/\b(?:chart|endpoint|health|log|recover|secret|status|test|verify)\.[a-z]+/,
	);
});

test('an unknown view of an endpoint is the endpoint itself', async () => {
	for (const name of ['constructor', '__proto__', 'nothing']) {
		await open(`/endpoint/ep_1/${name}`);
		expect(view()).toContain('Signing secret');
	}
});

test('a view that follows another uses what is loaded', async () => {
	const { token } = await open();
	browser.window.location.hash = `#${token}/endpoint/ep_1`;
	await browser.settle();
	browser.window.location.hash = `#${token}/endpoint/ep_1/log`;
	await browser.settle();
	expect(listCalls()).toEqual(['GET app/acme/portal', 'GET app/acme/endpoint/ep_1/msg']);
});

test('a new endpoint is created with what was typed', async () => {
	const { token } = await open('/new');
	browser.byLabel('URL').value = ' https://new.example/x ';
	browser.byLabel('Description').value = 'Mine';
	browser.byLabel('Channels').value = 'blue, red';
	browser.find(({ tag }) => tag === 'form').fire('submit');
	await browser.settle();
	expect(browser.calls.find(({ method }) => method === 'POST')).toMatchObject({
		path: 'app/acme/endpoint',
		body: {
			url: 'https://new.example/x',
			description: 'Mine',
			eventTypes: null,
			channels: ['blue', 'red'],
		},
	});
	expect(browser.window.location.hash).toBe(`#${token}/endpoint/ep_1`);
	expect(browser.status.textContent).toContain('The endpoint was added.');
});

describe('an endpoint that is a workflow', () => {
	const answers = {
		'GET app/acme/portal': {
			body: {
				...OVERVIEW,
				endpoints: [{ ...ENDPOINT, url: 'n8n:workflow', description: '' }],
			},
		},
	};

	test('is shown as such, without the views that are about requests', async () => {
		await open('', { answers });
		expect(view()).toContain('Workflow');
		await open('/endpoint/ep_1', { answers });
		expect(view()).toContain('Workflow');
		expect(view()).not.toContain('n8n:workflow');
		const links = browser.main.all().filter(({ tag }) => tag === 'a');
		const texts = links.map(({ textContent }) => textContent);
		expect(texts).toEqual(expect.arrayContaining(['Log', 'Test event']));
		for (const name of ['Signing secret', 'Authentication', 'Verify signatures']) {
			expect(texts).not.toContain(name);
		}
	});

	test('is changed without its URL', async () => {
		await open('/endpoint/ep_1/edit', { answers });
		expect(view()).not.toContain(TEXTS['form.urlHint']);
		browser.byLabel('Description').value = 'Mine';
		browser.find(({ tag }) => tag === 'form').fire('submit');
		await browser.settle();
		expect(browser.calls.find(({ method }) => method === 'PATCH').body).toEqual({
			description: 'Mine',
		});
	});
});

test('what a person did not change in a form is not sent, since it may be newer at the server', async () => {
	const body = {
		...OVERVIEW,
		endpoints: [{ ...ENDPOINT, eventTypes: ['order.*'], channels: ['eu west', 'us'] }],
	};
	await open('/endpoint/ep_1/edit', { answers: { 'GET app/acme/portal': { body } } });
	const form = () => browser.find(({ tag }) => tag === 'form');
	browser.byLabel('Channels').value = 'us';
	form().fire('submit');
	await browser.settle();
	expect(browser.calls.find(({ method }) => method === 'PATCH').body).toEqual({ channels: ['us'] });
});

test('a form says what is wrong before it is sent', async () => {
	await open('/new');
	browser.byLabel('URL').value = 'acme';
	browser.find(({ tag }) => tag === 'form').fire('submit');
	await browser.settle();
	expect(listCalls()).toEqual(['GET app/acme/portal']);
	expect(view()).toContain('Enter a complete URL');
});

test('what the server rejects is said beside the form', async () => {
	const detail = [{ loc: ['body', 'url'], msg: 'must begin with https://', type: 'value_error' }];
	await open('/new', {
		answers: { 'POST app/acme/endpoint': { status: 422, body: { detail } } },
	});
	browser.byLabel('URL').value = 'http://acme.example';
	browser.find(({ tag }) => tag === 'form').fire('submit');
	await browser.settle();
	const alert = browser.find(({ attributes }) => attributes.role === 'alert');
	expect(alert.textContent).toBe('URL: must begin with https://');
});

/** Opens the view of the endpoint with other values. */
const openEndpoint = async (values, address = '') => {
	const body = { ...OVERVIEW, endpoints: [{ ...ENDPOINT, ...values }] };
	await open(`/endpoint/ep_1${address}`, { answers: { 'GET app/acme/portal': { body } } });
};

const PAUSE = 'app/acme/endpoint/ep_1/delivery-settings';
const DISABLE = 'app/acme/endpoint/ep_1';

test.each([
	[{}, 'Pause', PAUSE, { paused: true }, 'The endpoint was paused.'],
	[{ paused: true }, 'Resume', PAUSE, { paused: false }, 'The endpoint was resumed.'],
	[{}, 'Disable', DISABLE, { disabled: true }, 'The endpoint was disabled.'],
	[{ paused: true }, 'Disable', DISABLE, { disabled: true }, 'The endpoint was disabled.'],
	[{ disabled: true }, 'Enable', DISABLE, { disabled: false }, 'receives events again'],
])('an endpoint with %j has the button %s', async (values, action, path, body, said) => {
	await openEndpoint(values);
	await press(action);
	expect(browser.calls[1]).toMatchObject({ method: 'PATCH', path, body });
	expect(browser.status.textContent).toContain(said);
});

test('a disabled endpoint cannot be paused, and a link that only reads changes nothing', async () => {
	const listButtons = () =>
		browser.main.all().flatMap(({ tag, textContent }) => (tag === 'button' ? textContent : []));
	await openEndpoint({ disabled: true });
	expect(listButtons()).toEqual(['Enable', 'Delete']);
	await open('/endpoint/ep_1', { facts: { rights: ['read'] } });
	expect(listButtons()).toEqual([]);
	expect(view()).not.toContain('While an endpoint is paused');
});

test('order and circuit breaker are shown in words', async () => {
	await openEndpoint({
		inOrder: { key: 'order_id' },
		circuitBreaker: { failures: 3, probeMinutes: 10 },
	});
	expect(view()).toContain('In order for each order_id');
	expect(view()).toContain('After 3 failures in a row, one attempt every 10 min');
	await openEndpoint({
		inOrder: { key: null },
		circuitBreaker: { failures: 1, probeMinutes: 10 },
	});
	expect(view()).toContain('After a failure, one attempt every 10 min');
	await openEndpoint({ inOrder: { key: null } });
	expect(view()).toContain('All events in order');
	expect(view()).not.toContain('Circuit breaker');
});

const choose = (label, value) => {
	const control = browser.byLabel(label);
	control.value = value;
	control.fire('change');
	return control;
};

test('the delivery settings are changed, with the fields that a choice needs', async () => {
	await open('/endpoint/ep_1/delivery');
	const place = (label) =>
		browser.main
			.all()
			.filter((element) => element.all().includes(browser.byLabel(label)))
			.some(({ hidden }) => hidden);
	expect([place('Field with the key'), place('Failures in a row')]).toEqual([true, true]);
	choose('Order', 'key');
	choose('Circuit breaker', 'on');
	expect([place('Field with the key'), place('Failures in a row')]).toEqual([false, false]);
	const form = browser.find(({ tag }) => tag === 'form');
	form.fire('submit');
	await browser.settle();
	expect(view()).toContain('Enter the field with the key.');
	expect(browser.calls).toHaveLength(1);
	browser.byLabel('Field with the key').value = ' order_id ';
	browser.byLabel('Failures in a row').value = '4';
	form.fire('submit');
	await browser.settle();
	expect(browser.calls[1]).toMatchObject({
		method: 'PATCH',
		path: PAUSE,
		body: { inOrder: { key: 'order_id' }, circuitBreaker: { failures: 4, probeMinutes: 5 } },
	});
	expect(browser.status.textContent).toBe('The delivery settings were saved.');
});

test('the delivery settings begin with what the endpoint has, and can be reset', async () => {
	const values = { inOrder: { key: null }, circuitBreaker: { failures: 7, probeMinutes: 2 } };
	await openEndpoint(values, '/delivery');
	expect(browser.byLabel('Order').value).toBe('all');
	expect(browser.byLabel('Failures in a row').value).toBe('7');
	choose('Circuit breaker', 'off');
	browser.find(({ tag }) => tag === 'form').fire('submit');
	await browser.settle();
	// The order may be a newer one at the server.
	expect(browser.calls[1].body).toEqual({ circuitBreaker: null });
	await openEndpoint(values, '/delivery');
	choose('Order', 'none');
	choose('Circuit breaker', 'off');
	browser.find(({ tag }) => tag === 'form').fire('submit');
	await browser.settle();
	expect(browser.calls[1].body).toEqual({ inOrder: null, circuitBreaker: null });
});

test('what the server rejects of the delivery settings names the field', async () => {
	const detail = [{ loc: ['body', 'circuitBreaker', 'failures'], msg: 'must be at least 1' }];
	await open('/endpoint/ep_1/delivery', {
		answers: { [`PATCH ${PAUSE}`]: { status: 422, body: { detail } } },
	});
	browser.find(({ tag }) => tag === 'form').fire('submit');
	await browser.settle();
	expect(view()).toContain('Failures in a row: must be at least 1');
});

test.each([
	['resume', 'Waiting', 'Waits until the endpoint is resumed.'],
	['probe', 'Waiting', 'Waits until a single attempt at the endpoint succeeds.'],
	['earlier', 'Waiting', 'Waits for an earlier event.'],
	['replay', 'On hold', 'Send it again, or use Recover.'],
])('the log and a message say that an event waits for %s', async (waitsFor, badge, words) => {
	const delivery = { status: waitsFor === 'replay' ? 2 : 1, nextAttempt: null, waitsFor };
	const page = { data: [{ ...MESSAGE, ...delivery }], iterator: null, done: true };
	const answers = {
		'GET app/acme/endpoint/ep_1/msg': { body: page },
		'GET app/acme/endpoint/ep_1/msg/evt_1': {
			body: { ...MESSAGE, delivery, attempts: [] },
		},
	};
	for (const address of ['/log', '/message/evt_1']) {
		await open(`/endpoint/ep_1${address}`, { answers });
		expect(view()).toContain(badge);
		expect(view()).toContain(words);
		expect(view()).not.toContain('Next attempt');
	}
});

test('what goes wrong with a button is said as a fault', async () => {
	await open('/endpoint/ep_1', {
		answers: { [`PATCH ${PAUSE}`]: { status: 403, body: {} } },
	});
	await press('Pause');
	expect(browser.status.textContent).toBe('Your link does not allow this.');
	expect(browser.status.className).toBe('fault');
});

test('a link that ends while a question is open closes the question', async () => {
	await open('/endpoint/ep_1', {
		answers: { 'DELETE app/acme/endpoint/ep_1': { status: 401, body: {} } },
	});
	await press('Delete');
	const dialog = browser.find(({ tag }) => tag === 'dialog');
	dialog
		.all()
		.find(({ tag, textContent }) => tag === 'button' && textContent === 'Delete')
		.click();
	await browser.settle();
	expect(dialog.isOpen).toBe(false);
	expect(view()).toContain('This link has ended');
});

test('the keyboard skips to the content without leaving the link', async () => {
	const { token } = await open();
	expect(browser.byId.skip.click()).toBe(true);
	expect(browser.window.document.activeElement).toBe(browser.main);
	expect(browser.window.location.hash).toBe(`#${token}`);
});

test('the state of a message says when the next attempt is', async () => {
	await open('/endpoint/ep_1/message/evt_1');
	expect(view()).toMatch(/Waiting.*Next attempt: .*2026/);
});

test.each([
	[
		{ disabled: true, disabledReason: 'The receiver answered 410.' },
		'This endpoint is disabled: The receiver answered 410. Its events are on hold',
		'Disabled',
	],
	[{ disabled: true }, 'This endpoint is disabled. Its events are on hold', 'Disabled'],
	[
		{ paused: true, pausedReason: 'Paused by hand' },
		'This endpoint is paused: Paused by hand. Its events wait',
		'Paused',
	],
	[{ paused: true }, 'This endpoint is paused. Its events wait', 'Paused'],
	[
		{ failingSince: '2026-11-07T10:00:00.000Z', probeAt: '2026-11-07T10:05:00.000Z' },
		/Attempts have failed since .*Its events wait until a single attempt succeeds.*:05/,
		'Failing',
	],
])('an endpoint whose events wait says why: %j', async (values, words, health) => {
	await openEndpoint(values);
	expect(view()).toMatch(words);
	expect(view()).toContain(health);
});

test('an endpoint is deleted after a question only', async () => {
	const { token } = await open('/endpoint/ep_1');
	await press('Delete');
	expect(listCalls()).toEqual(['GET app/acme/portal']);
	const dialog = browser.find(({ tag }) => tag === 'dialog');
	expect(dialog.isOpen).toBe(true);
	dialog
		.all()
		.find(({ tag, textContent }) => tag === 'button' && textContent === 'Delete')
		.click();
	await browser.settle();
	expect(listCalls()).toContain('DELETE app/acme/endpoint/ep_1');
	expect(browser.status.textContent).toBe('The endpoint was deleted.');
	expect(browser.window.location.hash).toBe(`#${token}`);
});

test('a secret is loaded when it is revealed', async () => {
	await open('/endpoint/ep_1/secret');
	expect(browser.calls).toEqual([]);
	await press('Reveal secret');
	expect(view()).toContain('whsec_secret');
});

test('a secret is replaced with an overlap', async () => {
	await open('/endpoint/ep_1/secret');
	browser.byLabel('Keep the old secret').value = '3600';
	await press('Replace secret');
	const dialog = browser.find(({ tag }) => tag === 'dialog');
	dialog
		.all()
		.find(({ textContent, tag }) => tag === 'button' && textContent === 'Replace secret')
		.click();
	await browser.settle();
	expect(browser.calls[0]).toMatchObject({
		path: 'app/acme/endpoint/ep_1/secret/rotate',
		body: { gracePeriodSeconds: 3600 },
	});
});

const submit = async () => {
	browser.find(({ tag }) => tag === 'form').listeners.submit({ preventDefault: () => undefined });
	await browser.settle();
};

test('the authentication is shown without its secret, and an empty secret stays', async () => {
	await open('/endpoint/ep_1/authentication');
	expect(browser.byLabel('Token URL').value).toBe('https://auth.example/token');
	expect(browser.byLabel('Client secret').value).toBe('');
	browser.byLabel('Scope (optional)').value = 'events.write';
	await submit();
	expect(browser.calls.find(({ method }) => method === 'PUT')).toMatchObject({
		path: 'app/acme/endpoint/ep_1/authentication',
		body: {
			type: 'oauth2',
			tokenUrl: 'https://auth.example/token',
			clientId: 'n8n',
			clientSecretIn: 'body',
			scope: 'events.write',
			audience: '',
		},
	});
	expect(browser.calls.find(({ method }) => method === 'PUT').body).not.toHaveProperty(
		'clientSecret',
	);
});

test('another type of authentication shows its own fields, and says what the server rejects', async () => {
	const detail = [{ loc: ['body', 'secretAccessKey'], msg: 'is required' }];
	await open('/endpoint/ep_1/authentication', {
		answers: {
			'PUT app/acme/endpoint/ep_1/authentication': { status: 422, body: { detail } },
		},
	});
	const types = browser.byLabel('Type');
	types.value = 'awsSigV4';
	types.listeners.change({ currentTarget: types });
	expect(view()).not.toContain('Token URL');
	browser.byLabel('Access key ID').value = 'AKIDEXAMPLE';
	await submit();
	expect(browser.calls.at(-1).body).toEqual({ type: 'awsSigV4', accessKeyId: 'AKIDEXAMPLE' });
	expect(view()).toContain('Secret access key: is required');
});

test('the log is filtered and continued', async () => {
	await open('/endpoint/ep_1/log');
	const status = browser.byLabel('Status');
	status.value = '2';
	status.fire('change');
	await browser.settle();
	await press('Show more');
	const queries = browser.calls.slice(1).map(({ query }) => query);
	expect(queries).toEqual([
		{ limit: '20' },
		{ limit: '20', status: '2' },
		{ limit: '20', status: '2', iterator: 'next' },
	]);
	expect(view()).toContain('order.created');
});

test('a message is sent again', async () => {
	await open('/endpoint/ep_1/message/evt_1');
	await press('Send again');
	expect(listCalls()).toContain('POST app/acme/msg/evt_1/endpoint/ep_1/resend');
	expect(view()).toContain('Sent again by hand');
});

test('a recovery shows how much it concerns before it starts, and goes on until all is done', async () => {
	let runs = 0;
	const report = (fields) => ({
		body: { deliveries: 2, kept: 0, reason: null, isComplete: true, ...fields },
	});
	await open('/endpoint/ep_1/recover', {
		answers: {
			'POST app/acme/endpoint/ep_1/recovery': () => {
				runs += 1;
				return report(runs === 2 ? { isComplete: false } : {});
			},
		},
	});
	const run = browser.byText('button', 'Send them again');
	expect(run.hidden).toBe(true);
	await press('Preview');
	expect(view()).toContain('2 events would be sent again.');
	expect(run.hidden).toBe(false);
	run.click();
	await browser.settle();
	expect(browser.calls.map(({ body }) => body.preview)).toEqual([true, false, false]);
	expect(view()).toContain('4 events are queued.');
});

test('a test event has the example of its type', async () => {
	const { token } = await open('/endpoint/ep_1/test');
	expect(view()).toContain('"id": 1');
	await press('Send test event');
	expect(browser.calls[1]).toMatchObject({ body: { eventType: 'order.created' } });
	expect(browser.window.location.hash).toBe(`#${token}/endpoint/ep_1/message/evt_1`);
	expect(browser.status.textContent).toContain('The test event was sent.');
});

test('what was done is said until another view is shown', async () => {
	const { token } = await open('/endpoint/ep_1/test');
	await press('Send test event');
	browser.window.location.hash = `#${token}`;
	await browser.settle();
	expect(browser.status.textContent).toBe('');
});

test('a link that was withdrawn says so, and where to get a new one', async () => {
	await open('', {
		answers: { 'GET app/acme/portal': { status: 401, body: {} } },
		config: { refreshUrl: 'https://app.example/links' },
	});
	expect(view()).toContain('This link has ended');
	expect(browser.byText('a', 'Get a new link').attributes.href).toBe('https://app.example/links');
});

test('a link that has expired asks the server nothing', async () => {
	await open('', { facts: { expiresAtMs: Date.now() - 1 } });
	expect(browser.calls).toEqual([]);
	expect(view()).toContain('This link has ended');
});

test('a page without a link says so', async () => {
	browser = createBrowser({ answer: () => ({}), config: { texts: TEXTS }, hash: '' });
	await start(browser.window);
	expect(view()).toContain('no valid link');
});

test('another link in the address bar starts the page anew', async () => {
	await open();
	browser.window.location.hash = '#agw_other.x';
	expect(browser.window.location.reloads).toBe(1);
});

test('a link that only reads shows no way to change anything', async () => {
	await open('/endpoint/ep_1', { facts: { rights: ['read'] } });
	const names = browser.main
		.all()
		.filter(({ tag }) => ['a', 'button'].includes(tag))
		.map(({ textContent }) => textContent);
	expect(names).toEqual(['Back', 'Log', 'Verify signatures']);
});

test('an error is said in words, and can be tried again', async () => {
	let isDown = true;
	await open('', {
		answers: {
			'GET app/acme/portal': () => (isDown ? { status: 502 } : { body: OVERVIEW }),
		},
	});
	expect(view()).toContain('The server cannot do this right now.');
	isDown = false;
	await press('Try again');
	expect(view()).toContain('Add endpoint');
});

test('without endpoints the page says what to do', async () => {
	await open('', { answers: { 'GET app/acme/portal': { body: { ...OVERVIEW, endpoints: [] } } } });
	expect(view()).toContain('You have no endpoint yet.');
});

test('the owner’s name, logo and colors are shown', async () => {
	const logo = 'data:image/png;base64,AAAA';
	await open('', { config: { logo, accentColor: '#ff0000', accentTextColor: '#000' } });
	expect(browser.byId.name.textContent).toBe('Shop');
	expect(browser.byId.logo.src).toBe(logo);
	expect(browser.window.document.documentElement.style.values).toEqual({
		'--accent': '#ff0000',
		'--on-accent': '#000',
	});
});
