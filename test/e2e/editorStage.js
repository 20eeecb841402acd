/** Drives n8n's editor in a real browser, and derives from our nodes' descriptions what it must show. */
const path = require('node:path');
const { isDeepStrictEqual } = require('node:util');

const { NodeHelpers } = require('n8n-workflow');
const { chromium } = require('playwright-core');

const { root } = require('../harness/project');

const { base, n8n, pause } = require('./stage');

const SHOWN_WITHIN_MS = 60_000;
const PICTURE = { animations: 'disabled', caret: 'hide' };

/** n8n's address for the options of lists that a node loads. */
const LISTS = `${base}/rest/dynamic-node-parameters/`;

/** Margin around the nodes in a picture of the canvas, in pixels: their names are outside of them. */
const MARGIN = 60;

const testId = (id) => `[data-test-id="${id}"]`;

/** Waits until the page shows the expected value. Fails with the value that it shows instead. */
async function expectShown(read, expected) {
	const until = Date.now() + SHOWN_WITHIN_MS;
	for (;;) {
		const shown = await read();
		if (isDeepStrictEqual(shown, expected)) return;
		if (Date.now() > until) return expect(shown).toEqual(expected);
		await pause(25);
	}
}

/** Loads a node's description from dist/. */
function loadDescription(name) {
	const file = path.join(root, `dist/nodes/${name}/${name}.node.js`);
	return new (require(file)[name])().description;
}

function credentialTitle(type) {
	const name = type[0].toUpperCase() + type.slice(1);
	const file = path.join(root, `dist/credentials/${name}.credentials.js`);
	return new (require(file)[name])().displayName;
}

const withoutTags = (html) => html.replace(/<[^>]*>/g, '');

const isEmpty = (value) =>
	value === '' || value?.length === 0 || (value?.__rl === true && value.value === '');

/**
 * Returns whether n8n marks an empty required parameter. It does not for JSON, so the node checks that
 * itself.
 */
const isMissing = ({ name, required, type }, values) =>
	required && type !== 'json' && isEmpty(values[name]);

/** Derives from a description what a node's panel shows for chosen values and the defaults of all others. */
class Expected {
	constructor(description, chosen) {
		const { properties, version } = description;
		const node = { typeVersion: [version].flat().at(-1), parameters: chosen };
		Object.assign(this, { description, chosen, node });
		this.values = NodeHelpers.getNodeParameters(properties, chosen, true, false, node, description);
		this.parameters = properties.filter((property) => this.isShown(property));
	}

	isShown(property, at = '') {
		const { description, node, values } = this;
		return NodeHelpers.displayParameterPath(values, property, at, node, description);
	}

	/** Lists the parameters whose options are in our description. */
	get lists() {
		return this.parameters.filter(({ type }) => type === 'options');
	}

	/** Lists the collections, with the fields that can be added to each. */
	get collections() {
		return this.parameters
			.filter(({ type }) => type === 'collection')
			.map(({ name, options }) => ({
				name,
				fields: options.filter((option) => this.isShown(option, name)),
			}));
	}

	/** Returns the output names that the description has for these values. */
	get outputs() {
		const { outputs } = this.description;
		const read = new Function('$parameter', `return ${outputs.slice('={{'.length, -'}}'.length)}`);
		return read(this.values).map(({ displayName }) => displayName ?? '');
	}

	get panel() {
		const { credentials } = this.description;
		return {
			labels: this.parameters
				.filter(({ type }) => type !== 'notice' && type !== 'hidden')
				.map(({ displayName }) => displayName),
			notices: this.parameters
				.filter(({ type }) => type === 'notice')
				.map(({ displayName }) => withoutTags(displayName)),
			missing: this.parameters
				.filter((parameter) => isMissing(parameter, this.values))
				.map(({ displayName }) => displayName),
			credentials: credentials
				.filter((credential) => this.isShown(credential))
				.map(({ name }) => `Credential for ${credentialTitle(name)}`),
			errors: [],
		};
	}
}

/** Reads what a node's panel shows. Runs in the page. */
function readPanel(panel) {
	const all = (selector) =>
		[...panel.querySelectorAll(selector)].filter((element) => element.checkVisibility());
	const getText = (element) => element.innerText.split('\n')[0].trim();
	const getName = (element) =>
		getText(
			element
				.closest('[data-test-id="parameter-item"]')
				.querySelector('[data-test-id="input-label"]'),
		);
	return {
		labels: all('[data-test-id="input-label"]').map(getText),
		notices: all('.notice').map((notice) => notice.innerText.trim()),
		missing: all('[data-test-id="parameter-issues"]').map(getName),
		credentials: all('[data-test-id="credentials-label"]').map(getText),
		errors: all('[data-test-id="parameter-input-hint"]')
			.map(getText)
			.filter((text) => /error/i.test(text)),
		// n8n's texts in place of a list whose options it could not load.
		notLoaded: all('input')
			.filter(({ value }) => /^(Error fetching|Set up credential to see) options/.test(value))
			.map(getName),
	};
}

