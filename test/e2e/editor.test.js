/** Our nodes in n8n's editor, in a real browser: found, set up, run and read as a person would. */
const { createHmac } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { findChromium } = require('../harness/chromium');
const { root, scratch } = require('../harness/project');

const { expectShown, loadDescription, EditorBrowser, Expected, testId } = require('./editorStage');
const stage = require('./stage');

const { ACTION, base, readInbox, n8n, newSecret, newStandardSecret, node, receiver } = stage;
const { post, queue, setReceiverSecrets, TRIGGER } = stage;

const PICTURE_BYTES = 200_000;

const [action, trigger] = ['AgentWebhook', 'AgentWebhookTrigger'].map(loadDescription);

/** n8n lists a trigger and a node of the same name as one entry. */
const ENTRY = 'Agent Webhook';
const [triggerOn] = trigger.properties;
const TRIGGER_ITEMS = triggerOn.options.map((option) => option.action);
// Not the first of the list: adding an entry also chooses its platform.
const { action: DEFAULT_TRIGGER_ITEM } = triggerOn.options.find(
	({ value }) => value === triggerOn.default,
);

const operationLists = action.properties.filter(({ name }) => name === 'operation');
const ACTION_ITEMS = operationLists.flatMap(({ options }) =>
	options.map((option) => option.action),
);

// Stripe is a platform that only the trigger has.
const WORDS = ['webhook signature', 'hmac', 'signed', 'retry', 'AgenticFlow', 'Stripe'];

const chromium = findChromium();
const whySkipped = queue
	? 'it is the same editor in every mode'
	: chromium === undefined && 'no Chromium was found: set CHROMIUM to one';
if (whySkipped) console.warn(`The tests in n8n’s editor are skipped: ${whySkipped}.`);
const inBrowser = whySkipped ? describe.skip : describe;

