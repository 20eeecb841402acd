/** Looks in n8n's editor for what pages of the documentation say that a person sees there. */
const { findChromium } = require('../harness/chromium');
const { listCode, readPage, readSection, toLine } = require('../harness/documents');

const { openTemplate } = require('./docsStage');
const { Person } = require('./editorPerson');
const { EditorBrowser, expectShown } = require('./editorStage');
const stage = require('./stage');

const { n8n, newSecret, queue } = stage;

const chromium = findChromium();
const inBrowser = queue || chromium === undefined ? describe.skip : describe;

inBrowser('the editor', () => {
	let browser;
	let editor;
	let credentials;

	beforeAll(async () => {
		credentials = {
			...(await n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
				encryptionSecret: newSecret(),
				outboxName: 'editor_docs',
			})),
			...(await n8n.createCredential('agentWebhookInboundApi', 'Callers', {
				bearerTokens: newSecret(),
			})),
		};
		browser = await EditorBrowser.launch(chromium);
		editor = await browser.newTab();
	});

	afterAll(async () => await browser.close());

	test.each([
		[
			'svix-api',
			'When a Client Calls',
			() => [
				listCode(readSection('docs/api.md', 'Step by step')).find((code) => code.startsWith('/')),
				listCode(readSection('docs/portal.md', 'Step by step')).find((code) =>
					code.startsWith('/'),
				),
			],
		],
		[
			'management-api',
			'When a Subscriber Calls',
			() => [/is the part before `([^`]*)`/.exec(toLine(readPage('docs/endpoints.md')))[1]],
		],
	])(
		'shows the URLs of the template %s where the page says',
		async (template, trigger, readEnds) => {
			const { find, workflow } = openTemplate(template, credentials);
			const id = await n8n.createWorkflow(workflow, { active: false });
			await editor.open(`/workflow/${id}`);
			await editor.openPanel(editor.node(trigger));
			const urls = editor.panel.locator('.webhooks');
			await urls.getByText('Webhook URLs', { exact: true }).click();
			await urls.getByText('Production URL', { exact: true }).click();
			const { parameters, webhookId } = find(trigger);
			const server = `${stage.base}/webhook/${webhookId}/${parameters.path}`;
			const read = async () =>
				(await urls.locator('.webhook-url').allInnerTexts()).map((url) => url.trim());
			await expectShown(
				read,
				readEnds().map((end) => server + end),
			);
		},
	);

	test('finds the action of docs/event-types.md', async () => {
		const [, action] = /the action “([^”]*)”/.exec(readPage('docs/event-types.md'));
		const person = new Person(editor);
		await editor.open('/workflow/new');
		await person.add(person.firstStep, 'agent webhook', 'Agent Webhook', action);
		await person.parameter('eventTypeName').waitFor();
		expect(browser.faults).toEqual([]);
	});
});