/** Reads the names of a node's outputs on the canvas. Runs in the page. */
function readOutputNames(node) {
	const outputs = node.querySelectorAll('[data-test-id="canvas-node-output-handle"]');
	return [...outputs].map(({ innerText }) => innerText.trim());
}

/**
 * Reports what a person does: each press of a mouse button, each key that is not typing, and each field
 * that gets typed into. Runs in the page, before n8n.
 */
function watchEffort() {
	const report = (event, kind) => event.isTrusted && globalThis.reportEffort(kind);
	let typedInto;
	const listen = (type, listener) => globalThis.addEventListener(type, listener, true);
	listen('pointerdown', (event) => report(event, 'clicks'));
	listen('keydown', (event) => {
		const isShortcut = event.ctrlKey || event.metaKey || event.key.length > 1;
		const isModifier = ['Control', 'Meta', 'Shift', 'Alt'].includes(event.key);
		if (isShortcut && !isModifier) report(event, 'clicks');
	});
	listen('focusin', ({ target }) => {
		if (target !== typedInto) typedInto = undefined;
	});
	listen('input', (event) => {
		const isText = event.target.isContentEditable || /^(?!checkbox|radio)/.test(event.target.type);
		if (!isText || event.target === typedInto) return;
		typedInto = event.target;
		// Playwright's fill() types without key presses.
		globalThis.reportEffort('fields');
	});
}

/** A browser tab with the editor. */
class Editor {
	/** Clicks and typed fields of the current `countEffort`. */
	effort = { clicks: 0, fields: 0 };

	constructor(page) {
		this.page = page;
		this.panel = page.locator(testId('ndv'));
		this.creator = page.locator(testId('node-creator'));
		this.creatorItems = this.creator.locator(testId('node-creator-item-name'));
	}

	/** Makes the pages that this tab opens report what a person does. */
	async watch() {
		await this.page.exposeBinding('reportEffort', (_source, kind) => {
			this.effort[kind] += 1;
		});
		await this.page.addInitScript(watchEffort);
	}

	/**
	 * Counts what a person does during a task. A click is a press of the mouse or of a key that types
	 * nothing, so a double-click is two. Typing into a field counts once, and not as a click.
	 * @returns e.g. `{ clicks: 16, fields: 3 }`
	 */
	async countEffort(task) {
		this.effort = { clicks: 0, fields: 0 };
		await task();
		// Reports arrive in order, so those that came before this answer have arrived.
		await this.page.evaluate(() => undefined);
		return { ...this.effort };
	}

	/** Does not count what only the test needs, e.g. an option for the test's own network. */
	async uncounted(task) {
		const effort = { ...this.effort };
		await task();
		await this.page.evaluate(() => undefined);
		this.effort = effort;
	}

	async open(url) {
		await this.page.goto(base + url);
		// Switches animations off, so that tests and pictures need not wait for them.
		await this.page.addStyleTag({
			content: '*, *::before, *::after { transition: none !important; animation: none !important }',
		});
		await this.page.locator(testId('canvas-wrapper')).waitFor();
	}

	async close() {
		await this.page.close();
	}

	node(name) {
		return this.page.locator(`${testId('canvas-node')}[data-node-name="${name}"]`);
	}

	/** Reads the name of the node whose panel is open. n8n renames it when its operation changes. */
	async openNode() {
		return this.node(await this.panel.locator(testId('node-title-container')).innerText());
	}

	async openCreator() {
		await this.page.keyboard.press('n');
		await this.creator.locator(testId('node-creator-search-bar')).waitFor();
	}

	/** Types words into the node creator. */
	async search(words) {
		const bar = this.creator.locator(testId('node-creator-search-bar'));
		// Results of the previous search don't count.
		await bar.fill('nothing has this name');
		await this.creator.locator(testId('node-creator-no-results')).waitFor();
		await bar.fill(words);
	}

	creatorItem(name) {
		return this.creatorItems.and(this.page.getByText(name, { exact: true }));
	}

	/** Opens n8n's page for our nodes from the search results. Waits until it lists their actions. */
	async openFound(name, items) {
		await this.creatorItem(name).click();
		// The first section is already open.
		await this.creator.locator(testId('node-creator-category-item')).nth(1).click();
		await expectShown(async () => await this.creatorItems.allInnerTexts(), items);
	}

