const { rotateEndpointSecret } = require('../../../../build/core/outbox/endpoint/lifecycle');
const { presentEndpoint } = require('../../../../build/core/outbox/endpoint/presentEndpoint');

const { HOUR, iso, makeEndpoint, NOW } = require('./makeEndpoint');

test('presentEndpoint never shows a secret', () => {
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
		const endpoint = makeEndpoint({
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

test('presentEndpoint shows an endpoint’s settings and health', () => {
	const endpoint = {
		...makeEndpoint({
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
