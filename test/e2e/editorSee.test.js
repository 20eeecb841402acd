/** A person who listens on the test URL in n8n's editor sees why a request starts nothing. */
const { createHmac } = require('node:crypto');

const { findChromium } = require('../harness/chromium');

const { EditorBrowser, loadDescription, testId } = require('./editorStage');
const stage = require('./stage');

const { base, chain, n8n, newSecret, node, post, queue, TRIGGER, uniqueName } = stage;

const { eventTriggerDescription } = loadDescription('AgentWebhookTrigger');

const chromium = findChromium();
const inBrowser = queue || chromium === undefined ? describe.skip : describe;

inBrowser('a person who listens in the editor', () => {
	let browser;
	let editor;
	const secret = newSecret();
	let credentials;
	let path;

	/** Opens a new workflow with our trigger in a tab. */
	async function openTrigger(parameters) {
		path = uniqueName('see');
		const trigger = node(
			'Trigger',
			TRIGGER,
			{
				platform: 'agenticflow',
				requestKind: 'event',
				events: ['agent.message.received'],
				path,
				...parameters,
			},
			{ credentials, webhookId: path },
		);
		const next = node('Next', 'n8n-nodes-base.noOp', {}, { position: [400, 0] });
		const id = await n8n.createWorkflow(
			{ name: path, nodes: [trigger, next], connections: chain(trigger, next) },
			{ active: false },
		);
		editor = await browser.newTab();
		await editor.open(`/workflow/${id}`);
	}

	beforeAll(async () => {
		browser = await EditorBrowser.launch(chromium);
		credentials = await n8n.createCredential('agentWebhookInboundApi', 'AgenticFlow', {
			signatureScheme: 'platform',
			signingSecret: secret,
		});
		await openTrigger({});
	});

	afterAll(async () => {
		await browser.close();
	});

	const sign = (text, key = secret) => ({
		'X-AgenticFlow-Signature': `sha256=${createHmac('sha256', key).update(text).digest('hex')}`,
	});

	const createEvent = (event) =>
		JSON.stringify({
			event,
			timestamp: new Date().toISOString(),
			webhook_id: 'wh_1',
			data: { execution_id: 'exec_1' },
		});

	const send = async (text, headers, method) =>
		(await post(`${base}/webhook-test/webhooks/events/${path}`, text, headers, method)).status;

	const countRuns = async () =>
		await editor.page.locator(testId('canvas-node-status-success')).count();

	/** Waits until the trigger has failed with a message. Returns all that its output panel says. */
	async function readError(message) {
		await editor.page.locator('.el-notification').getByText(message).waitFor();
		expect(await countRuns()).toBe(0);
		await editor.openPanel(editor.node('Trigger'));
		const output = editor.panel.locator(testId('output-panel'));
		await output.getByText(message).first().waitFor();
		const text = await output.innerText();
		await editor.closePanel();
		await editor.page.locator('.el-notification__closeBtn').first().click();
		return text;
	}

	const listen = async () => await editor.listen(eventTriggerDescription);

	afterEach(() => {
		expect(browser.faults.splice(0)).toEqual([]);
	});

	test('sees a wrong signature, and where the right secret belongs', async () => {
		await listen();
		const text = createEvent('agent.message.received');
		expect(await send(text, sign(text, 'another secret'))).toBe(401);
		const error = await readError('Rejected with 401 SIGNATURE_INVALID');
		expect(error).toContain('into the Receiving credential again');
		expect(error).not.toContain(secret);
	});

	test('sees an event whose type is not chosen', async () => {
		await listen();
		const text = createEvent('agent.message.sent');
		expect(await send(text, sign(text))).toBe(200);
		const error = await readError('Ignored: the event type agent.message.sent is not chosen');
		expect(error).toContain('Event Types');
	});

	test('sees that the browser or the sender used another method', async () => {
		await listen();
		expect(await send(undefined, {}, 'GET')).toBe(405);
		expect(await readError('Rejected with 405 METHOD_NOT_ALLOWED')).toContain('sends GET');
	});

	test('sees the run of a chosen event, although others came just before it', async () => {
		await listen();
		for (const type of ['agent.message.sent', 'agent.message.received']) {
			const text = createEvent(type);
			expect(await send(text, sign(text))).toBe(200);
		}
		await editor.succeeded(['Trigger', 'Next']);
		// Longer than an ignored event waits for others.
		await stage.pause(3500);
		await editor.succeeded(['Trigger', 'Next']);
		await editor.openPanel(editor.node('Trigger'));
		expect(Object.keys(await editor.outputTable()).filter((name) => name !== '')).toEqual([
			'event',
			'event_time',
			'data',
			'envelope',
			'duplicate_key',
			'received_at',
			'request_id',
		]);
		await editor.closePanel();
	});

	test('sees the rule that a request does not meet', async () => {
		await editor.close();
		await openTrigger({
			conditionSource: 'rules',
			rules: {
				options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
				conditions: [
					{
						id: '1',
						leftValue: '={{ $json.data.execution_id }}',
						rightValue: 'exec_2',
						operator: { type: 'string', operation: 'equals' },
					},
				],
				combinator: 'and',
			},
		});
		await listen();
		const text = createEvent('agent.message.received');
		expect(await send(text, sign(text))).toBe(200);
		const error = await readError('Ignored: the conditions are not met');
		expect(error).toContain('exec_1 equals exec_2');
	});
});