	/** Adds a node to the canvas. Its panel opens by itself. */
	async add(item) {
		await this.creatorItem(item).click();
		await this.panel.waitFor();
	}

	async openPanel(node) {
		await node.dblclick();
		await this.panel.locator(testId('node-parameters')).waitFor();
	}

	async closePanel() {
		await this.panel.locator(testId('ndv-close-button')).click();
		await this.panel.waitFor({ state: 'hidden' });
	}

	/** Opens a list in the panel. Returns its box and its options as locators. */
	async openList(box) {
		const input = box.getByRole('combobox').first();
		await input.click();
		const id = await input.getAttribute('aria-controls');
		const options = this.page.locator(`[id="${id}"]`).getByRole('option');
		await options.first().waitFor();
		return { input, options };
	}

	/**
	 * Chooses an option from a list in the panel.
	 * @param names the names of all its options: after another choice, n8n shows those of before for up to 200 ms
	 */
	async choose(parameter, name, names) {
		const box = this.panel.locator(testId(`parameter-input-${parameter}`)).first();
		const { input, options } = await this.openList(box);
		let listed;
		const readNames = async () => {
			const texts = await options.locator('.option-headline').allInnerTexts();
			listed = texts.map((text) => text.trim());
			// n8n adds this if its HTTP Request node can use one of the node's credentials.
			const own = listed.filter((text) => text !== 'Custom API Call');
			return names === undefined ? own.includes(name) : own;
		};
		await expectShown(readNames, names ?? true);
		await options.nth(listed.indexOf(name)).click();
		await expectShown(async () => await input.inputValue(), name);
	}

	/** Reads the fields that a collection offers. For a single field n8n shows a button without its name. */
	async readFields(collection) {
		const box = this.panel
			.locator(testId('parameter-item'))
			.filter({ has: this.page.locator(`label[for="${collection}"]`) })
			.last()
			.locator(testId('collection-parameter-add'));
		await box.waitFor();
		if ((await box.getByRole('combobox').count()) === 0) return [];
		const { input, options } = await this.openList(box);
		const fields = await options.allInnerTexts();
		await input.click();
		await options.first().waitFor({ state: 'hidden' });
		return fields.map((field) => field.trim());
	}

	/**
	 * Reads what the panel shows. n8n loads the options of a list only when the panel is opened, so after a request that
	 * failed the panel is opened again, as a person would do.
	 */
	async readPanel() {
		const { notLoaded, ...shown } = await this.panel.evaluate(readPanel);
		if (notLoaded.length === 0) return shown;
		console.warn(`n8n could not load ${notLoaded.join(', ')}. The panel is opened again.`);
		const node = await this.openNode();
		await this.closePanel();
		await this.openPanel(node);
		return shown;
	}

	/** Waits until the panel, and the node on the canvas, match the description. */
	async expectPanel(expected) {
		await expectShown(async () => await this.readPanel(), expected.panel);
		const outputs = async () => await (await this.openNode()).evaluate(readOutputNames);
		await expectShown(outputs, expected.outputs);
	}

	/** Waits until the panel shows all fields of its collections. */
	async expectFields(expected) {
		const fields = expected.collections.flatMap((collection) =>
			collection.fields.map(({ displayName }) => displayName),
		);
		const read = async () => {
			const { errors, labels, missing } = await this.readPanel();
			return { errors, missing, absent: fields.filter((field) => !labels.includes(field)) };
		};
		await expectShown(read, { errors: [], missing: expected.panel.missing, absent: [] });
	}

	/** Makes the workflow listen on its trigger's test URL. @param says the text that the trigger then shows */
	async listen(says) {
		await this.page.locator(testId('execute-workflow-button')).click();
		await this.page.locator(testId('stop-execution-waiting-for-webhook-button')).waitFor();
		await this.page.getByText(says).waitFor();
	}

	/** Waits until nodes are marked as successful. */
	async succeeded(names) {
		for (const name of names) {
			await this.node(name).locator(testId('canvas-node-status-success')).waitFor();
		}
	}

	/** Switches a panel's output to table, JSON or schema. Returns its locator. */
	async outputAs(mode) {
		const output = this.panel.locator(testId('output-panel'));
		await output.locator(testId(`radio-button-${mode}`)).click();
		return output.locator(testId('ndv-data-container'));
	}

	/** Reads the first item of a panel's output from its table. */
	async outputTable() {
		const table = (await this.outputAs('table')).locator('table');
		await table.waitFor();
		const [names, values] = await Promise.all([
			table.locator('th').allInnerTexts(),
			table.locator('tbody tr').first().locator('td').allInnerTexts(),
		]);
		return Object.fromEntries(names.map((name, index) => [name.trim(), values[index].trim()]));
	}

