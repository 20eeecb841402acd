/** Works in n8n's editor with a mouse and a keyboard only, as a newcomer does. */
const { isDeepStrictEqual } = require('node:util');

const { expectShown, testId } = require('./editorStage');
const { pause } = require('./stage');

/** Longer than the 200 ms after which n8n redraws a panel. */
const SETTLED_AFTER_MS = 250;

/** Uses the editor. Whatever n8n fills in or focuses by itself costs no click. */
class Person {
	constructor(editor) {
		this.editor = editor;
		this.page = editor.page;
		this.panel = editor.panel;
	}

	/** Types into the field that has the focus. */
	async type(text) {
		await this.page.keyboard.insertText(text);
	}

	/** Types into a field, after what is already in it. */
	async fill(field, text) {
		const { width, height } = await field.boundingBox();
		await field.click({ position: { x: width - 30, y: height / 2 } });
		await this.type(text);
	}

	/**
	 * Opens the node creator with a plus on the canvas, and adds a node.
	 * @param words that find it
	 * @param action to choose, for nodes that have several
	 */
	async add(plus, words, entry, action) {
		const { creator } = this.editor;
		await plus.click();
		await creator.locator(`${testId('node-creator-search-bar')}:focus`).waitFor();
		await this.type(words);
		await this.editor.creatorItem(entry).click();
		if (action !== undefined) await this.chooseAction(action);
		await this.panel.waitFor();
	}

	/** Chooses an action of a node. n8n opens one section, of triggers or of actions. */
	async chooseAction(action) {
		const { creator } = this.editor;
		const item = this.editor.creatorItem(action);
		const sections = creator.locator(testId('node-creator-category-item'));
		// n8n lists a long section bit by bit. The section's name ends with the number of its actions.
		const [, count] = /\((\d+)\)/.exec(await sections.first().innerText());
		await this.editor.creatorItems.nth(Number(count) - 1).waitFor();
		if (!(await item.isVisible())) await sections.last().click();
		await item.click();
	}

	get firstStep() {
		return this.page.locator(testId('canvas-add-button'));
	}

	/** Returns the plus of a node's output. */
	plus(node, output = 0) {
		return this.output(node, output).locator(testId('canvas-handle-plus'));
	}

	output(node, output = 0) {
		return this.editor.node(node).locator(testId('canvas-node-output-handle')).nth(output);
	}

	parameter(name) {
		return this.panel.locator(testId(`parameter-input-${name}`)).first();
	}

	async choose(parameter, option) {
		await this.editor.choose(parameter, option);
	}

	/** Types into a parameter of the open panel: a text field or a code editor. */
	async enter(parameter, text) {
		const field = this.parameter(parameter).locator('input, textarea, [contenteditable="true"]');
		await this.fill(field.first(), text);
	}

	/** Types into a parameter of the open panel in place of its value. */
	async replace(parameter, text) {
		await this.parameter(parameter)
			.locator('input, textarea, [contenteditable="true"]')
			.first()
			.click();
		await this.page.keyboard.press('ControlOrMeta+A');
		await this.type(text);
	}

	async toggle(parameter) {
		await this.parameter(parameter).locator('.el-switch').click();
	}

	/** Adds an option to a collection of the open panel. */
	async addOption(collection, option) {
		const box = this.panel
			.locator(testId('parameter-item'))
			.filter({ has: this.page.locator(`label[for="${collection}"]`) })
			.last()
			.locator(testId('collection-parameter-add'));
		await box.waitFor();
		// For a single option n8n shows a button.
		if ((await box.getByRole('combobox').count()) === 0) return await box.click();
		const { options } = await this.editor.openList(box);
		await options.getByText(option, { exact: true }).click();
		const added = this.panel.locator(testId('input-label')).getByText(option, { exact: true });
		await added.waitFor();
	}

