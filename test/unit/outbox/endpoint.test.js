const { authenticateRequest } = require('../../../dist/core/credentials/credentialFields');
const {
	buildEndpointBody,
	updateEndpoint,
	checkEventType,
	getEndpointCredential,
	getDisableRule,
	readEndpoint,
	createEndpoint,
	presentEndpoint,
	rotateEndpointSecret,
	toEndpointRow,
	toDeliveryTarget,
	compileSubscription,
	getTimeoutMs,
} = require('../../../dist/core/outbox/endpoint/lifecycle');
const { createEncrypter } = require('../../../dist/core/outbox/store/encryption');
const { getPlatform } = require('../../../dist/core/platforms');
const { verifyRequest } = require('../../../dist/core/signing/verify');

const NOW = Date.parse('2025-01-15T10:00:00.000Z');
const HOUR = 3_600_000;
const iso = (ms) => new Date(ms).toISOString();

const INPUT = {
	name: 'Orders',
	url: 'https://example.com/hooks?token=query-token',
	platform: 'agenticflow',
};
const make = (input = {}) => createEndpoint({ ...INPUT, ...input }, 'ep_1', NOW);

describe('a new endpoint', () => {
	test('is active, has its platform’s defaults, and a secret of its own', () => {
		const endpoint = make({ description: 'All orders', eventTypes: ['order.*'] });
		expect(endpoint).toMatchObject({
			id: 'ep_1',
			name: 'Orders',
			description: 'All orders',
			url: 'https://example.com/hooks',
			eventTypes: ['order.*'],
			status: 'active',
			statusReason: null,
			failingSince: null,
			consecutiveFailures: 0,
			rateFreeAt: null,
			registeredAt: '2025-01-15T10:00:00.000Z',
			settings: {},
			secrets: { url: 'https://example.com/hooks?token=query-token', headers: {} },
		});
		expect(endpoint.secrets.signing).toEqual([
			{ secret: expect.stringMatching(/^[0-9a-f]{64}$/), created_at: '2025-01-15T10:00:00.000Z' },
		]);
		expect(make().secrets.signing[0].secret).not.toBe(endpoint.secrets.signing[0].secret);
		expect(toDeliveryTarget(endpoint).rules).toEqual({
			retry: getPlatform('agenticflow').retry,
			retryStatuses: getPlatform('agenticflow').retryStatuses,
			maxTotalWaitMs: null,
		});
		expect(getTimeoutMs(endpoint)).toBe(30_000);
		expect(getDisableRule(endpoint)).toEqual({ rule: 'failingFor', days: 5 });
		expect(getDisableRule(make({ platform: 'workflux' }))).toEqual({ rule: 'exhausted' });
	});

	test('of a platform with Standard Webhooks’ secrets gets one of them', () => {
		const { secrets } = make({ platform: 'standardWebhooks' });
		expect(secrets.signing[0].secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
	});

	test('takes the secret that it is given, and none where it is not to sign', () => {
		expect(make({ signingSecret: 'given' }).secrets.signing).toMatchObject([{ secret: 'given' }]);
		const unsigned = make({ authentication: { signatureScheme: 'none' } });
		expect(unsigned.secrets.signing).toEqual([]);
		expect(authenticateRequest(getEndpointCredential(unsigned, NOW), request(unsigned))).toEqual({
			headers: {},
			query: {},
		});
	});

	test('has its own settings before its platform’s', () => {
		const endpoint = make({
			settings: {
				timeout_seconds: 7,
				disable_rule: { rule: 'never' },
				retry_policy: { schedule: 'list', delays: '1 s, 2 min', retry_statuses: '5xx' },
			},
		});
		expect(getTimeoutMs(endpoint)).toBe(7000);
		expect(getDisableRule(endpoint)).toEqual({ rule: 'never' });
		expect(toDeliveryTarget(endpoint).rules).toMatchObject({
			retry: { schedule: { kind: 'list', delaysMs: [1000, 120_000] } },
			retryStatuses: ['5xx'],
		});
	});

	test.each([
		['a name that is empty', { name: '  ' }, 'InvalidEndpointError', '"Name" is empty'],
		['no URL', { url: 'example' }, 'InvalidEndpointUrlError', 'is not a URL'],
		['an FTP URL', { url: 'ftp://example.com' }, 'InvalidEndpointUrlError', 'begins with ftp:'],
		[
			'a password in the URL',
			{ url: 'https://user:pass@example.com' },
			'InvalidEndpointUrlError',
			'as Basic authentication instead',
		],
		['plain HTTP', { url: 'http://example.com' }, 'InvalidEndpointUrlError', 'plain HTTP'],
		[
			'plain HTTP to a platform that has none',
			{ url: 'http://example.com', platform: 'workflux', settings: { allow_http: true } },
			'InvalidEndpointUrlError',
			'WorkFlux go over HTTPS only',
		],
		['a platform that is not known', { platform: 'x' }, 'InvalidSchemeError', 'is not known'],
		['a provider', { platform: 'github' }, 'InvalidEndpointError', 'to receive from'],
		[
			'an operator that is not known',
			{ settings: { conditions: { amount: { above: 3 } } } },
			'InvalidConditionsError',
			'unknown operator "above"',
		],
		['an event type', { eventTypes: ['order created'] }, 'InvalidEndpointError', 'order.created'],
		['a star inside', { eventTypes: ['order.*.paid'] }, 'InvalidEndpointError', 'event type'],
		['a setting', { settings: { timeout: 3 } }, 'InvalidEndpointError', 'timeout'],
		['a value', { settings: { timeout_seconds: 0 } }, 'InvalidEndpointError', 'timeout_seconds'],
		[
			'a nested value',
			{ settings: { rate_limit: { max: 0, per_seconds: 1 } } },
			'InvalidEndpointError',
			'rate_limit.max',
		],
		[
			'retry delays',
			{ settings: { retry_policy: { schedule: 'list', delays: '1 s, soon' } } },
			'InvalidDelaysError',
			'"soon"',
		],
		[
			'retry statuses',
			{ settings: { retry_policy: { retry_statuses: '200' } } },
			'InvalidStatusesError',
			'"200"',
		],
		[
			'a filter path',
			{ settings: { filters: { include_fields: ['a..b'] } } },
			'InvalidPathError',
			'a..b',
		],
		[
			'no bearer token',
			{ authentication: { authentication: 'bearer', token: '' } },
			'IncompleteCredentialError',
			'"Token" is empty',
		],
		[
			'no bearer token, though nothing is signed',
			{ authentication: { authentication: 'bearer', signatureScheme: 'none' } },
			'IncompleteCredentialError',
			'"Token" is empty',
		],
		[
			'a platform without a scheme of its own',
			{ platform: 'custom' },
			'InvalidSchemeError',
			'Choose "Custom"',
		],
		[
			'a secret of another form',
			{ platform: 'standardWebhooks', signingSecret: 'whsec_äöü' },
			'InvalidSecretError',
			'not base64',
		],
	])('is refused for %s', (_, input, name, message) => {
		let thrown;
		try {
			make(input);
		} catch (error) {
			thrown = error;
		}
		expect(thrown).toMatchObject({ name, message: expect.stringContaining(message) });
	});

	test('may be sent to over plain HTTP where it says so', () => {
		const endpoint = make({
			url: 'http://localhost:3000/',
			settings: { allow_http: true, allow_internal: true },
		});
		expect(endpoint.secrets.url).toBe('http://localhost:3000/');
	});
});

test.each(['order.created', 'a', '_x', 'agent/run:started-2', 'a'.repeat(200)])(
	'"%s" is an event type',
	(type) => {
		expect(checkEventType(type)).toBe(type);
	},
);
test.each(['', '*', '.order', 'order created', 'a'.repeat(201), 'bestellung.größe', 'a\nb'])(
	'"%s" is none',
	(type) => {
		expect(() => checkEventType(type)).toThrow('is not an event type');
	},
);

describe('a changed endpoint', () => {
	const endpoint = make({
		description: 'All orders',
		eventTypes: ['order.created'],
		settings: { timeout_seconds: 7, conditions: { amount: { gt: 3 } }, verify_tls: false },
		authentication: { authentication: 'bearer', token: 'bearer-token' },
		headers: { 'X-Tenant': 'tenant-1' },
	});

	test('is the same where nothing is said', () => {
		expect(updateEndpoint(endpoint, {}, NOW + HOUR)).toEqual(endpoint);
	});

	test.each([
		['name', { name: 'New' }, { name: 'New' }],
		['description', { description: '' }, { description: '' }],
		['event types', { eventTypes: [] }, { eventTypes: [] }],
	])('has another %s, and nothing else', (_, input, expected) => {
		expect(updateEndpoint(endpoint, input, NOW + HOUR)).toEqual({ ...endpoint, ...expected });
	});

	test('has another platform, and keeps its secrets', () => {
		expect(updateEndpoint(endpoint, { platform: 'workflux' }, NOW)).toEqual({
			...endpoint,
			platform: getPlatform('workflux'),
		});
	});

	test('has one setting more, another value, or one less with null', () => {
		const { settings } = endpoint;
		const changed = (input) => updateEndpoint(endpoint, { settings: input }, NOW);
		expect(changed({ timeout_seconds: 9 })).toEqual({
			...endpoint,
			settings: { ...settings, timeout_seconds: 9 },
		});
		expect(changed({ disable_rule: { rule: 'never' } })).toEqual({
			...endpoint,
			settings: { ...settings, disable_rule: { rule: 'never' } },
		});
		const { timeout_seconds: _, ...rest } = settings;
		expect(changed({ timeout_seconds: null })).toEqual({ ...endpoint, settings: rest });
	});

	test('has another URL, with its query among the secrets', () => {
		expect(updateEndpoint(endpoint, { url: 'https://new.example/x?token=t2' }, NOW)).toEqual({
			...endpoint,
			url: 'https://new.example/x',
			secrets: { ...endpoint.secrets, url: 'https://new.example/x?token=t2' },
		});
	});

	test('has other headers, or asks for another token, and keeps the rest of the secrets', () => {
		const authentication = { authentication: 'urlToken', token: 't3' };
		expect(updateEndpoint(endpoint, { authentication }, NOW)).toEqual({
			...endpoint,
			secrets: { ...endpoint.secrets, authentication },
		});
		expect(updateEndpoint(endpoint, { headers: {} }, NOW)).toEqual({
			...endpoint,
			secrets: { ...endpoint.secrets, headers: {} },
		});
	});

	test('is refused as a new one is, and what was there is not changed', () => {
		const before = structuredClone({ ...endpoint, platform: endpoint.platform.id });
		const change = (input) => () => updateEndpoint(endpoint, input, NOW);
		expect(change({ name: '' })).toThrow('"Name" is empty');
		expect(change({ url: 'http://example.com' })).toThrow('plain HTTP');
		expect(change({ platform: 'github' })).toThrow('to receive from');
		expect(change({ settings: { unknown: 1 } })).toThrow('unknown');
		expect(change({ settings: { conditions: { a: { above: 1 } } } })).toThrow('above');
		expect(change({ eventTypes: ['a b'] })).toThrow('"a b"');
		expect(change({ authentication: { authentication: 'bearer' } })).toThrow('"Token" is empty');
		expect({ ...endpoint, platform: endpoint.platform.id }).toEqual(before);
	});

	test('that leaves plain HTTP behind must have another URL', () => {
		const plain = make({ url: 'http://example.com', settings: { allow_http: true } });
		expect(() => updateEndpoint(plain, { settings: { allow_http: null } }, NOW)).toThrow(
			'plain HTTP',
		);
	});
});

const BODY = Buffer.from('{"order":1}');
const request = (endpoint, nowMs = NOW) => ({
	body: BODY,
	id: 'evt_1',
	nowMs,
	platformId: endpoint.platform.id,
});

/** What the receiver gets at a time, with the signature in the header of this name. */
function received(endpoint, nowMs, header) {
	const { headers } = authenticateRequest(
		getEndpointCredential(endpoint, nowMs),
		request(endpoint, nowMs),
	);
	const { signatureHeader } = endpoint.platform.scheme;
	const lower = Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
	);
	if (header === undefined) return lower;
	return { ...lower, [signatureHeader.toLowerCase()]: lower[header.toLowerCase()] };
}

