/** What a person sees who creates a credential in n8n's editor. */
const { findChromium } = require('../harness/chromium');

const { EditorBrowser, expectShown, testId } = require('./editorStage');
const { base, newSecret, queue } = require('./stage');

const chromium = findChromium();
const inBrowser = queue || chromium === undefined ? describe.skip : describe;

const TITLES = [
	'Agent Webhook Outbox API',
	'Agent Webhook Platform Account API',
	'Agent Webhook Receiving API',
	'Agent Webhook Sending API',
];

/** The fields that n8n adds to a credential that its HTTP Request node can use. */
const HTTP_REQUEST_FIELDS = ['Allowed HTTP Request Domains'];

const TLS_SWITCH = 'Use Client Certificate or Private CA';

inBrowser('a person who creates a credential in the editor', () => {
	let browser;
	let page;
	let form;

	beforeAll(async () => {
		browser = await EditorBrowser.launch(chromium);
		({ page } = await browser.newTab());
		form = page.locator(testId('credential-edit-dialog'));
	});

	afterAll(async () => {
		await browser.close();
	});

	/** Opens n8n's list of credential types, with those that contain our name. */
	async function openTypes() {
		await page.goto(`${base}/home/credentials/create`);
		await page.locator(testId('new-credential-type-select')).click();
		await page.keyboard.type('Agent Webhook');
		return page.locator(testId('new-credential-type-select-option'));
	}

	async function openForm(title) {
		const types = await openTypes();
		await types.getByText(title).click();
		await page.locator(testId('new-credential-type-button')).click();
		await form.locator(testId('credential-connection-parameter')).first().waitFor();
	}

	const field = (name) => form.locator(testId(`parameter-input-${name}`));
	const typeInto = async (name, text) => await field(name).locator('input').fill(text);
	const flip = async (name) => await field(name).locator('.el-switch').click();

	async function choose(name, option) {
		await field(name).getByRole('combobox').first().click();
		const options = page.locator(testId('parameter-input-item'));
		await options.filter({ hasText: option, visible: true }).first().click();
	}

	/** Waits until the form shows these fields, and no others. */
	const expectFields = async (labels) =>
		await expectShown(
			async () =>
				(await form.locator(testId('credential-connection-parameter')).allInnerTexts())
					.map((text) => text.trim().split('\n')[0].trim())
					.filter((text) => text !== '' && !text.startsWith('Turn on')),
			labels,
		);

	/** Saves, and waits until n8n has tested the credential. */
	async function save() {
		const isTest = (response) => response.url().endsWith('/credentials/test');
		await Promise.all([
			page.waitForResponse(isTest),
			page.locator(testId('credential-save-button')).click(),
		]);
	}

	/** Waits for what n8n shows if a person opens the details of a failed test. */
	async function expectFault(text) {
		await page.getByText('More details').click();
		await page.getByText(text).waitFor();
	}

	test('tells the four credentials apart in n8n’s list', async () => {
		const types = await openTypes();
		await expectShown(
			async () => (await types.allInnerTexts()).map((text) => text.trim()).sort(),
			TITLES,
		);
	});

	test('sees the fields of what callers bring, and what is wrong with a secret', async () => {
		await openForm('Agent Webhook Receiving API');
		const signature = [
			'Signature',
			'Signature Scheme',
			'Signing Secret',
			'Additional Signing Secrets',
		];
		const tokens = ['Bearer Token', 'Header Token', 'Basic', 'URL Token', 'Body Token'];
		await expectFields([...signature, ...tokens]);
		await choose('signatureScheme', 'Stripe');
		await form.getByRole('link', { name: 'where each provider shows it' }).waitFor();

		await typeInto('signingSecret', `sk_live_${newSecret()}`);
		await save();
		await expectFault('begins with sk_, as Stripe’s secret API keys do');

		await typeInto('signingSecret', `whsec_${newSecret()}`);
		await save();
		await page.locator(testId('credentials-config-container-test-success')).waitFor();

		await flip('headerToken');
		await expectFields([
			...signature,
			'Bearer Token',
			'Header Token',
			'Header Names',
			'Header Tokens',
			'Token Prefix',
			'Basic',
			'URL Token',
			'Body Token',
		]);
		await flip('signature');
		await typeInto('headerTokens', newSecret());
		await expectFields([
			'Signature',
			'Bearer Token',
			'Header Token',
			'Header Names',
			'Header Tokens',
			'Token Prefix',
			'Basic',
			'URL Token',
			'Body Token',
		]);
		await save();
		await page.locator(testId('credentials-config-container-test-success')).waitFor();
	});

	test('sees the fields of how requests are protected', async () => {
		await openForm('Agent Webhook Sending API');
		await expectFields([
			'Requests Are',
			'Signature Scheme',
			'Signing Secret',
			'Additional Signing Secrets',
			TLS_SWITCH,
			...HTTP_REQUEST_FIELDS,
		]);
		await choose('protection', 'Authenticated');
		await expectFields([
			'Requests Are',
			'Authentication',
			'Token',
			TLS_SWITCH,
			...HTTP_REQUEST_FIELDS,
		]);
		await choose('authentication', 'Header Token');
		await expectFields([
			'Requests Are',
			'Authentication',
			'Header Name',
			'Token',
			TLS_SWITCH,
			...HTTP_REQUEST_FIELDS,
		]);
		await typeInto('token', '"quoted"');
		await save();
		await expectFault('has a quotation mark at its start or end. Remove it.');
		await choose('authentication', 'OAuth2 Client Credentials');
		await flip('useClientTls');
		await expectFields([
			'Requests Are',
			'Authentication',
			'Token URL',
			'Client ID',
			'Client Secret',
			'Client Secret In',
			'Scope',
			'Audience',
			TLS_SWITCH,
			'CA Certificate',
			'Client Certificate',
			'Client Key',
			'Client Key Passphrase',
			...HTTP_REQUEST_FIELDS,
		]);
	});
});
