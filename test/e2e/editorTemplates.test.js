/** Imports the templates in n8n's editor, as a person does who pastes them onto the canvas. */
const { findChromium } = require('../harness/chromium');
const { readTemplate, TEMPLATES } = require('../harness/templates');

const { EditorBrowser, expectShown, testId } = require('./editorStage');
const stage = require('./stage');

const { ACTION, n8n, newSecret, newStandardSecret, node, queue } = stage;

const STICKY_NOTE = 'n8n-nodes-base.stickyNote';
const MANUAL_TRIGGER = 'n8n-nodes-base.manualTrigger';

/** One credential of each type that the templates need. n8n then chooses it by itself. */
const CREDENTIALS = {
	agentWebhookInboundApi: { signatureScheme: 'platform', signingSecret: newSecret() },
	agentWebhookOutboundApi: { signatureScheme: 'platform', signingSecret: newStandardSecret() },
	agentWebhookOutboxApi: { encryptionSecret: newSecret(), outboxName: 'editor_templates' },
	openAiApi: { apiKey: 'unused' },
	smtp: { host: 'localhost', port: 2525, user: '', password: '' },
};

const chromium = findChromium();
const inBrowser = queue || chromium === undefined ? describe.skip : describe;

/** A node that needs two credentials. n8n chooses one by itself. */
const NEEDS_TWO = 'management-api: When a Subscriber Calls';

/** The space that the nodes of a template get on the canvas, in pixels. */
const [COLUMN_WIDTH, ROW_HEIGHT] = [2700, 1100];
const COLUMNS = 4;

/** Pastes a text onto the canvas. Runs in the page. */
function paste(text) {
	const clipboardData = new globalThis.DataTransfer();
	clipboardData.setData('text/plain', text);
	const event = new globalThis.ClipboardEvent('paste', { clipboardData, bubbles: true });
	globalThis.document.body.dispatchEvent(event);
}

/** Reads the number of nodes on the canvas, and those that a red triangle marks. Runs in the page. */
const readNodes = (nodes) => ({
	count: nodes.length,
	marked: nodes
		.filter((one) => one.querySelector('[data-test-id="node-issues"]'))
		.map((one) => one.dataset.nodeName)
		.sort(),
});

inBrowser('the templates in the editor', () => {
	let browser;
	let editor;

	beforeAll(async () => {
		const all = await n8n.rest('GET', '/credentials');
		for (const { id, type } of all) {
			if (type in CREDENTIALS) await n8n.rest('DELETE', `/credentials/${id}`);
		}
		for (const [type, data] of Object.entries(CREDENTIALS)) {
			await n8n.createCredential(type, `The only ${type}`, data);
		}
		browser = await EditorBrowser.launch(chromium);
		editor = await browser.newTab();
		await editor.open('/workflow/new');
	});

	afterAll(async () => {
		await browser.close();
	});

	/** Imports a workflow onto a new canvas, and waits until n8n shows its nodes and what it marks. */
	async function importWorkflow({ connections, nodes, pinData }, marked = []) {
		await editor.open('/workflow/new');
		await editor.page.locator(testId('canvas-add-button')).waitFor();
		await editor.page.evaluate(paste, JSON.stringify({ connections, nodes, pinData }));
		const { length: count } = nodes.filter(({ type }) => type !== STICKY_NOTE);
		const read = async () => {
			// n8n renders only the nodes that are in sight.
			await editor.page.locator(testId('zoom-to-fit')).click();
			return await editor.page.locator(testId('canvas-node')).evaluateAll(readNodes);
		};
		await expectShown(read, { count, marked });
	}

	test('a template runs on its pinned example before anything is set up', async () => {
		await importWorkflow(readTemplate('exactly-once'));
		await editor.page.locator(testId('execute-workflow-button')).click();
		await editor.succeeded(['Only New', 'Your Work']);
	});

	/** Lays out the nodes of all templates side by side, each named after its template. */
	function layOutTemplates() {
		const laidOut = TEMPLATES.flatMap((template, index) => {
			const { nodes } = readTemplate(template);
			const [left, top] = [0, 1].map((axis) => Math.min(...nodes.map((one) => one.position[axis])));
			const [column, row] = [index % COLUMNS, Math.floor(index / COLUMNS)];
			return nodes.map(({ name, position: [x, y], ...one }) => ({
				...one,
				name: `${template}: ${name}`,
				position: [x - left + column * COLUMN_WIDTH, y - top + row * ROW_HEIGHT],
			}));
		});
		// n8n allows one of them on a canvas.
		const manual = laidOut.find(({ type }) => type === MANUAL_TRIGGER);
		return laidOut.filter((one) => one.type !== MANUAL_TRIGGER || one === manual);
	}

	/** Returns the connections of models and tools to agents: n8n marks an agent without a model. */
	function connectAgents() {
		const prefix = (template, lists) =>
			lists.map((list) => list.map((to) => ({ ...to, node: `${template}: ${to.node}` })));
		return Object.fromEntries(
			TEMPLATES.flatMap((template) =>
				Object.entries(readTemplate(template).connections).flatMap(([from, kinds]) => {
					const toAgents = Object.entries(kinds).filter(([kind]) => kind.startsWith('ai_'));
					const connections = toAgents.map(([kind, lists]) => [kind, prefix(template, lists)]);
					return connections.length === 0
						? []
						: [[`${template}: ${from}`, Object.fromEntries(connections)]];
				}),
			),
		);
	}

	test('no template has a red triangle once there is a credential of each type', async () => {
		// n8n marks this one, so it has checked the others too.
		const incomplete = node(
			'Incomplete',
			ACTION,
			{ resource: 'event', operation: 'send' },
			{ position: [-300, 0] },
		);
		const nodes = [incomplete, ...layOutTemplates()];
		await importWorkflow({ nodes, connections: connectAgents() }, ['Incomplete', NEEDS_TWO]);
		expect(browser.faults).toEqual([]);
	});
});