const accepts = (endpoint, secret, nowMs, header = endpoint.platform.scheme.signatureHeader) =>
	verifyRequest(endpoint.platform.scheme, {
		headers: received(endpoint, nowMs, header),
		body: BODY,
		nowMs,
		secrets: [secret],
	}).valid;

describe('a rotated secret', () => {
	test('of Standard Webhooks: both sign in one header until the first one’s time ends', () => {
		const endpoint = make({ platform: 'standardWebhooks' });
		const [{ secret: before }] = endpoint.secrets.signing;
		const rotated = rotateEndpointSecret(endpoint, undefined, 3600, NOW);
		const [{ secret: after }] = rotated.secrets.signing;
		expect(after).toMatch(/^whsec_/);
		expect(after).not.toBe(before);
		for (const nowMs of [NOW, NOW + HOUR - 1]) {
			const headers = received(rotated, nowMs);
			expect(headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
			expect(Object.keys(headers).filter((name) => name.endsWith('-2'))).toEqual([]);
			expect(accepts(rotated, before, nowMs)).toBe(true);
			expect(accepts(rotated, after, nowMs)).toBe(true);
		}
		for (const nowMs of [NOW + HOUR, NOW + 24 * HOUR]) {
			expect(received(rotated, nowMs)['webhook-signature']).toMatch(/^v1,\S+$/);
			expect(accepts(rotated, before, nowMs)).toBe(false);
			expect(accepts(rotated, after, nowMs)).toBe(true);
		}
	});

	test.each(['agenticflow', 'workflux', 'agentflow', 'uptiq'])(
		'of %s: the old one signs in the header and the new one in a second, until its time ends',
		(platform) => {
			const endpoint = make({ platform, signingSecret: 'before' });
			const rotated = rotateEndpointSecret(endpoint, 'after', 3600, NOW);
			const { signatureHeader } = endpoint.platform.scheme;
			const second = `${signatureHeader}-2`;
			for (const nowMs of [NOW, NOW + HOUR - 1]) {
				expect(accepts(rotated, 'before', nowMs)).toBe(true);
				expect(accepts(rotated, 'after', nowMs)).toBe(false);
				expect(accepts(rotated, 'after', nowMs, second)).toBe(true);
				expect(accepts(rotated, 'before', nowMs, second)).toBe(false);
			}
			const later = received(rotated, NOW + HOUR);
			expect(later).not.toHaveProperty(second.toLowerCase());
			expect(accepts(rotated, 'after', NOW + HOUR)).toBe(true);
			expect(accepts(rotated, 'before', NOW + HOUR)).toBe(false);
		},
	);

	test('of an endpoint that was never rotated signs alone', () => {
		const endpoint = make({ signingSecret: 'only' });
		expect(Object.keys(received(endpoint, NOW))).toEqual(['x-agenticflow-signature']);
		expect(accepts(endpoint, 'only', NOW)).toBe(true);
	});

	test('without an overlap counts from now on', () => {
		const rotated = rotateEndpointSecret(make({ signingSecret: 'before' }), 'after', 0, NOW);
		expect(rotated.secrets.signing).toEqual([{ secret: 'after', created_at: iso(NOW) }]);
		expect(accepts(rotated, 'after', NOW)).toBe(true);
		expect(accepts(rotated, 'before', NOW)).toBe(false);
	});

	test('rotated again ends the one before the last', () => {
		const once = rotateEndpointSecret(make({ signingSecret: 'first' }), 'second', 3600, NOW);
		const twice = rotateEndpointSecret(once, 'third', 7200, NOW + 1000);
		expect(twice.secrets.signing).toEqual([
			{ secret: 'third', created_at: iso(NOW + 1000) },
			{ secret: 'second', created_at: iso(NOW), valid_until: iso(NOW + 1000 + 2 * HOUR) },
		]);
	});

	test('changes nothing else of the endpoint', () => {
		const endpoint = make({
			authentication: { authentication: 'bearer', token: 't' },
			headers: { 'X-A': 'b' },
		});
		const rotated = rotateEndpointSecret(endpoint, 'after', 60, NOW);
		expect({ ...rotated, secrets: { ...rotated.secrets, signing: null } }).toEqual({
			...endpoint,
			secrets: { ...endpoint.secrets, signing: null },
		});
		expect(received(rotated, NOW).authorization).toBe('Bearer t');
	});

	test('is refused where nothing is signed, or the new one cannot sign', () => {
		const unsigned = make({ authentication: { signatureScheme: 'none' } });
		expect(() => rotateEndpointSecret(unsigned, undefined, 0, NOW)).toThrow('not signed');
		const signed = make({ platform: 'standardWebhooks' });
		expect(() => rotateEndpointSecret(signed, 'whsec_äöü', 0, NOW)).toThrow('not base64');
	});
});

test('an item never holds a secret', () => {
	const secrets = {
		query: 'query-token-93',
		token: 'bearer-token-17',
		password: 'pass-word-55',
		header: 'header-value-08',
		first: 'signing-secret-1',
		second: 'signing-secret-2',
	};
	for (const authentication of [
		{ authentication: 'bearer', token: secrets.token },
		{ authentication: 'urlToken', token: secrets.token },
		{ authentication: 'basic', user: 'jordan', password: secrets.password },
		{
			authentication: 'none',
			token: secrets.token,
			password: secrets.password,
			signatureScheme: 'agenticflow',
			furtherSigningSecrets: secrets.second,
		},
	]) {
		const endpoint = make({
			url: `https://example.com/hooks?token=${secrets.query}`,
			authentication,
			headers: { 'X-Api-Key': secrets.header },
			signingSecret: secrets.first,
		});
		const presented = presentEndpoint(rotateEndpointSecret(endpoint, secrets.second, 3600, NOW));
		const text = JSON.stringify(presented);
		for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
		expect(presented).toMatchObject({
			id: 'ep_1',
			url: 'https://example.com/hooks',
			platform: 'agenticflow',
			authentication: { type: authentication.authentication },
			custom_headers: { 'X-Api-Key': expect.any(String) },
			signing_secrets: [
				{ created_at: iso(NOW) },
				{ created_at: iso(NOW), valid_until: iso(NOW + HOUR) },
			],
		});
	}
});

test('an item says of an endpoint what its settings and its health are', () => {
	const endpoint = {
		...make({
			eventTypes: ['order.*'],
			settings: {
				disable_rule: { rule: 'consecutiveFailures', count: 5 },
				rate_limit: { max: 2, per_seconds: 1 },
				verify_tls: false,
			},
			authentication: { authentication: 'basic', user: 'jordan', password: 'p' },
		}),
		status: 'disabled',
		statusReason: 'by hand',
		failingSince: iso(NOW),
		consecutiveFailures: 3,
	};
	expect(presentEndpoint(endpoint)).toMatchObject({
		events: ['order.*'],
		status: 'disabled',
		status_reason: 'by hand',
		failing_since: iso(NOW),
		consecutive_failures: 3,
		authentication: { type: 'basic', user: 'jordan' },
		rate_limit: { max: 2, per_seconds: 1 },
		verify_tls: false,
	});
});

describe('an endpoint is subscribed to', () => {
	const takes = (input, type, data = {}) =>
		compileSubscription(make(input))({ id: 'evt_1', type, acceptedAt: iso(NOW), data });

	test.each([
		[[], 'anything.at.all', true],
		[['order.created'], 'order.created', true],
		[['order.created'], 'order.created.late', false],
		[['order.created'], 'order', false],
		[['order.*'], 'order.created', true],
		[['order.*'], 'order.', true],
		[['order.*'], 'order', false],
		[['order.*'], 'orders.created', false],
		[['*'], 'order.created', true],
		[['user.*', 'order.created'], 'order.created', true],
		[['user.*', 'order.created'], 'order.paid', false],
	])('%j: "%s" is %s', (eventTypes, type, expected) => {
		expect(takes({ eventTypes }, type)).toBe(expected);
	});

	test('what its conditions fit, of the types that it lists', () => {
		const input = {
			eventTypes: ['order.*'],
			settings: { conditions: { amount: { gte: 100 }, 'user.plan': 'pro' } },
		};
		expect(takes(input, 'order.paid', { amount: 100, user: { plan: 'pro' } })).toBe(true);
		expect(takes(input, 'order.paid', { amount: 99, user: { plan: 'pro' } })).toBe(false);
		expect(takes(input, 'order.paid', { amount: 100 })).toBe(false);
		expect(takes(input, 'user.paid', { amount: 100, user: { plan: 'pro' } })).toBe(false);
	});
});

describe('a body', () => {
	const event = {
		id: 'evt_1',
		type: 'order.created',
		acceptedAt: '2025-01-15T10:00:00.789Z',
		data: { id: 7, user: { name: 'Jordan', email: 'j@example.com' } },
	};
	const body = (input) => buildEndpointBody(make(input), [event]);
	const DATA = '{"id":7,"user":{"name":"Jordan","email":"j@example.com"}}';

	test.each([
		[
			'agenticflow',
			`{"event":"order.created","timestamp":"2025-01-15T10:00:00Z","webhook_id":"ep_1","data":${DATA}}`,
		],
		[
			'agentPlatform',
			`{"event":"order.created","webhook":{"id":"ep_1","name":"Orders"},"timestamp":"2025-01-15T10:00:00.789000Z","data":${DATA}}`,
		],
		['workflux', `{"event":"order.created","timestamp":"2025-01-15T10:00:00Z","data":${DATA}}`],
		[
			'standardWebhooks',
			`{"type":"order.created","timestamp":"2025-01-15T10:00:00.789Z","data":${DATA}}`,
		],
		['uptiq', DATA],
	])('for %s is in its envelope', (platform, expected) => {
		expect(body({ platform })).toBe(expected);
	});

	test('holds only the fields that the endpoint asks for', () => {
		const filters = (settings) => JSON.parse(body({ settings: { filters: settings } })).data;
		expect(filters({ include_fields: ['user.name'] })).toEqual({ user: { name: 'Jordan' } });
		expect(filters({ exclude_fields: ['user'] })).toEqual({ id: 7 });
		expect(filters({ include_fields: ['user'], exclude_fields: ['user.email'] })).toEqual({
			user: { name: 'Jordan' },
		});
	});

	test('has the same bytes for every attempt, also after the endpoint was read again', () => {
		const endpoint = make();
		const sealer = createEncrypter(['x'.repeat(32)]);
		const again = readEndpoint({ ...toEndpointRow(endpoint, sealer), id: 1 }, sealer);
		const kept = { ...event, data: JSON.parse(JSON.stringify(event.data)) };
		expect(buildEndpointBody(again, [kept])).toBe(buildEndpointBody(endpoint, [event]));
	});
});

describe('an endpoint’s row', () => {
	const sealer = createEncrypter(['x'.repeat(32)]);
	const endpoint = make({
		description: 'All orders',
		eventTypes: ['order.*'],
		settings: { conditions: { amount: { gt: 3 } } },
		authentication: { authentication: 'bearer', token: 'bearer-token-17' },
		headers: { 'X-Api-Key': 'header-value-08' },
		signingSecret: 'signing-secret-1',
	});

	test('holds it whole', () => {
		const full = {
			...endpoint,
			status: 'disabled',
			statusReason: 'by hand',
			statusChangedAt: iso(NOW),
			failingSince: iso(NOW),
			consecutiveFailures: 3,
			rateFreeAt: iso(NOW),
			revision: 9,
		};
		expect(readEndpoint({ ...toEndpointRow(full, sealer), id: 1 }, sealer)).toEqual(full);
	});

	test('shows no secret', () => {
		const text = JSON.stringify(toEndpointRow(endpoint, sealer));
		for (const secret of [
			'query-token',
			'bearer-token-17',
			'header-value-08',
			'signing-secret-1',
		]) {
			expect(text).not.toContain(secret);
		}
	});

	test('cannot lend its secrets to another', () => {
		const moved = { ...toEndpointRow(endpoint, sealer), endpoint_id: 'ep_2', id: 1 };
		expect(() => readEndpoint(moved, sealer)).toThrow('moved from another endpoint');
	});

	test('that was edited is refused, with what is wrong', () => {
		const row = { ...toEndpointRow(endpoint, sealer), id: 4 };
		expect(() => readEndpoint({ ...row, settings: '{"x":1}' }, sealer)).toThrow('x');
		expect(() => readEndpoint({ ...row, event_types: '[' }, sealer)).toThrow('Row 4');
		expect(() => readEndpoint({ ...row, platform: 'gone' }, sealer)).toThrow('is not known');
	});
});
