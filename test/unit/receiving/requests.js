/** Rules and requests for the tests of core/receiving. */
const { getPlatform, getRequestKind } = require('../../../build/core/platforms');
const { signRequest } = require('../../../build/core/signing/sign');

const SECRETS = {
	chosenMethods: [],
	urlTokens: ['wh_url_token_4f1c'],
	bearerTokens: ['wh_bearer_token_9a2e', 'wh_bearer_token_old_77'],
	header: { names: ['x-api-key'], prefix: '', tokens: ['wh_header_token_5d3b'] },
	body: { field: 'auth.token', tokens: ['wh_body_token_8e6a'] },
	basic: { user: 'webhook-user-31', password: 'basic-password-c8' },
};
const SIGNING_SECRET = 'signing-secret-d0b7';
const NONE = {
	chosenMethods: [],
	urlTokens: [],
	bearerTokens: [],
	header: { names: [], prefix: '', tokens: [] },
	body: { field: '', tokens: [] },
	basic: { user: '', password: '' },
};
const NOW_MS = Date.parse('2024-01-15T10:30:00Z');

const secretsFor = (platform, secrets = [SIGNING_SECRET]) => ({
	...SECRETS,
	signature: { scheme: getPlatform(platform).scheme, secrets },
});

/** Rules as the trigger builds them (nodes/AgentWebhookTrigger/webhook/rules.ts); open to anyone unless changed. */
function createRules(platform, kindId, changes = {}) {
	const profile = getPlatform(platform);
	const kind = getRequestKind(profile, kindId);
	return {
		kind,
		method: 'POST',
		bodySchema: kind.request?.schema,
		validatesEvents: true,
		httpsOnly: profile.httpsOnly,
		methods: [],
		mode: 'all',
		loadSecrets: async () => secretsFor(platform),
		maxBodyBytes: 4096,
		formBodies: profile.formBodies,
		bodyTokenField: profile.bodyToken?.field,
		handshakes: profile.handshakes ?? [],
		eventTypes: [],
		duplicateKey: kind.events?.duplicateKey ?? [],
		...changes,
	};
}

/** Creates a request as the trigger passes it. `raw` has the bytes if they are not `body` as JSON. */
function createRequest({
	body = {},
	raw = JSON.stringify(body),
	read,
	headers = {},
	...changes
} = {}) {
	const rawBody = Buffer.from(raw);
	return {
		method: 'POST',
		secure: true,
		address: '203.0.113.7',
		query: {},
		headers: { 'content-type': 'application/json', ...headers },
		readBody: read ?? (async () => rawBody),
		url: () => 'https://n8n.example.com/webhook/abc?x=1',
		nowMs: NOW_MS,
		...changes,
	};
}

const basic = (user, password) => ({
	authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const bearer = (token) => ({ authorization: `Bearer ${token}` });

/** The headers that sign a body in JSON, with lower-case names. */
function signed(platform, body, { secret = SIGNING_SECRET, nowMs = NOW_MS } = {}) {
	const headers = signRequest(getPlatform(platform).scheme, {
		body: Buffer.from(JSON.stringify(body)),
		id: 'msg_1',
		nowMs,
		secrets: [secret],
	});
	return Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
	);
}

/** The receiver's secrets in every form: no rejection may reveal one. */
const SECRET_TEXTS = [
	...SECRETS.urlTokens,
	...SECRETS.bearerTokens,
	SECRETS.basic.user,
	SECRETS.basic.password,
	basic(SECRETS.basic.user, SECRETS.basic.password).authorization.slice(6),
	SIGNING_SECRET,
];

/** Checks the promises of every rejection: a code, the field that is wrong, and no secret. */
function expectHelpfulRejection(rejection, request) {
	expect(rejection).toEqual({
		result: 'rejected',
		status: expect.any(Number),
		code: expect.stringMatching(/^[A-Z_]+$/),
		message: expect.stringMatching(/./),
		details: {
			field: expect.stringMatching(/./),
			expected: expect.stringMatching(/./),
			received: expect.stringMatching(/./),
		},
		headers: expect.any(Object),
	});
	const text = JSON.stringify(rejection);
	const { authorization } = request.headers;
	const brought = [
		request.query.token,
		typeof authorization === 'string' ? authorization.split(' ').slice(1).join(' ') : undefined,
		...Object.entries(request.headers)
			.filter(([name]) => name.endsWith('signature'))
			.map(([, value]) => value),
	].filter((value) => typeof value === 'string' && value.length > 6);
	for (const secret of [...SECRET_TEXTS, ...brought]) expect(text).not.toContain(secret);
}

const MESSAGE = { message: 'Hello' };
const EVENT = {
	event: 'agent.message.sent',
	timestamp: '2024-01-15T10:30:00Z',
	webhook_id: 'wh_1',
	data: { a: 1 },
};
const STANDARD = { type: 'a', timestamp: '2024-01-15T10:30:00Z', data: {} };
const STANDARD_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

module.exports = {
	SECRETS,
	SIGNING_SECRET,
	NONE,
	NOW_MS,
	secretsFor,
	createRules,
	createRequest,
	basic,
	bearer,
	signed,
	expectHelpfulRejection,
	MESSAGE,
	EVENT,
	STANDARD,
	STANDARD_SECRET,
};
