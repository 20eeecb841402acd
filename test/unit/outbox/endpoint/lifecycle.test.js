const { authenticateRequest } = require('../../../../build/core/credentials/outbound');
const {
	getDisableRule,
	getTimeoutMs,
	prepareEndpointCredential,
	toDeliveryTarget,
} = require('../../../../build/core/outbox/endpoint/endpointTarget');
const {
	rotateEndpointSecret,
	updateEndpoint,
} = require('../../../../build/core/outbox/endpoint/lifecycle');
const { getPlatform } = require('../../../../build/core/platforms');
const { verifyRequest } = require('../../../../build/core/signing/verify');

const { HOUR, iso, makeEndpoint, NOW } = require('./makeEndpoint');

describe('createEndpoint', () => {
	test('creates an active endpoint with its platform’s defaults and a secret of its own', () => {
		const endpoint = makeEndpoint({ description: 'All orders', eventTypes: ['order.*'] });
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
		expect(makeEndpoint().secrets.signing[0].secret).not.toBe(endpoint.secrets.signing[0].secret);
		expect(toDeliveryTarget(endpoint).rules).toEqual({
			retry: getPlatform('agenticflow').retry,
			retryStatuses: getPlatform('agenticflow').retryStatuses,
			maxTotalWaitMs: null,
		});
		expect(getTimeoutMs(endpoint)).toBe(30_000);
		expect(getDisableRule(endpoint)).toEqual({ rule: 'failingFor', days: 5 });
		expect(getDisableRule(makeEndpoint({ platform: 'workflux' }))).toEqual({ rule: 'exhausted' });
	});

	test('generates a Standard Webhooks secret for a platform that uses them', () => {
		const { secrets } = makeEndpoint({ platform: 'standardWebhooks' });
		expect(secrets.signing[0].secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
	});

	test('uses the supplied secret, and none for an unsigned endpoint', () => {
		expect(makeEndpoint({ signingSecret: 'given' }).secrets.signing).toMatchObject([
			{ secret: 'given' },
		]);
		const unsigned = makeEndpoint({ authentication: { signatureScheme: 'none' } });
		expect(unsigned.secrets.signing).toEqual([]);
		expect(
			authenticateRequest(prepareEndpointCredential(unsigned)(NOW), request(unsigned)),
		).toEqual({
			headers: {},
			query: {},
		});
	});

	test('prefers the endpoint’s settings to its platform’s', () => {
		const endpoint = makeEndpoint({
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
		['an empty name', { name: '  ' }, 'InvalidEndpointError', '"Name" is empty'],
		['text that is no URL', { url: 'example' }, 'InvalidEndpointUrlError', 'is not a URL'],
		['an FTP URL', { url: 'ftp://example.com' }, 'InvalidEndpointUrlError', 'begins with ftp:'],
		[
			'a password in the URL',
			{ url: 'https://user:pass@example.com' },
			'InvalidEndpointUrlError',
			'Use Basic authentication instead',
		],
		['plain HTTP', { url: 'http://example.com' }, 'InvalidEndpointUrlError', 'plain HTTP'],
		[
			'plain HTTP to a platform that requires HTTPS',
			{ url: 'http://example.com', platform: 'workflux', settings: { allow_http: true } },
			'InvalidEndpointUrlError',
			'WorkFlux sends webhooks only over HTTPS',
		],
		['an unknown platform', { platform: 'unheard-of' }, 'InvalidSchemeError', 'is unknown'],
		[
			'a platform that is for receiving only',
			{ platform: 'github' },
			'InvalidEndpointError',
			'is for receiving only',
		],
		[
			'an unknown operator',
			{ settings: { conditions: { amount: { above: 3 } } } },
			'InvalidConditionsError',
			'unknown operator "above"',
		],
		['an event type', { eventTypes: ['order created'] }, 'InvalidEndpointError', 'order.created'],
		[
			'a star beside a space',
			{ eventTypes: ['order *.paid'] },
			'InvalidEndpointError',
			'event type',
		],
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
			'a missing bearer token',
			{ authentication: { authentication: 'bearer', token: '' } },
			'IncompleteCredentialError',
			'"Token" is empty',
		],
		[
			'a missing bearer token for an unsigned endpoint',
			{ authentication: { authentication: 'bearer', signatureScheme: 'none' } },
			'IncompleteCredentialError',
			'"Token" is empty',
		],
		[
			'a platform without a scheme of its own',
			{ platform: 'custom' },
			'InvalidSchemeError',
			'choose "Custom"',
		],
		[
			'a secret in another format',
			{ platform: 'standardWebhooks', signingSecret: 'whsec_äöü' },
			'InvalidSecretError',
			'not base64',
		],
	])('rejects %s', (_, input, name, message) => {
		let thrown;
		try {
			makeEndpoint(input);
		} catch (error) {
			thrown = error;
		}
		expect(thrown).toMatchObject({ name, message: expect.stringContaining(message) });
	});

	test('accepts plain HTTP if the endpoint allows it', () => {
		const endpoint = makeEndpoint({
			url: 'http://localhost:3000/',
			settings: { allow_http: true, allow_internal: true },
		});
		expect(endpoint.secrets.url).toBe('http://localhost:3000/');
	});
});

describe('updateEndpoint', () => {
	const endpoint = makeEndpoint({
		description: 'All orders',
		eventTypes: ['order.created'],
		settings: { timeout_seconds: 7, conditions: { amount: { gt: 3 } }, verify_tls: false },
		authentication: { authentication: 'bearer', token: 'bearer-token' },
		headers: { 'X-Tenant': 'tenant-1' },
	});

	const updatedAt = new Date(NOW + HOUR).toISOString();

	test('changes nothing without input, except for the time of the change', () => {
		expect(updateEndpoint(endpoint, {}, NOW + HOUR)).toEqual({ ...endpoint, updatedAt });
	});

	test.each([
		['name', { name: 'New' }, { name: 'New' }],
		['description', { description: '' }, { description: '' }],
		['event types', { eventTypes: [] }, { eventTypes: [] }],
	])('changes the %s and nothing else', (_, input, expected) => {
		const updated = updateEndpoint(endpoint, input, NOW + HOUR);
		expect(updated).toEqual({ ...endpoint, ...expected, updatedAt });
	});

	test('changes the platform and keeps the secrets', () => {
		expect(updateEndpoint(endpoint, { platform: 'workflux' }, NOW)).toEqual({
			...endpoint,
			platform: getPlatform('workflux'),
		});
	});

	test('adds or changes a setting, and resets one that is null', () => {
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

	test('changes the URL and keeps its query among the secrets', () => {
		expect(updateEndpoint(endpoint, { url: 'https://example.com/x?token=t2' }, NOW)).toEqual({
			...endpoint,
			url: 'https://example.com/x',
			secrets: { ...endpoint.secrets, url: 'https://example.com/x?token=t2' },
		});
	});

	test('changes headers or authentication and keeps the other secrets', () => {
		const authentication = { authentication: 'urlToken', token: 't3' };
		expect(updateEndpoint(endpoint, { authentication }, NOW)).toEqual({
			...endpoint,
			secrets: { ...endpoint.secrets, authentication },
		});
		expect(updateEndpoint(endpoint, { headers: { 'X-Tenant': null } }, NOW)).toEqual({
			...endpoint,
			secrets: { ...endpoint.secrets, headers: {} },
		});
	});

	test.each([
		['a line break in the name', { name: 'a\n[error] forged' }, '"Name" has a line break'],
		['an escape sequence in the name', { name: 'a\u001b[2K' }, '"Name" has a line break'],
		[
			'a line break in a token',
			{ authentication: { authentication: 'bearer', token: 'a\nb' } },
			'"Token" has a line break',
		],
		[
			'an invisible character in a token',
			{ authentication: { authentication: 'bearer', token: 'a\u200bb' } },
			'"Token" has an invisible',
		],
		[
			'an emoji in a URL token',
			{ authentication: { authentication: 'urlToken', token: '🔑' } },
			'"Token" has',
		],
		[
			'a colon in a user',
			{ authentication: { authentication: 'basic', user: 'a:b', password: 'p' } },
			'"User" has a colon',
		],
		[
			'a line break in a password',
			{ authentication: { authentication: 'basic', user: 'a', password: 'p\n' } },
			'"Password" has a line break',
		],
		[
			'a line break in a header',
			{ headers: { 'X-A': 'b\r\nX-B: c' } },
			'the header "X-A" has a line break',
		],
		['an emoji in a header', { headers: { 'X-A': '🔑' } }, 'the header "X-A" has'],
		['a space in a header’s name', { headers: { 'X A': 'b' } }, '"X A" is not a valid header name'],
		[
			'a line break in a header’s name',
			{ headers: { 'X\nA': 'b' } },
			'"X?A" is not a valid header name',
		],
		['a header of the connection', { headers: { Host: 'a' } }, 'n8n sets the header "Host" itself'],
	])('rejects %s, also when it is created', (_, input, message) => {
		expect(() => updateEndpoint(endpoint, input, NOW)).toThrow(message);
		expect(() => makeEndpoint(input)).toThrow(message);
	});

	test('rejects what createEndpoint rejects, without changing the endpoint', () => {
		const before = structuredClone({ ...endpoint, platform: endpoint.platform.id });
		const change = (input) => () => updateEndpoint(endpoint, input, NOW);
		expect(change({ name: '' })).toThrow('"Name" is empty');
		expect(change({ url: 'http://example.com' })).toThrow('plain HTTP');
		expect(change({ platform: 'github' })).toThrow('is for receiving only');
		expect(change({ settings: { unknown: 1 } })).toThrow('unknown');
		expect(change({ settings: { conditions: { a: { above: 1 } } } })).toThrow('above');
		const forbidden = JSON.parse('{"__proto__": {"a": 1}}');
		expect(change({ settings: { conditions: forbidden } })).toThrow('__proto__');
		expect(change({ eventTypes: ['a b'] })).toThrow('"a b"');
		expect(change({ authentication: { authentication: 'bearer' } })).toThrow('"Token" is empty');
		expect({ ...endpoint, platform: endpoint.platform.id }).toEqual(before);
	});

	test('rejects disallowing plain HTTP while the URL needs it', () => {
		const plain = makeEndpoint({ url: 'http://example.com', settings: { allow_http: true } });
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

/** Returns the request that the receiver gets at a time, with the signature in the header of this name. */
function received(endpoint, nowMs, header) {
	const { headers } = authenticateRequest(
		prepareEndpointCredential(endpoint)(nowMs),
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

describe('rotateEndpointSecret', () => {
	test('signs with both Standard Webhooks secrets in one header until the old one expires', () => {
		const endpoint = makeEndpoint({ platform: 'standardWebhooks' });
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
		'signs for %s with the old secret in the header and the new one in a second header until the old one expires',
		(platform) => {
			const endpoint = makeEndpoint({ platform, signingSecret: 'before' });
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

	test('is not needed: an endpoint without a rotation signs with its only secret', () => {
		const endpoint = makeEndpoint({ signingSecret: 'only' });
		expect(Object.keys(received(endpoint, NOW))).toEqual(['x-agenticflow-signature']);
		expect(accepts(endpoint, 'only', NOW)).toBe(true);
	});

	test('replaces the secret at once without an overlap', () => {
		const rotated = rotateEndpointSecret(
			makeEndpoint({ signingSecret: 'before' }),
			'after',
			0,
			NOW,
		);
		expect(rotated.secrets.signing).toEqual([{ secret: 'after', created_at: iso(NOW) }]);
		expect(accepts(rotated, 'after', NOW)).toBe(true);
		expect(accepts(rotated, 'before', NOW)).toBe(false);
	});

	test('expires the secret before the last one at once when rotating again', () => {
		const once = rotateEndpointSecret(
			makeEndpoint({ signingSecret: 'first' }),
			'second',
			3600,
			NOW,
		);
		const twice = rotateEndpointSecret(once, 'third', 7200, NOW + 1000);
		expect(twice.secrets.signing).toEqual([
			{ secret: 'third', created_at: iso(NOW + 1000) },
			{ secret: 'second', created_at: iso(NOW), valid_until: iso(NOW + 1000 + 2 * HOUR) },
		]);
	});

	test('changes nothing else of the endpoint', () => {
		const endpoint = makeEndpoint({
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

	test('rejects an unsigned endpoint and a secret that cannot sign', () => {
		const unsigned = makeEndpoint({ authentication: { signatureScheme: 'none' } });
		expect(() => rotateEndpointSecret(unsigned, undefined, 0, NOW)).toThrow('no signing secret');
		const signed = makeEndpoint({ platform: 'standardWebhooks' });
		expect(() => rotateEndpointSecret(signed, 'whsec_äöü', 0, NOW)).toThrow('not base64');
	});
});
