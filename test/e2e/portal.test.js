/**
 * The portal that the trigger of the template serves, in a real browser: every view and action by clicks, hostile data,
 * frames, links that end, and what each view costs.
 */
const { createHash } = require('node:crypto');

const { chromium } = require('playwright-core');

const { createApiKeys } = require('../../build/core/outbox/apiKey/apiKeyToken');
const { findChromium } = require('../harness/chromium');

const {
	heading,
	inspect,
	openPage,
	savePicture,
	servePortal,
	startFrames,
} = require('./portalStage');
const {
	addEndpoint,
	changeAndDelete,
	pauseAndResume,
	readCode,
	recoverMissing,
	replaceSecret,
	sendTestEvent,
	setAuthentication,
	setDelivery,
} = require('./portalSteps');
const stage = require('./stage');
const { connectSvix, createApiKey, deliverDue, runAsOwner } = require('./svixStage');

const { n8n, newSecret, planResponses, readInbox, receiver, setReceiverSecrets, uniqueName } =
	stage;

const HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>';
/** What a browser says about an answer with status 422. */
const REJECTED =
	'console: Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)';
const REFRESH_URL = 'https://app.example.com/webhooks';
jest.setTimeout(400_000);
const TENANTS = ['acme', 'attacked', 'fresh', 'leaving', 'other', 'waiting'];

const program = findChromium();
const describeInBrowser = program === undefined ? describe.skip : describe;

let api;
let browser;
let frames;
let link;
let outbox;
let svix;
const secret = newSecret();
const outboxName = uniqueName('portal').replaceAll('-', '_');
const tenants = Object.fromEntries(TENANTS.map((name) => [name, uniqueName(name)]));

const createLink = async (tenant, options = {}) =>
	(await svix.authentication.appPortalAccess(tenants[tenant], options)).url;

const open = async (options = {}) =>
	await openPage(browser, { portal: api.portal, link, ...options });

const receiveAt = (verifier, box) => `${receiver}/receive/${verifier}/${box}`;

/** Creates the endpoints that the tests look at: some work, one fails, and one is hostile. */
async function createEndpoints() {
	const { acme, attacked, other } = tenants;
	const box = uniqueName('box');
	await svix.endpoint.create(acme, {
		url: receiveAt('none', box),
		description: 'Order service',
		eventTypes: ['order.created', 'order.paid'],
	});
	const failing = uniqueName('failing');
	const refusal = { error: 'unknown account' };
	await planResponses(
		failing,
		Array.from({ length: 9 }, () => ({ status: 400, reply: refusal })),
	);
	await svix.endpoint.create(acme, {
		url: receiveAt('none', failing),
		description: 'Accounting',
		eventTypes: ['invoice.paid'],
	});
	const hostile = uniqueName('hostile');
	await planResponses(hostile, [{ status: 400, reply: HOSTILE }]);
	await svix.endpoint.create(attacked, { url: receiveAt('none', hostile), description: HOSTILE });
	await svix.endpoint.create(other, { url: 'https://other.example/hooks', description: 'Secret' });
}

/** Creates the catalog, and sends messages. */
async function sendMessages() {
	const order = { order: 7, total: 12.5, items: [{ sku: 'A-1', quantity: 2 }] };
	for (const [name, description, example] of [
		['order.created', 'An order was placed', order],
		['order.paid', 'The payment of an order arrived', { order: 7 }],
		['invoice.paid', 'An invoice was paid in full', { invoice: 3 }],
		['evil', HOSTILE, { note: HOSTILE }],
	]) {
		const groupName = name.includes('.') ? name.split('.')[0] : undefined;
		const schemas = { 1: { type: 'object', examples: [example] } };
		await svix.eventType.create({ name, description, groupName, schemas });
	}
	const { acme, attacked } = tenants;
	for (const eventType of ['order.created', 'order.paid', 'invoice.paid', 'order.created']) {
		await svix.message.create(acme, { eventType, payload: order });
	}
	await svix.message.create(attacked, { eventType: 'evil', payload: { note: HOSTILE } });
}