	/** Creates a credential in the editor's form, for the open panel's node. n8n closes the form if its test succeeds. */
	async createCredential(fields) {
		const empty = this.panel.locator(testId('node-credentials-empty-state'));
		const list = this.panel.locator(testId('node-credentials-select'));
		await empty.or(list).first().waitFor();
		const readChosen = async () =>
			(await list.isVisible()) ? await list.locator('input').first().inputValue() : '';
		const before = await readChosen();
		if (await empty.isVisible()) await empty.click();
		else {
			await list.click();
			await this.page.locator(testId('node-credentials-select-item-new')).click();
		}
		const form = this.page.locator(testId('editCredential-modal'));
		for (const [name, text] of Object.entries(fields)) {
			const field = form.locator(testId(`parameter-input-${name}`)).locator('input, textarea');
			await this.fill(field.first(), text);
		}
		await form.locator(testId('credential-save-button')).click();
		await form.waitFor({ state: 'hidden' });
		// n8n closes the form before the node has the credential.
		await expectShown(async () => !['', before].includes(await readChosen()), true);
	}

	/** Chooses the first credential of the open panel's list. */
	async chooseCredential() {
		await this.panel.locator(testId('node-credentials-select')).click();
		await this.page.locator('[data-test-id^="node-credentials-select-item"]').first().click();
	}

	async closePanel() {
		await this.editor.closePanel();
	}

	async openPanel(node) {
		await this.editor.openPanel(this.editor.node(node));
	}

	/** Copies the trigger's production URL from its panel. */
	async copyProductionUrl() {
		await this.panel.getByText('Webhook URLs', { exact: true }).click();
		await this.panel.locator(testId('radio-button-production')).click();
		const url = this.panel.locator('.webhook-url').first();
		await url.click();
		return await url.innerText();
	}

	async confirmPublishing() {
		const dialog = this.page.locator(testId('workflowPublish-modal'));
		await dialog.locator(testId('workflow-publish-button')).click();
		await dialog.waitFor({ state: 'hidden' });
	}

	async publish() {
		await this.page.locator(testId('workflow-open-publish-modal-button')).click();
		await this.confirmPublishing();
	}

	/** Publishes the workflow with the link in its trigger's panel. */
	async publishFromPanel() {
		await this.panel.getByText('publish', { exact: true }).click();
		await this.confirmPublishing();
		// n8n explains once where executions are shown.
		await this.page.getByRole('button', { name: 'Got it' }).click();
	}

	/** Sets a field in n8n's node Edit Fields. */
	async setField(name, value) {
		await this.panel.locator(testId('assignment-collection-drop-area')).click();
		const [nameField, valueField] = ['name', 'value'].map((part) =>
			this.panel
				.locator(testId(`assignment-${part}`))
				.locator('input, textarea')
				.first(),
		);
		await this.fill(nameField, name);
		await this.fill(valueField, value);
	}

	/** Returns the place of an element once it no longer moves. */
	async settledBox(locator) {
		let box = await locator.boundingBox();
		for (;;) {
			await pause(SETTLED_AFTER_MS);
			const next = await locator.boundingBox();
			if (isDeepStrictEqual(next, box)) return box;
			box = next;
		}
	}

	/** Drags with one press of the mouse. */
	async drag(from, to) {
		const [start, end] = await Promise.all([from, to].map((one) => this.settledBox(one)));
		await this.page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
		await this.page.mouse.down();
		await this.page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 8 });
		await this.page.mouse.up();
	}

	/** Draws a connection from a node's output to another node. */
	async connect(node, output, next) {
		const input = this.editor.node(next).locator(testId('canvas-node-input-handle'));
		await this.drag(this.output(node, output), input);
	}

	/** Drags a field of the previous node's output into a parameter, which becomes an expression. */
	async dragField(field, parameter) {
		const fields = this.panel.locator(testId('run-data-schema-item'));
		await this.drag(fields.getByText(field, { exact: true }).first(), this.parameter(parameter));
		await this.parameter(parameter).getByText(field).first().waitFor();
	}

	async press(button) {
		const started = this.page.waitForResponse((response) => /\/run(\?|$)/.test(response.url()));
		await button.click();
		await started;
	}

	async executeWorkflow() {
		await this.press(this.page.locator(testId('execute-workflow-button')));
	}

	/** Runs the node of the open panel, and waits until n8n has run it. */
	async execute() {
		const button = this.panel.locator(testId('node-execute-button'));
		await this.press(button);
		await button.and(this.page.locator(':not(.is-disabled)')).waitFor();
	}

	/** Adds a node after another one whose output already has a connection. */
	async branch(node, words, entry, action) {
		await this.editor.node(node).click();
		await this.add(this.page.locator(testId('node-creator-plus-button')), words, entry, action);
	}
}

module.exports = { Person };
