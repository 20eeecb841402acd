const { PLATFORMS } = require('../../../build/core/platforms');
const {
	fillApplication,
	fillRegistrationBody,
	hasRegistrationBody,
	trimBaseUrl,
} = require('../../../build/core/platforms/registrationApi');

const VALUES = {
	url: 'https://n8n.example/webhook/x',
	uid: 'n8n-1',
	description: 'n8n: Orders',
	eventTypes: ['order.created'],
	secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
};

describe('the body of a registration', () => {
	test('has the values in place of the placeholders, and nothing else', () => {
		const template = { to: '{url}', types: '{eventTypes}', disabled: false, text: 'to {url}' };
		expect(fillRegistrationBody(template, VALUES)).toEqual({
			to: VALUES.url,
			types: ['order.created'],
			disabled: false,
			text: 'to {url}',
		});
		expect(fillRegistrationBody(template, { ...VALUES, eventTypes: null }).types).toBeNull();
	});

	test.each([
		[{ url: 'a', eventTypes: ['x', 'y'], disabled: false, more: 1 }, true],
		[{ url: 'a', eventTypes: ['y', 'x'], disabled: false }, true],
		[{ url: 'b', eventTypes: ['x', 'y'], disabled: false }, false],
		[{ url: 'a', eventTypes: ['x'], disabled: false }, false],
		[{ url: 'a', eventTypes: null, disabled: false }, false],
		[{ url: 'a', eventTypes: ['x', 'y'], disabled: true }, false],
	])('is compared with the endpoint %j', (endpoint, isSame) => {
		const body = { url: 'a', eventTypes: ['x', 'y'], disabled: false };
		expect(hasRegistrationBody(endpoint, body)).toBe(isSame);
	});

	test('for all event types equals an endpoint without event types', () => {
		expect(hasRegistrationBody({ url: 'a' }, { url: 'a', eventTypes: null })).toBe(true);
	});
});

test.each([
	['https://n8n.example/webhook/x/svix', 'https://n8n.example/webhook/x/svix'],
	['https://n8n.example/webhook/x/svix/api/v1/', 'https://n8n.example/webhook/x/svix'],
	[' https://api.eu.svix.com// ', 'https://api.eu.svix.com'],
])('the base URL %j is used as %j', (entered, used) => {
	expect(trimBaseUrl(entered, '/api/v1')).toBe(used);
});

test('an application cannot leave its place in a path', () => {
	expect(fillApplication('/app/{application}/endpoint', '../a b')).toBe('/app/..%2Fa%20b/endpoint');
});

test('each platform that a trigger can register at takes the scheme’s own secrets', () => {
	const platforms = PLATFORMS.filter(({ registration }) => registration !== undefined);
	expect(platforms.map(({ id }) => id).sort()).toEqual(['standardWebhooks', 'svix']);
	for (const { registration, scheme } of platforms) {
		expect(scheme.secretFormat).toBe('standardWebhooks');
		expect(registration.secret.pattern.test(VALUES.secret)).toBe(true);
		expect(registration.secret.pattern.test(VALUES.secret.slice(6))).toBe(false);
		expect(registration.methods).toContain('signature');
	}
});