	/** Waits until a panel's JSON output contains a text. Returns it without spaces. */
	async outputJson(text) {
		const json = await this.outputAs('json');
		await json.getByText(text).waitFor();
		return (await json.innerText()).replace(/\s/g, '');
	}

	/** Takes a picture of the tab or a part of it, without elements that the mouse brings up. */
	async picture(part = this.page) {
		await this.page.mouse.move(720, 8);
		return await part.screenshot({
			...PICTURE,
			// n8n leaves an empty box of its code editor in the corner.
			style: 'div[class^="ͼ"] { visibility: hidden }',
		});
	}

	/** Takes a picture of all nodes on the canvas. */
	async canvasPicture() {
		await this.page.locator('.el-notification__closeBtn').click();
		const boxes = await this.page
			.locator('.vue-flow__node')
			.evaluateAll((nodes) => nodes.map((one) => one.getBoundingClientRect().toJSON()));
		const edge = (read, side) => Math.round(read(...boxes.map((box) => box[side])));
		const [left, top] = [edge(Math.min, 'left'), edge(Math.min, 'top')].map((at) => at - MARGIN);
		const clip = {
			x: left,
			y: top,
			width: edge(Math.max, 'right') + MARGIN - left,
			height: edge(Math.max, 'bottom') + MARGIN - top,
		};
		await this.page.mouse.move(720, 8);
		return await this.page.screenshot({ ...PICTURE, clip });
	}
}

/** A browser whose tabs are signed in as the owner. */
class EditorBrowser {
	static async launch(executablePath) {
		return new EditorBrowser(await chromium.launch({ executablePath }));
	}

	constructor(browser) {
		this.browser = browser;
		this.contexts = {};
		/** Errors that the pages have logged. */
		this.faults = [];
	}

	async contextFor(theme) {
		const localStorage = [
			{ name: 'n8n-browserId', value: n8n.browserId },
			{ name: 'N8N_THEME', value: theme },
		];
		const context = await this.browser.newContext({
			viewport: { width: 1440, height: 900 },
			timezoneId: 'UTC',
			storageState: { cookies: [], origins: [{ origin: base, localStorage }] },
		});
		const cookies = n8n.cookie.split('; ').map((cookie) => {
			const [name, ...value] = cookie.split('=');
			return { name, value: value.join('='), url: base };
		});
		await context.addCookies(cookies);
		// Other lanes of tests may keep the processors busy.
		context.setDefaultTimeout(90_000);
		// n8n asks npm about the package. The tests must not need the network.
		await context.route(
			({ origin }) => origin !== base,
			async (route) => await route.fulfill({ json: {} }),
		);
		context.on('weberror', (error) => this.faults.push(String(error.error())));
		context.on('console', (message) => {
			const { url } = message.location();
			const fault = `${message.text()} ${url}`;
			// n8n requests a sample of each node's output, even if there is none.
			if (message.type() !== 'error' || url.startsWith(`${base}/schemas/`)) return;
			// A panel shows which list could not be loaded.
			if (url.startsWith(LISTS)) console.warn(fault);
			else this.faults.push(fault);
		});
		return context;
	}

	/** Opens a new tab. @param theme light or dark */
	async newTab(theme = 'light') {
		this.contexts[theme] ??= await this.contextFor(theme);
		const page = await this.contexts[theme].newPage();
		// n8n asks for confirmation before it leaves an unsaved workflow.
		page.on('dialog', async (dialog) => await dialog.accept());
		const editor = new Editor(page);
		await editor.watch();
		return editor;
	}

	/** Measures a picture's average brightness, from 0 to 255. */
	async brightness(png) {
		const page = await this.browser.newPage();
		const mean = await page.evaluate(
			async (source) => {
				const picture = new Image();
				picture.src = source;
				await picture.decode();
				const canvas = new OffscreenCanvas(picture.width, picture.height);
				const context = canvas.getContext('2d');
				context.drawImage(picture, 0, 0);
				const { data } = context.getImageData(0, 0, picture.width, picture.height);
				let sum = 0;
				for (let at = 0; at < data.length; at += 4) sum += data[at] + data[at + 1] + data[at + 2];
				return sum / (3 * (data.length / 4));
			},
			`data:image/png;base64,${png.toString('base64')}`,
		);
		await page.close();
		return mean;
	}

	async close() {
		await this.browser.close();
	}
}

module.exports = { loadDescription, EditorBrowser, Expected, expectShown, testId };
