/**
 * Jobs of a newcomer, done in n8n's editor by clicks and typing alone. Each job ends with a proof that it
 * works, and has a limit of clicks.
 */
const { createHmac } = require('node:crypto');

const { findChromium } = require('../harness/chromium');

const { Person } = require('./editorPerson');
const { EditorBrowser, testId } = require('./editorStage');
const { deleteCredentials, TrustedReceiver } = require('./newcomer');
const stage = require('./stage');

const { n8n, newSecret, newStandardSecret, post, queue, readUntil, uniqueName } = stage;

const ENTRY = 'Agent Webhook';

const chromium = findChromium();
const inBrowser = queue || chromium === undefined ? describe.skip : describe;

inBrowser('a newcomer in the editor', () => {
	let browser;
	let editor;
	let person;
	const receiver = new TrustedReceiver();
	const publishedIds = new Set();

	const readInbox = async (inbox) => await receiver.ask(`inbox/${inbox}`);

	/** Waits until an inbox has a number of requests. */
	async function received(inbox, times) {
		const requests = await readUntil(
			({ length }) => length >= times,
			async () => await readInbox(inbox),
		);
		if (requests.length >= times) return requests;
		throw new Error(`${inbox} has ${requests.length} of ${times} requests`);
	}

	/** Counts a job's clicks, prints them, and fails if there are more than the limit. */
	async function count(job, limit, task) {
		const { clicks, fields } = await editor.countEffort(task);
		console.log(`${job}: ${clicks} clicks, ${fields} fields typed`);
		expect(clicks).toBeLessThanOrEqual(limit);
	}

	beforeAll(async () => {
		await receiver.start('jobs');
		await deleteCredentials();
		browser = await EditorBrowser.launch(chromium);
		editor = await browser.newTab();
		person = new Person(editor);
	});

	afterEach(() => {
		expect(browser.faults.splice(0)).toEqual([]);
	});

	afterAll(async () => {
		for (const id of publishedIds) await n8n.deactivate(id);
		await browser.close();
		receiver.stop();
	});

	/** Reads the ID of the workflow on the canvas. */
	const workflowId = () => /workflow\/([^/?]+)/.exec(editor.page.url())[1];

	/** Waits until a workflow's last execution waits. Returns it. */
	async function untilWaiting(id) {
		const [execution] = await readUntil(
			([last]) => last?.status === 'waiting',
			async () => await n8n.executions(id),
		);
		return execution;
	}

	/** Waits until n8n has published the workflow on the canvas. Returns its ID. */
	async function publishedId() {
		const id = workflowId();
		publishedIds.add(id);
		await n8n.published(id);
		return id;
	}

	const stripeSecret = `whsec_${newSecret()}`;
	let stripeUrl;

	async function callAsStripe(type) {
		const event = {
			id: uniqueName('evt'),
			object: 'event',
			type,
			created: 1,
			data: { object: {} },
		};
		const body = JSON.stringify(event);
		const at = String(Math.floor(Date.now() / 1000));
		const signature = createHmac('sha256', stripeSecret).update(`${at}.${body}`).digest('hex');
		return await post(stripeUrl, body, { 'Stripe-Signature': `t=${at},v1=${signature}` });
	}

	test('A: receives Stripe’s events', async () => {
		await editor.open('/workflow/new');
		await count('A, receive Stripe', 12, async () => {
			await person.add(person.firstStep, 'stripe webhook', ENTRY, 'On a verified Stripe webhook');
			await person.createCredential({ signingSecret: stripeSecret });
			stripeUrl = await person.copyProductionUrl();
			await person.publishFromPanel();
		});
		const id = await publishedId();
		expect((await callAsStripe('charge.succeeded')).status).toBe(200);
		const [execution] = await n8n.finished(id);
		const [[{ json }]] = stage.getOutputs(execution, 'Agent Webhook Trigger');
		expect(json.event).toBe('charge.succeeded');
	});

	test('F: answers the caller', async () => {
		await count('F, answer the caller', 13, async () => {
			await person.openPanel('Agent Webhook Trigger');
			await person.choose('responseMode', 'When Last Node Finishes');
			await person.closePanel();
			await person.add(person.plus('Agent Webhook Trigger'), 'edit fields', 'Edit Fields (Set)');
			await person.setField('reply', 'Thanks');
			await person.closePanel();
			await person.publish();
		});
		await publishedId();
		const { data, status } = await callAsStripe('charge.refunded');
		expect([status, data]).toEqual([200, { reply: 'Thanks' }]);
	});

	const inbox = uniqueName('jobs');
	const alerts = uniqueName('alerts');
	const secret = newStandardSecret();

	test('B: sends a signed event, retries it for a day, and alerts on failure', async () => {
		await receiver.ask('secrets', { standard: secret });
		await editor.open('/workflow/new');
		await count('B, send, retry for a day, alert', 24, async () => {
			await person.add(person.firstStep, 'send event', ENTRY, 'Send an event');
			await person.enter('url', `${receiver.url}/receive/standardwebhooks/${inbox}`);
			await person.enter('customEventType', 'order.created');
			await person.choose('retrySchedule', 'For a Day');
			await person.createCredential({ signingSecret: secret });
			await person.closePanel();

			await person.add(person.plus('Send an event', 1), 'wait', 'Wait');
			await person.choose('resume', 'At Specified Time');
			await person.dragField('next_attempt_at', 'dateTime');
			await person.closePanel();
			await person.connect('Wait', 0, 'Send an event');

			await person.add(person.plus('Send an event', 2), 'http request', 'HTTP Request');
			await person.enter('url', `${receiver.url}/receive/none/${alerts}`);
			await person.closePanel();
			await person.executeWorkflow();
		});
		await editor.succeeded(['Send an event']);
		expect(await readInbox(inbox)).toMatchObject([{ verified: true, status: 200 }]);

		await receiver.ask(`behave/${inbox}`, [{ status: 400 }]);
		await person.executeWorkflow();
		expect(await received(alerts, 1)).toHaveLength(1);
		await editor.succeeded(['HTTP Request']);

		// The execution waits in n8n's database until it is time for the next attempt.
		const later = { status: 503, headers: { 'retry-after': '300' } };
		await receiver.ask(`behave/${inbox}`, [later]);
		await person.executeWorkflow();
		expect(await received(inbox, 3)).toHaveLength(3);
		expect(await untilWaiting(workflowId())).toMatchObject({ status: 'waiting' });
	});

	test('E: sends some fields of some events', async () => {
		const body = { order: { id: 7, total: 250 }, card: '4242' };
		// n8n still shows the execution that waits.
		await editor.open(new URL(editor.page.url()).pathname);
		await count('E, conditions and fields', 14, async () => {
			await person.openPanel('Send an event');
			await person.choose('dataSource', 'Define Below');
			await person.replace('data', JSON.stringify(body));
			await person.choose('conditionSource', 'Only If JSON Conditions Are Met');
			await person.replace('conditions', '{"order.total": {"gte": 100}}');
			await person.addOption('options', 'Include Fields');
			await person.enter('includeFields', 'order');
			await person.execute();
		});
		const sent = await received(inbox, 4);
		expect(JSON.parse(sent[3].body).data).toEqual({ order: body.order });
		await person.replace('data', '{"order": {"total": 99}}');
		await person.execute();
		expect(await readInbox(inbox)).toHaveLength(4);
		await person.closePanel();
		await editor.node('Send an event').getByText('1 item').waitFor();
	});

	const subscribers = uniqueName('s').slice(0, 6);
	const MANUAL_TRIGGER = 'When clicking ‘Execute workflow’';

	/** Registers another endpoint with the open panel of Endpoint → Create. */
	async function registerNext(letter) {
		await person.enter('endpointName', letter);
		await person.enter('url', letter);
		await person.execute();
	}

	test('C: fans events out to three subscribers, with a log, a chart and a replay', async () => {
		await receiver.ask(`behave/${subscribers}ab`, [{ status: 400 }]);
		await editor.open('/workflow/new');
		await count('C, three subscribers, log, chart, replay', 43, async () => {
			await person.add(person.firstStep, 'fan out', ENTRY, 'Create an endpoint');
			await person.createCredential({ encryptionSecret: newSecret() });
			await person.enter('endpointName', 'Shop ');
			await person.enter('url', `${receiver.url}/receive/none/${subscribers}`);
			await editor.uncounted(async () => {
				await person.addOption('options', 'Allow Internal Addresses');
				await person.toggle('allowInternal');
			});
			for (const letter of ['a', 'b', 'c']) await registerNext(letter);
			await person.closePanel();

			await person.branch(MANUAL_TRIGGER, 'send event', ENTRY, 'Send an event');
			await person.choose('sendTo', 'All Subscribed Endpoints');
			await person.chooseCredential();
			await person.enter('customEventType', 'order.created');
			await person.execute();
			await person.closePanel();

			await person.branch(MANUAL_TRIGGER, 'webhook log', ENTRY, 'Get many deliveries');
			await person.execute();
			await editor.panel.getByText('3 items', { exact: true }).waitFor();
			await person.choose('operation', 'Get Stats');
			await person.toggle('drawChart');
			await person.execute();
			await editor.panel.locator(testId('output-panel')).getByText('Binary').first().waitFor();
			await person.choose('operation', 'Replay Many');
			await person.execute();
			await person.closePanel();
		});
		expect(await readInbox(`${subscribers}a`)).toHaveLength(1);
		expect(await readInbox(`${subscribers}abc`)).toHaveLength(1);
	});

	test('D: sends events in batches', async () => {
		await count('D, batches', 9, async () => {
			await person.openPanel('Create an endpoint');
			await person.addOption('options', 'Batches');
			await person.replace('maxEvents', '2');
			await registerNext('d');
		});
		await person.closePanel();
		await person.openPanel('Send an event');
		await person.execute();
		await person.execute();
		const [{ body }] = await received(`${subscribers}abcd`, 1);
		const { data, type } = JSON.parse(body);
		expect([type, data.events.length]).toEqual(['webhook.batch', 2]);
	});
});