beforeAll(async () => {
	if (program === undefined) return;
	browser = await chromium.launch({ executablePath: program });
	frames = await startFrames();
	outbox = await n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret: secret,
		sendAlerts: true,
		outboxName,
	});
	api = await servePortal(outbox, {
		name: 'Acme Events',
		frameAncestors: frames.allowed,
		refreshUrl: REFRESH_URL,
	});
	const { api_key: key } = await createApiKey(outbox);
	svix = await connectSvix(api, key);
	for (const uid of Object.values(tenants)) await svix.application.create({ name: uid, uid });
	await createEndpoints();
	await sendMessages();
	const { url } = await runAsOwner(outbox, 'tenant', 'createPortalLink', {
		tenantId: tenants.acme,
		portalUrl: api.portal,
	});
	link = url;
});

afterAll(async () => {
	await browser?.close();
	frames?.stop();
	if (api) await n8n.deactivate(api.id);
	await stage.deactivateWorkflows();
});

const hashOf = (text) => createHash('sha256').update(text).digest('base64');

describeInBrowser('the portal', () => {
	test('is one small page without data, kept by no cache and limited by its policy', async () => {
		const before = await stage.countExecutions(api.id);
		const answer = await fetch(api.portal);
		const page = await answer.text();
		const { headers } = answer;
		expect(page.length).toBeLessThan(80_000);
		expect(Object.values(tenants).filter((id) => page.includes(id))).toEqual([]);
		expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
		expect(headers.get('cache-control')).toBe('no-store');
		expect(headers.get('etag')).toBeNull();
		expect(headers.get('referrer-policy')).toBe('no-referrer');
		expect(headers.get('x-content-type-options')).toBe('nosniff');
		expect(headers.get('x-frame-options')).toBeNull();
		expect(headers.get('set-cookie')).toBeNull();
		const [, style] = /<style>([^]*?)<\/style>/.exec(page);
		const script = /<script>([^]*?)<\/script>/.exec(page)[1];
		expect(headers.get('content-security-policy').split('; ')).toEqual([
			'sandbox allow-forms allow-scripts allow-top-navigation-by-user-activation',
			"default-src 'none'",
			`script-src 'sha256-${hashOf(script)}'`,
			`style-src 'sha256-${hashOf(style)}'`,
			'img-src data:',
			"connect-src 'self'",
			"form-action 'none'",
			"base-uri 'none'",
			`frame-ancestors ${frames.allowed}`,
		]);
		const head = await fetch(api.portal, { method: 'HEAD' });
		expect(head.status).toBe(200);
		expect(await head.text()).toBe('');
		expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(page)));
		for (const name of ['cache-control', 'content-security-policy', 'referrer-policy']) {
			expect(head.headers.get(name)).toBe(headers.get(name));
		}
		expect(await stage.countExecutions(api.id)).toBe(before);
	});

	test('costs no execution to open, and one for each view', async () => {
		const { click, context, faults, page } = await open();
		let count = await stage.countExecutions(api.id);
		const costs = async (executions) => {
			await page.locator('main[aria-busy]').waitFor({ state: 'detached' });
			const now = await stage.countExecutions(api.id);
			expect(now - count).toBe(executions);
			count = now;
		};
		await page.reload();
		await heading(page, 'Endpoints').waitFor();
		await costs(1);
		await click('link', 'Accounting');
		await heading(page, 'Accounting').waitFor();
		await click('link', 'Verify signatures');
		await heading(page, 'Verify signatures').waitFor();
		await click('link', 'Back');
		await click('link', 'Signing secret');
		await heading(page, 'Signing secret').waitFor();
		await costs(0);
		await click('button', 'Reveal secret');
		await page.getByText('whsec_').waitFor();
		await costs(1);
		await click('link', 'Back');
		await click('link', 'Log');
		await heading(page, 'Log').waitFor();
		await costs(1);
		await click('link', 'invoice.paid');
		await page.getByText('unknown account').waitFor();
		await costs(1);
		expect(faults).toEqual([]);
		await context.close();
		expect(JSON.stringify(await n8n.executions(api.id))).not.toContain('agw_');
	});

	test.each([
		['desktop', 'light'],
		['phone', 'dark'],
	])('lets a subscriber do everything on a %s, %s', async (viewport, colorScheme) => {
		const view = await open({ colorScheme, viewport });
		const name = `Mine on a ${viewport}`;
		const box = uniqueName('box');
		await addEndpoint(view, receiveAt('standardwebhooks', box), name);
		await setReceiverSecrets({ standard: await replaceSecret(view) });
		await readCode(view);
		await sendTestEvent(view);
		expect(await readInbox(box)).toMatchObject([{ verified: true }, { verified: true }]);
		await setDelivery(view);
		const token = newSecret();
		await setAuthentication(view, token);
		await pauseAndResume(view, async () => await deliverDue(outbox));
		const authenticated = { verified: true, headers: { authorization: `Bearer ${token}` } };
		const received = (await readInbox(box)).slice(2);
		expect(received).toMatchObject([authenticated, authenticated]);
		expect(received.map(({ body }) => JSON.parse(body).items)).toEqual([
			undefined,
			[expect.anything()],
		]);
		await recoverMissing(view);
		await changeAndDelete(view, name);
		// Fields of the views Delivery and Authentication that the server rejected.
		expect(view.faults).toEqual([REJECTED, REJECTED]);
		await view.context.close();
	});

	test.each([
		['desktop', 'light'],
		['desktop', 'dark'],
		['phone', 'light'],
		['phone', 'dark'],
	])('shows its views on a %s, %s', async (viewport, colorScheme) => {
		const { click, context, faults, page } = await open({ colorScheme, viewport });
		const background = await page.evaluate(
			() => globalThis.getComputedStyle(globalThis.document.body).backgroundColor,
		);
		expect(background).toBe(colorScheme === 'dark' ? 'rgb(21, 23, 27)' : 'rgb(245, 246, 248)');
		await page.getByRole('img', { name: /[1-9]\d* delivered and [1-9]\d* failed/ }).waitFor();
		await inspect(page);
		await savePicture(page, `endpoints-${viewport}-${colorScheme}`);
		await click('link', 'Accounting');
		await page.getByText('Receives invoice.paid.').waitFor();
		await page.getByText('Show as numbers').click();
		await inspect(page);
		await savePicture(page, `endpoint-${viewport}-${colorScheme}`);
		await click('link', 'Log');
		await click('link', 'invoice.paid');
		await page.getByText('unknown account').waitFor();
		await inspect(page);
		await savePicture(page, `message-${viewport}-${colorScheme}`);
		expect(faults).toEqual([]);
		await context.close();
	});

	test('shows what events wait for, and alerts an endpoint that asked for it', async () => {
		const { waiting } = tenants;
		const [alerts, down] = [uniqueName('alerts'), uniqueName('down')];
		await planResponses(
			down,
			Array.from({ length: 9 }, () => ({ status: 503 })),
		);
		const eventTypes = ['order.created'];
		const url = receiveAt('none', down);
		await svix.endpoint.create(waiting, { url, description: 'Down', eventTypes });
		const send = async () => {
			await svix.message.create(waiting, { eventType: 'order.created', payload: {} });
			await stage.pause(1500);
		};
		const view = await open({ link: await createLink('waiting'), viewport: 'phone' });
		const { click, page } = view;
		await click('link', 'Add endpoint');
		await page.getByLabel('URL').fill(receiveAt('none', alerts));
		await page.getByLabel('Description').fill('Alerts');
		await page.getByLabel('All events').uncheck();
		await page.getByText('Alerts about your other endpoints').waitFor();
		await inspect(page);
		await page.getByLabel('endpoint.failing').check();
		await click('button', 'Add endpoint');
		await page.getByText('Receives endpoint.failing.').waitFor();
		await click('link', 'Back');
		await click('link', 'Down');
		await click('link', 'Delivery');
		await page.getByLabel('Order').selectOption('All events in order');
		await click('button', 'Save');
		await page.getByText('All events in order').waitFor();
		for (let count = 0; count < 2; count += 1) await send();
		expect((await readInbox(alerts)).map(({ body }) => JSON.parse(body))).toMatchObject([
			{ endpoint: url, reason: 'An attempt failed' },
		]);
		await click('link', 'Log');
		await page.getByText('Waits for an earlier event.').waitFor();
		await inspect(page);
		await click('link', 'Back');
		await click('link', 'Delivery');
		await page.getByLabel('Circuit breaker').selectOption('On: make single attempts');
		await page.getByLabel('Failures in a row').fill('1');
		await click('button', 'Save');
		await click('link', 'Log');
		await page.locator('.log a').last().click();
		await click('button', 'Send again');
		await page.getByText('Waits until a single attempt at the endpoint succeeds.').waitFor();
		await page.getByText(/Next attempt: /).waitFor();
		await inspect(page);
		await view.open(`/endpoint/${(await svix.endpoint.list(waiting)).data[0].id}`);
		await page.reload();
		await page.getByText('Its events wait until a single attempt succeeds.').waitFor();
		await inspect(page);
		expect(view.faults).toEqual([]);
		await view.context.close();
	});

	test('shows what others wrote as text', async () => {
		const { click, context, faults, page } = await open({ link: await createLink('attacked') });
		await click('link', HOSTILE);
		await heading(page, HOSTILE).waitFor();
		await click('link', 'Test event');
		await page.locator('pre', { hasText: 'onerror=alert(1)' }).waitFor();
		await click('link', 'Back');
		await click('link', 'Log');
		await click('link', 'evil');
		await page.getByRole('region', { name: 'Payload' }).getByText(HOSTILE).waitFor();
		await page.getByRole('region', { name: 'answer' }).getByText(HOSTILE).waitFor();
		await click('link', 'Back');
		await click('link', 'Back');
		await click('link', 'Edit');
		await page.getByLabel('All events').uncheck();
		await page.getByText(HOSTILE).waitFor();
		await click('link', 'Back');
		await click('button', 'Delete');
		await page.getByRole('dialog').waitFor();
		expect(await page.locator('main img, main script, dialog img').count()).toBe(0);
		expect(faults).toEqual([]);
		await context.close();
	});

	test('shows and changes nothing of another tenant', async () => {
		const { acme, other } = tenants;
		const { data } = await svix.endpoint.list(other);
		const { context, open: go, page } = await open();
		expect(await page.getByText('other.example').count()).toBe(0);
		await go(`/endpoint/${data[0].id}`);
		await page.getByText('This does not exist anymore.').waitFor();
		await context.close();
		const ask = async (method, path) => {
			const { status } = await fetch(api.portal, {
				method: 'POST',
				headers: {
					'content-type': 'application/json',
					authorization: `Bearer ${link.split('#')[1]}`,
				},
				body: JSON.stringify({ method, path, body: {} }),
			});
			return status;
		};
		expect(await ask('GET', `app/${acme}/portal`)).toBe(200);
		for (const [method, path] of [
			['GET', `app/${other}/portal`],
			['GET', `app/${other}/endpoint/${data[0].id}/secret`],
			['DELETE', `app/${acme}/endpoint/${data[0].id}`],
			['GET', `app/${acme}/endpoint/${data[0].id}/secret`],
		]) {
			expect(await ask(method, path)).toBe(404);
		}
		expect((await svix.endpoint.list(other)).data).toHaveLength(1);
	});

	test('has no origin, so it reads nothing that n8n keeps in the browser', async () => {
		const { context, page } = await open();
		const found = await page.evaluate(() => {
			const read = (name) => {
				try {
					return globalThis[name] ?? globalThis.document[name];
				} catch ({ name: fault }) {
					return fault;
				}
			};
			return [globalThis.origin, read('localStorage'), read('cookie')];
		});
		expect(found).toEqual(['null', 'SecurityError', 'SecurityError']);
		await context.close();
	});

	test('is used with the keyboard alone', async () => {
		const { context, faults, page } = await open();
		const { keyboard } = page;
		const press = async (...keys) => {
			for (const key of keys) await keyboard.press(key);
		};
		const focused = async () =>
			await page.evaluate(() => globalThis.document.activeElement.textContent.trim());
		await press('Shift+Tab');
		expect(await focused()).toBe('Skip to the content');
		await press('Enter', 'Tab');
		expect(await focused()).toBe('Add endpoint');
		await press('Enter');
		await heading(page, 'Add endpoint').waitFor();
		await press('Tab');
		await keyboard.type('no address');
		await press('Enter');
		await page.getByText('Enter a complete URL').waitFor();
		await press('Control+A');
		await keyboard.type(receiveAt('none', uniqueName('keys')));
		await press('Tab');
		await keyboard.type('By keyboard');
		await press('Tab', 'Space', 'Tab', 'Space', 'Enter');
		await heading(page, 'By keyboard').waitFor();
		await press('Tab', 'Tab', 'Tab', 'Tab', 'Enter');
		await page.getByRole('dialog').waitFor();
		expect(await focused()).toBe('Cancel');
		await press('Escape');
		await page.getByRole('dialog').waitFor({ state: 'detached' });
		expect(await focused()).toBe('Delete');
		await press('Enter', 'Tab', 'Enter');
		await heading(page, 'Endpoints').waitFor();
		expect(faults).toEqual([]);
		await context.close();
	});

	test('works in a frame of an allowed origin', async () => {
		frames.show(link);
		const { click, context, page } = await open({ link: undefined });
		await page.goto(frames.allowed);
		const frame = page.frameLocator('iframe');
		await click('link', 'Order service', frame);
		await frame.getByRole('heading', { level: 1, name: 'Order service' }).waitFor();
		await context.close();
	});

	test('is not shown in a frame of another origin', async () => {
		frames.show(link);
		const { context, page } = await open({ link: undefined });
		const isRefused = page.waitForEvent('console', (message) =>
			message.text().includes('frame-ancestors'),
		);
		await page.goto(frames.other);
		await isRefused;
		expect(await page.frameLocator('iframe').getByRole('heading').count()).toBe(0);
		await context.close();
	});

	test('tells who has no endpoint what to do', async () => {
		const own = await open({ link: await createLink('fresh') });
		await own.page.getByText('You have no endpoint yet.').waitFor();
		await inspect(own.page);
		await own.click('link', 'Add endpoint');
		await heading(own.page, 'Add endpoint').waitFor();
		await own.context.close();
		const reading = await open({ link: await createLink('fresh', { readOnly: true }) });
		await reading.page.getByText('There is no endpoint yet.').waitFor();
		expect(await reading.page.getByRole('link', { name: 'Add endpoint' }).count()).toBe(0);
		await reading.context.close();
	});

	test('says in words what went wrong, and tries again', async () => {
		const { click, context, page } = await open();
		await context.route(api.portal, async (route) => {
			if (route.request().method() === 'POST') await route.abort();
			else await route.continue();
		});
		await page.reload();
		await page.getByText('The server did not answer.').waitFor();
		await inspect(page);
		await context.unroute(api.portal);
		await click('button', 'Try again');
		await heading(page, 'Endpoints').waitFor();
		await context.close();
	});

	test('ends when its link is withdrawn', async () => {
		const { context, page } = await open({ link: await createLink('leaving') });
		await heading(page, 'Endpoints').waitFor();
		await runAsOwner(outbox, 'tenant', 'withdrawAllKeys', { tenantId: tenants.leaving });
		await page.reload();
		await heading(page, 'This link has ended').waitFor();
		await inspect(page);
		const refresh = page.getByRole('link', { name: 'Get a new link' });
		expect(await refresh.getAttribute('href')).toBe(REFRESH_URL);
		await context.close();
	});

	test('says that a link has expired, which costs no execution', async () => {
		const keys = createApiKeys(outboxName, [secret]);
		const facts = { id: 'key_old', tenantId: tenants.fresh, rights: ['read'], epoch: 1 };
		const times = { issuedAtMs: Date.now() - 60_000, expiresAtMs: Date.now() - 1 };
		const token = keys.create({ ...facts, ...times, isPortal: true });
		const before = await stage.countExecutions(api.id);
		const { context, page } = await open({ link: `${api.portal}#${token}` });
		await heading(page, 'This link has ended').waitFor();
		const { status } = await fetch(api.portal, {
			method: 'POST',
			headers: { authorization: `Bearer ${token}` },
		});
		expect(status).toBe(401);
		expect(await stage.countExecutions(api.id)).toBe(before);
		await context.close();
	});
});