inBrowser('in the editor', () => {
	let browser;

	beforeAll(async () => {
		browser = await EditorBrowser.launch(chromium);
	});

	afterEach(() => {
		expect(browser.faults.splice(0)).toEqual([]);
	});

	afterAll(async () => {
		await browser.close();
	});

	async function newWorkflow(theme) {
		const editor = await browser.newTab(theme);
		await editor.open('/workflow/new');
		await editor.openCreator();
		return editor;
	}

	/** Adds one of our nodes to a new workflow, and reopens its panel, which then says what is missing. */
	async function added(item) {
		const editor = await newWorkflow();
		await editor.search(ENTRY);
		await editor.openFound(ENTRY, [...TRIGGER_ITEMS, ...ACTION_ITEMS]);
		await editor.add(item);
		const fresh = await editor.openNode();
		await editor.closePanel();
		await editor.openPanel(fresh);
		return editor;
	}

	test('the node creator finds both nodes by the words that people type', async () => {
		const editor = await newWorkflow();
		for (const words of WORDS) {
			await editor.search(words);
			await editor.creatorItem(ENTRY).waitFor();
		}
		await editor.openFound(ENTRY, [...TRIGGER_ITEMS, ...ACTION_ITEMS]);
		await editor.add(DEFAULT_TRIGGER_ITEM);
		await editor.closePanel();
		// Once a workflow has a trigger, n8n asks what happens next.
		await editor.openCreator();
		for (const words of WORDS) {
			await editor.search(words);
			await editor.creatorItem(ENTRY).waitFor();
		}
		await editor.openFound(ENTRY, [...ACTION_ITEMS, ...TRIGGER_ITEMS]);
		await editor.close();
	});

	/** Describes a panel, except for texts and event types: dozens of platforms differ in nothing else. */
	function describeShape({ collections, lists, outputs, panel, parameters, values }) {
		const { credentials, labels, missing } = panel;
		const notices = parameters.filter(({ type }) => type === 'notice').map(({ name }) => name);
		const offered = [
			...lists,
			...collections.map(({ name, fields }) => ({ name, options: fields })),
		]
			.filter(({ name }) => name !== 'eventType')
			.map(({ name, options }) => [name, options.map((option) => option.name)]);
		const operation = [values.resource, values.operation];
		return JSON.stringify([operation, credentials, labels, missing, notices, offered, outputs]);
	}

	/** The lists whose options were tried. */
	const tried = new Set();

	/**
	 * Returns whether an alike list has not been tried, e.g. with another platform. `npm run test:soak -- whole` tries it
	 * once for each operation.
	 */
	function isNew({ name, options }, { operation, resource }) {
		const at = stage.isSoak || name === 'operation' ? [resource, operation] : [];
		const key = JSON.stringify([...at, name, options.map(({ value }) => value)]);
		return !tried.has(key) && tried.add(key);
	}

	/**
	 * Tries the options of each list in a panel, and of the lists that an option shows. Of the options that
	 * lead to the same kind of panel, it tries one, and of alike lists one.
	 * @param first what is chosen already, and is kept: a resource, if there are some
	 */
	async function goThrough(editor, description, first = {}) {
		const shapes = new Set();
		const offered = new Set();

		/** The fields that the collections offer, if they have changed. */
		async function lookIntoCollections({ collections, values }) {
			for (const { name, fields } of collections) {
				const names = fields.map(({ displayName }) => displayName);
				const key = JSON.stringify([values.resource, values.operation, name, names]);
				const listed = names.length > 1 ? names : [];
				if (!offered.has(key)) {
					// After a choice, n8n shows the fields of before for up to 200 ms.
					await expectShown(async () => await editor.readFields(name), listed);
				}
				offered.add(key);
			}
		}

		async function visit(chosen, known) {
			const expected = new Expected(description, chosen);
			const { values } = expected;
			shapes.add(describeShape(expected));
			await editor.expectPanel(expected);
			await lookIntoCollections(expected);
			const lists = expected.lists.filter((list) => !known.has(list) && isNew(list, values));
			const below = new Set([...known, ...lists]);
			for (const { name, options } of lists) {
				const names = options.map((option) => option.name);
				const choose = async (option) => await editor.choose(name, option.name, names);
				const current = options.find(({ value }) => value === values[name]);
				for (const option of options.filter((other) => other !== current)) {
					const next = { ...chosen, [name]: option.value };
					if (shapes.has(describeShape(new Expected(description, next)))) continue;
					await choose(option);
					await visit(next, below);
				}
				await choose(current);
			}
		}
		const kept = description.properties.filter(({ name }) => first[name] !== undefined);
		await visit(first, new Set(kept));
	}

	test('the trigger panel shows what its description says, for every kind of platform and request', async () => {
		const editor = await added(DEFAULT_TRIGGER_ITEM);
		await goThrough(editor, trigger);
		await editor.close();
	});

	test.each(operationLists.map(({ displayOptions }) => displayOptions.show.resource[0]))(
		'the action panel shows what its description says, for every operation and choice of %s',
		async (resource) => {
			const id = await n8n.createWorkflow(
				{
					name: stage.uniqueName(resource),
					nodes: [node('Action', ACTION, { resource })],
					connections: {},
				},
				{ active: false },
			);
			const editor = await browser.newTab();
			await editor.open(`/workflow/${id}`);
			await editor.openPanel(editor.node('Action'));
			await goThrough(editor, action, { resource });
			await editor.close();
		},
	);

	/** Returns a field's value after a person has added it. */
	const filled = ({ default: value, options, type, typeOptions }) =>
		type === 'fixedCollection'
			? { [options[0].name]: typeOptions?.multipleValues ? [{}] : {} }
			: value;

	/** A node's parameters with all fields that can be added to its collections. */
	const withFields = (description, chosen) => ({
		...chosen,
		...Object.fromEntries(
			new Expected(description, chosen).collections.map(({ name, fields }) => [
				name,
				Object.fromEntries(fields.map((field) => [field.name, filled(field)])),
			]),
		),
	});

	test('every optional field can be added and shows up, and only required fields are reported missing', async () => {
		const operations = operationLists.flatMap(({ displayOptions, options }) =>
			options.map(({ value }) => ({ resource: displayOptions.show.resource[0], operation: value })),
		);
		const expected = [[trigger, {}], ...operations.map((operation) => [action, operation])]
			.map(([description, chosen]) => {
				// Some fields can be added only after others.
				const all = withFields(description, withFields(description, chosen));
				return new Expected(description, all);
			})
			.filter(({ collections }) => collections.length > 0);
		const nodes = expected.map(({ chosen, description }, index) =>
			node(`Node ${index}`, description === trigger ? TRIGGER : ACTION, chosen, {
				position: [(index % 4) * 300, Math.floor(index / 4) * 300],
			}),
		);
		const id = await n8n.createWorkflow(
			{ name: stage.uniqueName('fields'), nodes, connections: {} },
			{ active: false },
		);
		const editor = await browser.newTab();
		await editor.open(`/workflow/${id}`);
		for (const [index, { name }] of nodes.entries()) {
			await editor.openPanel(editor.node(name));
			await editor.expectFields(expected[index]);
			await editor.closePanel();
		}
		await editor.close();
	});

	/** Imports the quick start, not yet activated, with its own credentials and endpoint. */
	async function importQuickStart() {
		const secrets = { bearer: newSecret(), inbound: newSecret(), outbound: newStandardSecret() };
		await setReceiverSecrets({ standard: secrets.outbound });
		const file = path.join(root, 'templates/quick-start.json');
		const workflow = JSON.parse(fs.readFileSync(file, 'utf8'));
		const named = (name) => workflow.nodes.find((one) => one.name === name);
		const scheme = { signatureScheme: 'platform' };
		named('Agent Message').credentials = await n8n.createCredential(
			'agentWebhookInboundApi',
			'AgenticFlow’s calls',
			{ ...scheme, bearerTokens: secrets.bearer, signingSecret: secrets.inbound },
		);
		const send = named('Send Event');
		send.credentials = await n8n.createCredential('agentWebhookOutboundApi', 'My endpoint', {
			...scheme,
			authentication: 'none',
			signingSecret: secrets.outbound,
		});
		send.parameters.url = `${receiver}/receive/standardwebhooks/quick-start`;
		send.parameters.options = { allowHttp: true };
		const id = await n8n.createWorkflow(workflow, { active: false });
		const text = JSON.stringify({
			message: 'Hello, I need help with my order #12345',
			user_id: 'user_123',
		});
		const signature = createHmac('sha256', secrets.inbound).update(text).digest('hex');
		/** Sends it a signed message. Returns the ID of the event that it sends. */
		const call = async (kind) => {
			const { data, status } = await post(`${base}/${kind}/webhooks/agents/quick-start`, text, {
				authorization: `Bearer ${secrets.bearer}`,
				'X-AgenticFlow-Signature': `sha256=${signature}`,
			});
			expect({ status, success: data.success }).toEqual({ status: 200, success: true });
			return data.data.event_id;
		};
		return { id, call };
	}

	const ran = ['Agent Message', 'Send Event', 'Reply'];

	test('the list of executions shows runs that started outside the editor', async () => {
		const { id, call } = await importQuickStart();
		await n8n.activate(id);
		const eventId = await call('webhook').finally(async () => await n8n.deactivate(id));
		const [execution] = await n8n.finished(id);
		const editor = await browser.newTab();
		await editor.open(`/workflow/${id}/executions`);
		const entry = editor.page.locator(testId(`execution-details-${execution.id}`));
		await entry.click();
		expect(await entry.innerText()).toMatch(/Succeeded in/);
		await editor.succeeded(ran);
		await editor.openPanel(editor.node('Send Event'));
		expect(await editor.outputJson(eventId)).toContain('"status":"delivered"');
		await editor.close();
	});

	/** Writes a picture to pictures/ in the scratch folder and, if SAVE_PICTURES is 1, to docs/pictures. */
	async function save(name, theme, png) {
		const folders = [path.join(scratch, 'pictures')];
		if (process.env.SAVE_PICTURES === '1') folders.push(path.join(root, 'docs/pictures'));
		for (const folder of folders) {
			fs.mkdirSync(folder, { recursive: true });
			fs.writeFileSync(path.join(folder, `${name}-${theme}.png`), png);
		}
		expect(png.length).toBeLessThan(PICTURE_BYTES);
		const brightness = await browser.brightness(png);
		if (theme === 'light') expect(brightness).toBeGreaterThan(170);
		else expect(brightness).toBeLessThan(85);
	}

	describe.each(['light', 'dark'])('the editor in its %s theme', (theme) => {
		test('shows both nodes in the node creator', async () => {
			const editor = await newWorkflow(theme);
			await editor.search('webhook signature');
			await editor.openFound(ENTRY, [...TRIGGER_ITEMS, ...ACTION_ITEMS]);
			await save('node-creator', theme, await editor.picture(editor.creator));
			await editor.close();
		});

		test('runs the quick start on a signed request and shows the result in its panels', async () => {
			const { id, call } = await importQuickStart();
			const editor = await browser.newTab(theme);
			await editor.open(`/workflow/${id}`);
			expect(await editor.page.locator('body').getAttribute('data-theme')).toBe(theme);
			await editor.listen('Waiting for you to send a request to the test URL');
			const eventId = await call('webhook-test');
			await editor.succeeded(ran);
			await save('quick-start', theme, await editor.canvasPicture());

			await editor.openPanel(editor.node('Send Event'));
			expect(await editor.outputTable()).toMatchObject({
				status: 'delivered',
				event_id: eventId,
				event: 'agent.message.received',
			});
			expect(await editor.outputJson(eventId)).toContain('"status":"delivered"');
			await save('action', theme, await editor.picture());
			await editor.closePanel();

			await editor.openPanel(editor.node('Agent Message'));
			expect(await editor.outputJson('user_123')).toContain('"received_at"');
			await save('trigger', theme, await editor.picture());
			await editor.close();

			const received = await readInbox('quick-start');
			expect(
				received
					.filter(({ headers }) => headers['webhook-id'] === eventId)
					.map(({ verified }) => verified),
			).toEqual([true]);
		});
	});
});
