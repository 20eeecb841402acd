/** What a person sees of results in n8n's editor: outputs by name, skipped items, the chart, and defaults. */
const { findChromium } = require('../harness/chromium');

const { EditorBrowser, expectShown, testId } = require('./editorStage');
const stage = require('./stage');

const { ACTION, chain, itemsNode, n8n, newSecret, newStandardSecret, node, planResponses } = stage;
const { queue, receiver, runAction, uniqueName } = stage;

const chromium = findChromium();
const inBrowser = queue || chromium === undefined ? describe.skip : describe;

inBrowser('in the editor', () => {
	let browser;
	let editor;
	const [box, subscriber] = [uniqueName('outputs'), uniqueName('subscriber')];

	/** The workflow: three items go to one endpoint, to subscribers, and to an operation on the log. */
	const send = (name, position, parameters, credentials) =>
		node(
			name,
			ACTION,
			{ resource: 'event', operation: 'send', customEventType: 'order.created', ...parameters },
			{ credentials, position },
		);

	beforeAll(async () => {
		const outbox = await n8n.createCredential('agentWebhookOutboxApi', 'Outbox of results', {
			encryptionSecret: newSecret(),
			outboxName: uniqueName('results').replaceAll('-', '_'),
		});
		const sending = await n8n.createCredential('agentWebhookOutboundApi', 'Sending of results', {
			authentication: 'none',
			signatureScheme: 'platform',
			signingSecret: newStandardSecret(),
		});
		await planResponses(box, [{ reply: { id: 'created 7' } }]);
		const endpoint = {
			resource: 'endpoint',
			operation: 'create',
			endpointName: subscriber,
			url: `${receiver}/receive/none/${subscriber}`,
			platform: 'standardWebhooks',
			eventTypes: 'order.created',
			options: { allowHttp: true, allowInternal: true, batch: { settings: { maxEvents: 9 } } },
		};
		await runAction([{}], node('Register', ACTION, endpoint, { credentials: outbox }));
		const start = node('Start', 'n8n-nodes-base.manualTrigger', {});
		const given = { body: { items: [{ score: 1 }, { score: 2 }, { score: 9 }] } };
		const set = node(
			'Given',
			'n8n-nodes-base.set',
			{ mode: 'raw', jsonOutput: JSON.stringify(given), options: {} },
			{ typeVersion: 3.4, position: [200, 0] },
		);
		const items = { ...itemsNode(), position: [400, 0] };
		const condition = { conditionSource: 'json', conditions: '{"score": {"lt": 3}}' };
		const nodes = [
			send(
				'To One',
				[600, -300],
				{
					platform: 'standardWebhooks',
					url: `${receiver}/receive/none/${box}`,
					options: { allowHttp: true },
					...condition,
				},
				sending,
			),
			send('To All', [600, 0], { sendTo: 'subscribers', ...condition }, outbox),
			node(
				'Log',
				ACTION,
				{ resource: 'delivery', operation: 'getStats' },
				{ credentials: outbox, position: [600, 300], executeOnce: true },
			),
			node(
				'Due',
				ACTION,
				{ resource: 'delivery', operation: 'deliverDue' },
				{ credentials: outbox, position: [900, 300] },
			),
		];
		const to = nodes.slice(0, 3).map(({ name }) => ({ node: name, type: 'main', index: 0 }));
		const id = await n8n.createWorkflow(
			{
				name: box,
				nodes: [start, set, items, ...nodes],
				connections: { ...chain(start, set, items), [items.name]: { main: [to] } },
			},
			{ active: false },
		);
		browser = await EditorBrowser.launch(chromium);
		editor = await browser.newTab();
		await editor.open(`/workflow/${id}`);
	});

	afterEach(() => {
		expect(browser.faults.splice(0)).toEqual([]);
	});

	afterAll(async () => {
		await browser.close();
	});

	const listOutputs = async (name) => {
		const handles = editor.node(name).locator(testId('canvas-node-output-handle'));
		return (await handles.allInnerTexts()).map((text) => text.trim());
	};

	const label = (text) =>
		editor.panel.locator(testId('input-label')).getByText(text, { exact: true });

	/** Opens the tab of an output in the output panel. Returns the first item of its table. */
	async function readTab(text) {
		await editor.panel.locator(testId('branches')).getByText(text).click();
		return await editor.outputTable();
	}

	test.each([
		['To One', ['Delivered', 'Retry', 'Failed', 'Skipped']],
		['To All', ['Delivered', 'Pending', 'Failed', 'Skipped', 'Health']],
		['Due', ['Delivered', 'Pending', 'Failed', 'Health']],
	])('%s names its outputs on the canvas', async (name, outputs) => {
		await expectShown(async () => await listOutputs(name), outputs);
	});

	test('a switch offers the chart, and only then a field for it', async () => {
		await editor.openPanel(editor.node('Log'));
		await label('Draw Chart').waitFor();
		expect(await label('Put Chart in Field').count()).toBe(0);
		await editor.panel.locator(testId('parameter-input-drawChart')).locator('.el-switch').click();
		await label('Put Chart in Field').waitFor();
		await editor.closePanel();
	});

	test('an event that was not sent is on Skipped, and those that were are on Delivered', async () => {
		await editor.page.locator(testId('execute-workflow-button')).click();
		await editor.succeeded(['To One', 'To All', 'Log']);
		await editor.openPanel(editor.node('To One'));
		const delivered = await readTab('Delivered Branch (2 items)');
		expect(Object.keys(delivered).slice(0, 4)).toEqual([
			'status',
			'event',
			'response_code',
			'next_attempt_at',
		]);
		expect(delivered).toMatchObject({ status: 'delivered', event: 'order.created' });
		// n8n shows parsed JSON field by field.
		expect(delivered.response).toContain('id:created 7');
		expect(await readTab('Skipped Branch (1 item)')).toMatchObject({
			status: 'skipped',
			event: 'order.created',
			condition: 'score lt 3, found 9',
		});
		await editor.closePanel();
	});

	test('deliveries that wait for a batch are on Pending, with a hint that Deliver Due sends them', async () => {
		await editor.openPanel(editor.node('To All'));
		expect(await readTab('Pending Branch (2 items)')).toMatchObject({
			status: 'gathering',
			event: 'order.created',
			endpoint_name: subscriber,
		});
		const hints = editor.panel.locator(testId('output-panel')).locator(testId('node-hint'));
		await hints.getByText(/2 waiting for a batch\. Delivery → Deliver Due/).waitFor();
		await editor.closePanel();
	});

	test('the chart is shown with the output', async () => {
		await editor.openPanel(editor.node('Log'));
		await editor.panel.getByRole('img', { name: 'Delivery report' }).waitFor();
	});

	test('Replay Many begins with the last 24 hours', async () => {
		await editor.choose('operation', 'Replay Many');
		await label('Accepted After').waitFor();
		const since = editor.panel
			.locator(testId('parameter-item'))
			.filter({ has: editor.page.locator(testId('parameter-input-since')) });
		const result = since.locator(testId('parameter-input-hint'));
		await result.getByText(/T\d/).waitFor();
		const hours = (Date.now() - Date.parse(await result.innerText())) / 3_600_000;
		// A day in which clocks change has 23 or 25 hours.
		expect(hours).toBeGreaterThan(22.9);
		expect(hours).toBeLessThan(25.1);
		expect(await editor.panel.locator(testId('parameter-issues')).count()).toBe(0);
	});
});
