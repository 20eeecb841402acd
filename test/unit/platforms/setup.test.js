const {
	PLATFORMS,
	continueWithSecret,
	describeCredentialStep,
	describeSigningSecret,
	getPlatform,
} = require('../../../build/core/platforms');
const {
	BASIC,
	BODY_TOKEN,
	HEADER_TOKEN,
	SIGNED,
	UNSIGNED,
} = require('../../../build/core/platforms/authentication');

describe('describeSigningSecret', () => {
	test('says where a provider’s secret is and what it begins with', () => {
		expect(describeSigningSecret(getPlatform('stripe'))).toBe(
			'Stripe’s "Signing secret", on the page of the event destination. It begins with whsec_.',
		);
	});

	test('says who chooses a secret that has no format', () => {
		expect(describeSigningSecret(getPlatform('github'))).toBe(
			'GitHub’s "Secret", which you choose when you add the webhook.',
		);
	});

	test('says that a key file’s content is the secret', () => {
		expect(describeSigningSecret(getPlatform('uptiq'))).toBe(
			'UPTIQ’s "private key", which callers sign with. It is the content of a JSON file with one key, or the key alone.',
		);
	});

	test('continues a sentence', () => {
		expect(continueWithSecret(getPlatform('standardWebhooks'))).toBe(
			'the "signing secret", which the service shows with your webhook. It begins with whsec_.',
		);
		expect(continueWithSecret(getPlatform('github'))).toMatch(/^GitHub’s /);
	});

	test('says nothing of a platform that documents no setup', () => {
		expect(describeSigningSecret(getPlatform('workflux'))).toBe('');
	});
});

describe('the setup of a platform', () => {
	const SETUPS = PLATFORMS.flatMap(({ id, setup }) => (setup ? [[id, setup]] : []));

	test.each(SETUPS)('of %s has a page that opens over HTTPS', (_id, { page }) => {
		if (page !== undefined) expect(new URL(page).protocol).toBe('https:');
	});

	test.each(SETUPS)('of %s has short texts without markup', (_id, { also, menu, secret, test }) => {
		for (const text of [also, menu, test, ...Object.values(secret ?? {})].filter(Boolean)) {
			expect(text).not.toMatch(/[<>&]|\s$/);
			expect(text.length).toBeLessThan(180);
		}
		for (const sentence of [also, test].filter(Boolean)) expect(sentence).toMatch(/\.$/);
	});
});

describe('the usual event types of a provider', () => {
	const LISTS = PLATFORMS.flatMap(({ events, id }) =>
		events?.types.length > 0 ? [[id, events.types.map(({ value }) => value)]] : [],
	);

	test.each(LISTS)('of %s are listed once each', (_id, values) => {
		expect(values).toEqual([...new Set(values)]);
		expect(values.length).toBeLessThanOrEqual(30);
	});
});

describe('the name of a usual event type', () => {
	test.each([
		['stripe', 'checkout.session.completed', 'Checkout Session Completed'],
		['hubspot', 'contact.propertyChange', 'Contact Property Change'],
		['shopify', 'orders/create', 'Orders Create'],
		['discord', 'APPLICATION_AUTHORIZED', 'Application Authorized'],
		['linear', 'IssueSLA', 'Issue SLA'],
	])('of %s reads well: %s', (platform, value, name) => {
		const { types } = getPlatform(platform).events;
		expect(types.find((type) => type.value === value).name).toBe(name);
	});
});

describe('the step in the credential', () => {
	const describeStep = (authentication, changes = {}) =>
		describeCredentialStep({
			name: 'Made Up',
			setup: { secret: { name: 'Secret Token', place: 'of the webhook' } },
			events: { authentication },
			...changes,
		});

	test.each([
		[
			'the header that the platform has for its token',
			HEADER_TOKEN,
			{ headerToken: { names: ['X-Made-Up-Token'] } },
			'turn on "Header Token" and enter, under "Header Tokens", the "Secret Token", of the webhook. Made Up sends it in the header X-Made-Up-Token.',
		],
		[
			'where to enter the header that people choose',
			HEADER_TOKEN,
			{},
			'enter the name of the header under "Header Names"',
		],
		[
			'the field that the platform has for its token',
			BODY_TOKEN,
			{ bodyToken: { field: 'passcode' } },
			'Made Up sends it in the body field passcode.',
		],
		['where to enter the user and password', BASIC, {}, 'turn on "Basic" and enter'],
		[
			'other methods',
			{ methods: ['bearer', 'headerToken'], require: 'any' },
			{},
			'Or turn on "Header Token" instead.',
		],
		['the token in the URL of a platform that does not sign', UNSIGNED, {}, 'https://…?token=…'],
		['the signing secret', SIGNED, {}, 'In the credential, enter the "Secret Token"'],
	])('names %s', (_, authentication, changes, text) => {
		expect(describeStep(authentication, changes)).toContain(text);
	});
});
