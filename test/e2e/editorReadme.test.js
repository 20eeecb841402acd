/** Follows the README's quick start in n8n's editor: its menu, its buttons, its fields, and its commands in a shell. */
const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');

const { findChromium } = require('../harness/chromium');
const { listBlocks, listItalics, readSection, toLine } = require('../harness/documents');
const { n8nHome, n8nInstalled, root } = require('../harness/project');

const { Person } = require('./editorPerson');
const { EditorBrowser, testId } = require('./editorStage');
const { deleteCredentials, TrustedReceiver } = require('./newcomer');
const { base, n8n, queue, uniqueName } = require('./stage');

const run = promisify(execFile);

const quickStart = readSection('README.md', 'Quick start');
const [makeSecrets, call] = listBlocks(quickStart, 'sh');
const [answer] = listBlocks(quickStart, 'json').map((block) => JSON.parse(block));
/** Returns what the page says between two texts. */
const find = (pattern) => pattern.exec(toLine(quickStart)).slice(1);

const chromium = findChromium();
// The README shows the editor of the pinned n8n.
const isPinned = n8nInstalled === n8nHome;
const inBrowser = queue || chromium === undefined || !isPinned ? describe.skip : describe;

inBrowser('a stranger with the README', () => {
	let browser;
	let editor;
	let person;
	let id;
	const receiver = new TrustedReceiver();
	const inbox = uniqueName('readme');
	const secrets = {};

	const shell = async (command, env = {}) =>
		(await run('bash', ['-euc', command], { env: { ...process.env, ...env } })).stdout;

	beforeAll(async () => {
		await receiver.start('readme');
		await deleteCredentials();
		browser = await EditorBrowser.launch(chromium);
		editor = await browser.newTab();
		person = new Person(editor);
	});

	afterEach(() => {
		expect(browser.faults.splice(0)).toEqual([]);
	});

	afterAll(async () => {
		if (id !== undefined) await n8n.deactivate(id);
		await browser.close();
		receiver.stop();
	});

	/** Clicks the button that the page names, and fills in the form that n8n opens. */
	async function connect(button, fill) {
		await editor.panel.getByRole('button', { name: button, exact: true }).click();
		const form = editor.page.locator(testId('editCredential-modal'));
		const field = (label) =>
			form
				.locator(testId('credential-connection-parameter'))
				.filter({ has: editor.page.getByText(label, { exact: true }) })
				.first();
		await fill({
			paste: async (label, text) =>
				await person.fill(field(label).locator('input, textarea').first(), text),
			turnOn: async (label) => await field(label).locator('.el-switch').click(),
		});
		await form.locator(testId('credential-save-button')).click();
		await form.waitFor({ state: 'hidden' });
	}

	test('imports the template with the menu', async () => {
		const [menu, entry] = find(/choose ⋯ → (\w+) → ([\w ]+)\./);
		await editor.open('/workflow/new');
		await editor.page.locator(testId('workflow-menu')).first().click();
		await editor.page.getByRole('menuitem', { name: menu, exact: true }).hover();
		const chooser = editor.page.waitForEvent('filechooser');
		await editor.page.getByRole('menuitem', { name: entry, exact: true }).click();
		await (await chooser).setFiles(path.join(root, 'templates/quick-start.json'));
		await editor.node('Agent Message').waitFor();
	});

	test('creates the secrets and both credentials', async () => {
		const printed = await shell(makeSecrets);
		for (const [, label, secret] of printed.matchAll(/^([^:]+): +(\S+)$/gm))
			secrets[label] = secret;
		expect(Object.keys(secrets)).toHaveLength(3);
		await receiver.ask('secrets', { standard: secrets['Send Event, Signing Secret'] });

		const [receiving] = find(/click (Connect to Agent Webhook Receiving)\./);
		const [signing, bearer, tokens] = listItalics(
			find(/Connect to Agent Webhook Receiving\. (.*?) 5\./)[0],
		);
		await person.openPanel('Agent Message');
		await connect(receiving, async ({ paste, turnOn }) => {
			await paste(signing, secrets['Agent Message, Signing Secret']);
			await turnOn(bearer);
			await paste(tokens, secrets['Agent Message, Bearer Tokens']);
		});
		await person.closePanel();

		const [sending] = find(/click (Connect to Agent Webhook Sending),/);
		await person.openPanel('Send Event');
		await connect(sending, async ({ paste }) => {
			await paste('Signing Secret', secrets['Send Event, Signing Secret']);
		});
		await person.replace('url', `${receiver.url}/receive/standardwebhooks/${inbox}`);
		await person.closePanel();
	});

	test('publishes, calls, and sees the answer that the page shows', async () => {
		await person.publish();
		id = /workflow\/([^/?]+)/.exec(editor.page.url())[1];
		await n8n.published(id);
		const command = call.replace('https://your-n8n', base).replace('curl', 'curl -sS');
		const printed = await shell(command, {
			TOKEN: secrets['Agent Message, Bearer Tokens'],
			SECRET: secrets['Agent Message, Signing Secret'],
		});
		expect(JSON.parse(printed)).toEqual({
			...answer,
			execution_id: expect.stringMatching(/^\d+$/),
			data: { ...answer.data, event_id: expect.stringMatching(/^evt_/) },
		});
		expect(await receiver.ask(`inbox/${inbox}`)).toMatchObject([{ verified: true }]);
	});
});
