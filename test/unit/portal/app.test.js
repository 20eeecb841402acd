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
	waits: null,
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
	'GET app/acme/endpoint/ep_1/secret': { key: 'whsec_secret' },
	'POST app/acme/endpoint': { id: 'ep_1' },
	'POST app/acme/endpoint/ep_1/send-example': { id: 'evt_1' },
};

let browser;

/** Opens the page at a view. @param answers replaces answers by method and path */
async function open(view = '', { answers = {}, config = {}, facts = {} } = {}) {
	const token = createApiKeys(['k'.repeat(40)]).create({ ...FACTS, ...facts });
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

test('an endpoint is paused', async () => {
	await open('/endpoint/ep_1');
	await press('Pause');
	expect(browser.calls[1]).toMatchObject({
		method: 'PATCH',
		path: 'app/acme/endpoint/ep_1',
		body: { disabled: true },
	});
});

test('what goes wrong with a button is said as a fault', async () => {
	await open('/endpoint/ep_1', {
		answers: { 'PATCH app/acme/endpoint/ep_1': { status: 403, body: {} } },
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
	['The receiver answered 410.', 'This endpoint is paused: The receiver answered 410.'],
	[null, 'This endpoint is paused. Its events wait'],
])('a paused endpoint says why: %s', async (disabledReason, words) => {
	const endpoint = { ...ENDPOINT, disabled: true, disabledReason };
	const body = { ...OVERVIEW, endpoints: [endpoint] };
	await open('/endpoint/ep_1', { answers: { 'GET app/acme/portal': { body } } });
	expect(view()).toContain(words);
	expect(view()).not.toContain('410..');
});

test.each([
	['paused', 'The sender has paused this endpoint.', 'Paused'],
	['failing', 'Its events wait until a single attempt succeeds', 'Healthy'],
])('an endpoint whose events wait says why: %s', async (waits, words, health) => {
	const body = { ...OVERVIEW, endpoints: [{ ...ENDPOINT, waits }] };
	await open('/endpoint/ep_1', { answers: { 'GET app/acme/portal': { body } } });
	expect(view()).toContain(words);
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
