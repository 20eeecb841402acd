/** Event → Send and Endpoint → Create in n8n’s editor: what a newcomer finds filled in, and what belongs to a choice. */
const { findChromium } = require('../harness/chromium');

const { EditorBrowser, expectShown, testId } = require('./editorStage');
const stage = require('./stage');

const { ACTION, chain, n8n, node, queue, uniqueName } = stage;

const chromium = findChromium();
const inBrowser = queue || chromium === undefined ? describe.skip : describe;

const EXPONENTIAL = [
	'Max Retries',
	'First Retry After (Seconds)',
	'Backoff Multiplier',
	'Longest Wait (Seconds)',
];
const SCHEDULE_FIELDS = [...EXPONENTIAL, 'Retry Delays'];
const RETRY_OPTIONS = [
	'Jitter',
	'Longest Wait for Retry-After (Seconds)',
	'Max Total Wait (Seconds)',
	'Retry on Statuses',
];
const WAITS = {
	'Platform’s Own': '5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h',
	'For an Hour': '5 s, 30 s, 2 min, 5 min, 20 min, 30 min',
	'For a Day': '5 s, 1 min, 5 min, 30 min, 1 h, 2 h, 4 h, 6 h, 10 h',
};

inBrowser('a newcomer who sends events', () => {
	let browser;
	let editor;

	beforeAll(async () => {
		browser = await EditorBrowser.launch(chromium);
		const start = node('Start', 'n8n-nodes-base.manualTrigger', {}, { position: [-300, 0] });
		const send = node('Send', ACTION, { resource: 'event', operation: 'send' });
		const create = node(
			'Create',
			ACTION,
			{ resource: 'endpoint', operation: 'create' },
			{ position: [0, 300] },
		);
		const id = await n8n.createWorkflow(
			{ name: uniqueName('send'), nodes: [start, send, create], connections: chain(start, send) },
			{ active: false },
		);
		editor = await browser.newTab();
		await editor.open(`/workflow/${id}`);
	});

	afterAll(async () => {
		await browser.close();
	});

	afterEach(() => {
		expect(browser.faults.splice(0)).toEqual([]);
	});

	const parameters = () => editor.panel.locator(testId('node-parameters'));
	const readLabels = async () =>
		(await parameters().locator(testId('input-label')).allInnerTexts()).map((label) =>
			label.split('\n')[0].trim(),
		);
	const readNotices = async () =>
		(await parameters().locator('.notice').allInnerTexts()).map((notice) => notice.trim());
	const readChosen = async (parameter) =>
		await editor.panel
			.locator(testId(`parameter-input-${parameter}`))
			.first()
			.getByRole('combobox')
			.first()
			.inputValue();

	/** Waits until the panel shows just these fields of the schedules. */
	const expectFields = async (fields) =>
		await expectShown(
			async () => (await readLabels()).filter((label) => SCHEDULE_FIELDS.includes(label)),
			fields,
		);
	const expectWaits = async (waits) =>
		await expectShown(
			async () => (await readNotices()).filter((notice) => notice.startsWith('Retries after')),
			waits === undefined ? [] : [`Retries after ${waits}.`],
		);

	async function tryEachSchedule() {
		await expectWaits(WAITS['Platform’s Own']);
		await expectFields([]);
		for (const name of ['For an Hour', 'For a Day']) {
			await editor.choose('retrySchedule', name);
			await expectWaits(WAITS[name]);
			await expectFields([]);
		}
		await editor.choose('retrySchedule', 'Exponential');
		await expectWaits(undefined);
		await expectFields(EXPONENTIAL);
		await editor.choose('retrySchedule', 'Custom List');
		await expectFields(['Retry Delays']);
	}

	/** Replaces the content of a field for JSON. */
	async function typeJson(parameter, text) {
		const field = editor.panel.locator(`${testId(`parameter-input-${parameter}`)} .cm-content`);
		await field.click();
		await editor.page.keyboard.press('ControlOrMeta+a');
		await editor.page.keyboard.insertText(text);
	}

	const fill = async (parameter, text) =>
		await editor.panel
			.locator(testId(`parameter-input-${parameter}`))
			.locator('input, textarea')
			.first()
			.fill(text);

	test('finds Standard Webhooks chosen, and the waits of its schedule spelled out', async () => {
		await editor.openPanel(editor.node('Send'));
		expect(await readChosen('platform')).toBe('Standard Webhooks');
		const labels = await readLabels();
		expect(labels).toEqual(
			expect.arrayContaining(['Send To', 'Event Type', 'Condition', 'Retry Schedule']),
		);
		expect(await editor.panel.locator(testId('credentials-label')).allInnerTexts()).toEqual([
			expect.stringContaining('Agent Webhook Sending API'),
		]);
		await tryEachSchedule();
	});

	test('is offered no options for retries where there are none', async () => {
		await editor.choose('retrySchedule', 'For a Day');
		expect(await editor.readFields('options')).toEqual(expect.arrayContaining(RETRY_OPTIONS));
		await editor.choose('retrySchedule', 'No Retries');
		await expectWaits(undefined);
		await expectFields([]);
		const offered = await editor.readFields('options');
		expect(offered.filter((name) => RETRY_OPTIONS.includes(name))).toEqual([]);
		expect(offered).toContain('Timeout (Seconds)');
	});

	test('is told the waits of another platform when it is chosen', async () => {
		await editor.choose('retrySchedule', 'Platform’s Own');
		await editor.choose('platform', 'WorkFlux');
		await expectWaits('1 min, 5 min, 15 min, 1 h');
		await editor.choose('platform', 'Standard Webhooks');
		await expectWaits(WAITS['Platform’s Own']);
	});

	test('begins conditions with an example, and is told the right form of a wrong one', async () => {
		await editor.choose('conditionSource', 'Only If JSON Conditions Are Met');
		const conditions = editor.panel.locator(`${testId('parameter-input-conditions')} .cm-content`);
		await expectShown(async () => JSON.parse(await conditions.innerText()), {
			amount: { gte: 100 },
			status: 'paid',
		});
		await typeJson('conditions', '{"score": "< 3"}');
		await fill('url', 'https://example.com/hook');
		await fill('customEventType', 'order.created');
		await editor.panel
			.locator(testId('parameter-input-useCredential'))
			.locator('.el-switch')
			.click();
		await editor.panel.locator(testId('node-execute-button')).click();
		const error = editor.panel.locator(testId('output-panel'));
		await error.getByText('Write {"score": {"lt": 3}}.').first().waitFor();
		await error.getByText('write {"score": {"eq": "< 3"}}').first().waitFor();
		await editor.closePanel();
	});

	test('finds the same for a new endpoint, with the schedule beside its URL', async () => {
		await editor.openPanel(editor.node('Create'));
		expect(await readChosen('platform')).toBe('Standard Webhooks');
		await tryEachSchedule();
		await editor.closePanel();
	});
});
