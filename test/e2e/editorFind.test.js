/** How a newcomer finds our nodes in n8n's editor, and what a new trigger begins with. */
const { PLATFORMS } = require('../../build/core/platforms');
const { findChromium } = require('../harness/chromium');
const { listPlatformPhrases, TYPED } = require('../harness/searchPhrases');

const { EditorBrowser, expectShown, loadDescription, testId } = require('./editorStage');
const { base, queue } = require('./stage');

/** n8n lists a trigger and a node of the same name as one entry. */
const ENTRY = 'Agent Webhook';

const [triggerOn] = loadDescription('AgentWebhookTrigger').properties;
const TRIGGER_ITEMS = triggerOn.options.map(({ action }) => action);
const ACTION_ITEMS = loadDescription('AgentWebhook')
	.properties.filter(({ name }) => name === 'operation')
	.flatMap(({ options }) => options.map(({ action }) => action));

const chromium = findChromium();
const inBrowser = queue || chromium === undefined ? describe.skip : describe;

inBrowser('a newcomer', () => {
	let browser;
	let editor;

	beforeAll(async () => {
		browser = await EditorBrowser.launch(chromium);
		editor = await browser.newTab();
	});

	afterEach(() => {
		expect(browser.faults.splice(0)).toEqual([]);
	});

	afterAll(async () => {
		await browser.close();
	});

	test('finds our entry by the words for what it does and by platforms’ names', async () => {
		await editor.open('/workflow/new');
		await editor.openCreator();
		// descriptions.test.js searches for all platforms; typing each name here would take minutes.
		const platforms = PLATFORMS.filter(({ id }, index) => id !== 'custom' && index % 6 === 0);
		const phrases = new Set([
			...TYPED,
			...platforms.map((platform) => listPlatformPhrases(platform)[0]),
			...['gitlab webhook', 'typeform webhook', 'webhook telegram'],
		]);
		const bar = editor.creator.locator(testId('node-creator-search-bar'));
		const entry = editor.creatorItem(ENTRY);
		for (const words of phrases) {
			// Results of the previous search don't count. n8n shows none at once when the words are gone.
			await bar.fill('');
			await entry.waitFor({ state: 'detached' });
			await bar.fill(words);
			await entry.waitFor();
		}
	});

	const parameterInput = (name) => editor.panel.locator(testId(`parameter-input-${name}`));
	const readLabels = async () => {
		const texts = await editor.panel.locator(testId('input-label')).allInnerTexts();
		// Behind a label, n8n has the choice between a fixed value and an expression.
		return texts.map((text) => text.split('\n')[0].trim());
	};
	const hasLabels = async (shown, hidden) => {
		await expectShown(async () => {
			const all = await readLabels();
			return [...shown, ...hidden].filter((label) => all.includes(label));
		}, shown);
	};

	/** Unfolds the URLs of the trigger whose panel is open. */
	const showUrls = async () =>
		await editor.panel.getByText('Webhook URLs', { exact: true }).click();

	/** Reads its test URL. */
	const readTestUrl = async () => {
		const url = editor.panel.getByText(/\/webhook-test\//).first();
		return (await url.innerText()).match(/https?:\S+/)[0];
	};

	test('gets a trigger for Stripe from the creator, with its event types and a URL that works at once', async () => {
		await editor.open('/workflow/new');
		await editor.openCreator();
		await editor.search('stripe webhook');
		await editor.openFound(ENTRY, [...TRIGGER_ITEMS, ...ACTION_ITEMS]);
		await editor.add('On a verified Stripe webhook');
		const chosen = parameterInput('platform').getByRole('combobox').first();
		await expectShown(async () => await chosen.inputValue(), 'Stripe');
		await hasLabels(['Trigger On', 'Event Types', 'Other Event Types', 'Path'], ['Request Kind']);
		await showUrls();
		const url = await readTestUrl();
		expect(url.replace(base, '')).toMatch(/^\/webhook-test\/[\w-]{36}$/);

		const types = parameterInput('events');
		const list = types.getByRole('combobox').first();
		await expectShown(async () => await list.isEnabled(), true);
		// The place for what is chosen covers the input of a list that takes several.
		await list.click({ force: true });
		await editor.page.getByRole('option', { name: /Checkout Session Completed/ }).click();
		await editor.page.keyboard.press('Escape');
		await types.getByText('Checkout Session Completed').waitFor();

		await editor.choose('platform', 'GitHub');
		// The types of another platform would never match.
		await expectShown(async () => await types.getByText(/checkout/i).count(), 0);
		await editor.choose('platform', 'AgenticFlow');
		await hasLabels(['Request Kind', 'Event Types', 'Other Event Types'], []);
		await editor.choose('platform', 'Custom');
		await hasLabels(['Request Kind', 'Event Types'], ['Other Event Types']);
		expect(await readTestUrl()).toBe(url);
		await parameterInput('path').getByRole('textbox').fill('orders');
		await expectShown(readTestUrl, `${base}/webhook-test/webhooks/events/orders`);
		await parameterInput('path').getByRole('textbox').fill('');
		await expectShown(readTestUrl, url);
		await editor.closePanel();

		await editor.openCreator();
		await editor.search('github webhook');
		// Once a workflow has a trigger, n8n asks what happens next.
		await editor.openFound(ENTRY, [...ACTION_ITEMS, ...TRIGGER_ITEMS]);
		await editor.add('On a verified GitHub webhook');
		await showUrls();
		const other = await readTestUrl();
		expect(other).not.toBe(url);
		expect(other).toMatch(/\/webhook-test\/[\w-]{36}$/);
	});
});
