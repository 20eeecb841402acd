/** What the trigger says about the chosen provider in n8n's editor, and the call that it offers to try it. */
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');

const { findChromium } = require('../harness/chromium');

const { EditorBrowser, expectShown, testId } = require('./editorStage');
const stage = require('./stage');

const { base, n8n, newSecret, newStandardSecret, node, queue, TRIGGER, uniqueName } = stage;

const run = promisify(execFile);

/** What the panel says for each provider, and the type of the event in its example. */
const PROVIDERS = {
	Stripe: {
		platform: 'stripe',
		secret: `whsec_${newSecret()}`,
		notices: [
			'Open Workbench → Webhooks → Create new destination and enter the production URL there. In the credential, enter the "Signing secret", on the page of the event destination; it begins with whsec_.',
		],
		test: 'Run stripe trigger checkout.session.completed in the Stripe CLI',
		event: 'checkout.session.completed',
	},
	GitHub: {
		platform: 'github',
		secret: newSecret(),
		notices: [
			'Open your repository → Settings → Webhooks → Add webhook and enter the production URL there. In the credential, enter the "Secret", which you choose when you add the webhook.',
		],
		test: 'open a delivery and click Redeliver',
		event: 'push',
	},
	Twilio: {
		platform: 'twilio',
		secret: newSecret().slice(0, 32),
		notices: [
			'Open Phone Numbers → Manage → Active numbers → your number and enter the production URL there. In the credential, enter the "Auth Token", under Account Info in the Console: the primary one. Twilio signs the URL that it calls: if n8n is behind a proxy, set the option "Public URL" to that URL.',
		],
		test: 'Send a text message to the number',
		event: 'delivered',
	},
	'Standard Webhooks': {
		platform: 'standardWebhooks',
		secret: newStandardSecret(),
		notices: [
			'Open the webhook settings of the service that calls you and enter the production URL there. In the credential, enter the "signing secret", which the service shows with your webhook; it begins with whsec_.',
		],
		test: 'fill in the test URL and your signing secret',
		event: 'order.created',
	},
};

const DISCORD_NOTICES = [
	'Open Developer Portal → your app → General Information → Interactions Endpoint URL (for events: Webhooks → Endpoint) and enter the production URL there. In the credential, enter the "Public Key", on the app’s General Information page; it has 64 hex characters. Publish the workflow first: Discord verifies the URL when you save it, and this trigger answers.',
];

/** Creates a workflow with a trigger for each provider. Returns its ID and the triggers' test URLs. */
async function createWorkflow() {
	const nodes = [];
	const urls = {};
	for (const [name, { platform, secret }] of Object.entries(PROVIDERS)) {
		const path = uniqueName('help');
		const credentials = await n8n.createCredential('agentWebhookInboundApi', name, {
			signingSecret: secret,
		});
		urls[name] = `${base}/webhook-test/webhooks/events/${path}`;
		const parameters = { platform, requestKind: 'event', path };
		const position = [0, 200 * nodes.length];
		nodes.push({ ...node(name, TRIGGER, parameters, { credentials }), position });
	}
	const workflow = { name: 'Help', nodes, connections: {} };
	const id = await n8n.createWorkflow(workflow, { active: false });
	return { id, urls };
}

const chromium = findChromium();
const inBrowser = queue || chromium === undefined ? describe.skip : describe;

inBrowser('the trigger’s panel', () => {
	let browser, editor, urls;

	beforeAll(async () => {
		browser = await EditorBrowser.launch(chromium);
		const workflow = await createWorkflow();
		urls = workflow.urls;
		editor = await browser.newTab();
		await editor.open(`/workflow/${workflow.id}`);
		await editor.node('Stripe').waitFor();
	});

	afterAll(async () => {
		await browser.close();
	});

	/** Reads the notices about the provider, which come before those about authentication. */
	const readNotices = async () => await editor.panel.locator('.notice').allInnerTexts();

	const readTry = async () =>
		await editor.panel
			.locator(testId('output-panel'))
			.getByText('To try the trigger')
			.locator('..')
			.innerText();

	test.each(Object.keys(PROVIDERS))(
		'shows what to do at %s, and a call whose signature it accepts',
		async (name) => {
			const { event, notices, secret, test: hint } = PROVIDERS[name];
			await editor.openPanel(editor.node(name));
			await expectShown(readNotices, notices);
			expect(await readTry()).toContain(hint);

			const code = await editor.panel
				.locator(`${testId('output-panel')} code`)
				.last()
				.innerText();
			await editor.panel.locator(testId('trigger-execute-button')).click();
			await editor.panel.locator(testId('trigger-listening')).waitFor();
			await run('bash', ['-c', code.replace('THE_URL', urls[name]).replace('YOUR_SECRET', secret)]);
			expect(await editor.outputTable()).toMatchObject({ event });
			await editor.closePanel();
		},
	);

	test('shows another provider’s help as soon as it is chosen', async () => {
		await editor.openPanel(editor.node('Stripe'));
		await editor.choose('platform', 'Discord');
		await expectShown(readNotices, DISCORD_NOTICES);
	});
});
