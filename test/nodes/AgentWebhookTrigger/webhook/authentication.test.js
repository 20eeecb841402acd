/** Nothing that a person chose or filled in is dropped: every choice, with every set of secrets. */
const { createHmac } = require('node:crypto');
const { createRequire } = require('node:module');

const { parseInboundCredential } = require('../../../../build/core/credentials/inbound');
const { getPlatform, getRequestKind } = require('../../../../build/core/platforms');
const { requireConfiguredMethods } = require('../../../../build/core/receiving/configuredMethods');
const { receiveRequest } = require('../../../../build/core/receiving/receive');
const { buildReceiveRules } = require('../../../../build/nodes/AgentWebhookTrigger/webhook/rules');
const { activate, receive } = require('../../../harness/contexts');
const { chooseShownFields } = require('../../../harness/credentials');

const core = createRequire(require.resolve('n8n-core'));
const { Logger } = require(core.resolve('@n8n/backend-common'));
const { Container } = require(core.resolve('@n8n/di'));

const URL_TOKEN = 'wh_url_token_4f1c';
const BEARER = 'wh_bearer_token_9a2e';
const SECRET = 'signing-secret-d0b7';
const BODY = JSON.stringify({
	event: 'workflow.execution.completed',
	timestamp: '2024-01-20T15:30:00Z',
	webhook_id: 'w',
	message: 'hi',
	data: { workflow_id: 'w', execution_id: 'e' },
});
const SIGNATURE = `sha256=${createHmac('sha256', SECRET).update(BODY).digest('hex')}`;

const listSubsets = (values) =>
	values.reduce((subsets, value) => subsets.flatMap((set) => [set, [...set, value]]), [[]]);

const KINDS = [
	['agenticflow', 'event'],
	['agenticflow', 'agentMessage'],
	['custom', 'event'],
];
/** What the credential has for each method: `chosen` in the credential, and its fields, which may be hidden. */
const STATES = {
	urlToken: [
		{ chosen: false, fields: {} },
		{ chosen: true, fields: { urlTokens: URL_TOKEN } },
		{ chosen: false, fields: { urlTokens: URL_TOKEN } },
	],
	bearer: [
		{ chosen: false, fields: {} },
		{ chosen: true, fields: { bearerTokens: BEARER } },
		{ chosen: true, fields: {} },
	],
	signature: [
		{ chosen: false, fields: {} },
		{ chosen: true, fields: { signingSecret: SECRET } },
		{ chosen: true, fields: { furtherSigningSecrets: SECRET } },
		{ chosen: true, fields: {} },
		{ chosen: false, fields: { signingSecret: SECRET } },
	],
};
const METHODS = Object.keys(STATES);

/** Lists every credential: what each method has. */
const listCredentials = () =>
	METHODS.reduce(
		(credentials, method) =>
			credentials.flatMap((credential) =>
				STATES[method].map((state) => ({ ...credential, [method]: state })),
			),
		[{}],
	);

const toFields = (credential) =>
	Object.assign(
		{ methods: METHODS.filter((method) => credential[method].chosen) },
		...METHODS.map((method) => credential[method].fields),
	);

const hasSecret = (credential, method) =>
	credential[method]?.chosen === true && Object.keys(credential[method].fields).length > 0;

/** Lists every configuration: what is chosen, for which kind of request, with which credential. */
function listConfigurations() {
	const credentials = listCredentials();
	return KINDS.flatMap(([platform, requestKind]) =>
		listSubsets(['platform', ...METHODS]).flatMap((methods) =>
			[undefined, 'all', 'any'].flatMap((require) =>
				credentials.map((credential) => ({
					platform,
					requestKind,
					methods,
					require,
					credential,
				})),
			),
		),
	);
}

/** Decides, in other words than the trigger's, whether a configuration can be published and who may call. */
function decide({ credential, methods, platform, require, requestKind }) {
	const rule = getRequestKind(getPlatform(platform), requestKind).authentication;
	const chosen = methods.filter((method) => method !== 'platform');
	const isOptional = (method) =>
		!chosen.includes(method) && !credential[method]?.chosen && rule.methods.length > 1;
	const asked = new Set([...chosen, ...(methods.includes('platform') ? rule.methods : [])]);
	const withSecret = [...asked].filter(
		(method) => METHODS.includes(method) && hasSecret(credential, method),
	);
	const isComplete = [...asked].every(
		(method) => withSecret.includes(method) || isOptional(method),
	);
	const required = require ?? (chosen.length > 0 ? 'all' : rule.require);
	return {
		isPublished: asked.size === 0 || (isComplete && withSecret.length > 0),
		accepts: (presented) =>
			asked.size === 0 ||
			(required === 'all'
				? withSecret.every((method) => presented.includes(method))
				: withSecret.some((method) => presented.includes(method))),
	};
}

const buildRules = ({ credential, methods, platform, require, requestKind }) =>
	buildReceiveRules(
		{ platform, requestKind, events: [], methods, options: { httpsOnly: false, require } },
		async () =>
			parseInboundCredential(
				chooseShownFields('agentWebhookInboundApi', {
					signatureScheme: 'agenticflow',
					...toFields(credential),
				}),
			),
	);

async function canPublish(rules) {
	if (rules.methods.length === 0) return true;
	return await rules.loadSecrets().then(
		(secrets) => {
			try {
				return requireConfiguredMethods(rules, secrets).length > 0;
			} catch {
				return false;
			}
		},
		() => false,
	);
}

const isAccepted = async (rules, presented) => {
	const result = await receiveRequest(rules, {
		method: 'POST',
		secure: true,
		address: '203.0.113.7',
		query: presented.includes('urlToken') ? { token: URL_TOKEN } : {},
		headers: {
			'content-type': 'application/json',
			...(presented.includes('bearer') && { authorization: `Bearer ${BEARER}` }),
			...(presented.includes('signature') && { 'x-agenticflow-signature': SIGNATURE }),
		},
		readBody: async () => Buffer.from(BODY),
		parsedBody: () => JSON.parse(BODY),
		url: () => 'https://n8n.example.com/webhook/x',
		nowMs: 0,
	});
	return result.result === 'accepted';
};

describe('every combination of methods, platform, secrets and how many are required', () => {
	const configurations = listConfigurations();

	test('is enumerated', () => {
		expect(configurations).toHaveLength(3 * 16 * 3 * (3 * 3 * 5));
	});

	test('requires what was chosen, and every secret that counts', async () => {
		const mistakes = [];
		for (const configuration of configurations) {
			const rules = buildRules(configuration);
			const { accepts, isPublished } = decide(configuration);
			if ((await canPublish(rules)) !== isPublished) mistakes.push({ configuration, isPublished });
			if (!isPublished) continue;
			for (const presented of listSubsets(METHODS)) {
				const isExpected = accepts(presented);
				if ((await isAccepted(rules, presented)) === isExpected) continue;
				mistakes.push({ configuration, presented, isExpected });
			}
		}
		expect(mistakes).toEqual([]);
	}, 60_000);
});

const TRIGGER = {
	platform: 'custom',
	requestKind: 'event',
	path: 'x',
	authenticationMethods: ['platform'],
	responseMode: 'onReceived',
	options: {},
};
const publish = async (parameters, fields) =>
	await activate(
		{ ...TRIGGER, ...parameters },
		{ credentials: { agentWebhookInboundApi: fields } },
	);

describe('the trigger', () => {
	test('rejects an unsigned request if only Additional Signing Secrets is filled in', async () => {
		const fields = { signatureScheme: 'agenticflow', furtherSigningSecrets: SECRET };
		const send = async (headers) =>
			await receive(
				TRIGGER,
				{
					headers: { 'content-type': 'application/json', ...headers },
					rawBody: Buffer.from(BODY),
					body: JSON.parse(BODY),
				},
				{ credentials: { agentWebhookInboundApi: fields } },
			);
		expect((await send({})).answer).toMatchObject({
			statusCode: 401,
			body: { error: { code: 'SIGNATURE_MISSING' } },
		});
		expect((await send({ 'x-agenticflow-signature': SIGNATURE })).answer).toEqual({});
	});

	test.each([
		[
			'Signature was chosen beside "As the Platform Asks" and has no secret',
			{ authenticationMethods: ['platform', 'signature'] },
			{ bearerTokens: BEARER },
			'Callers must present a signature, but the Receiving credential has none.',
		],
		[
			'a secret is filled in and there is no scheme for it',
			{},
			{ furtherSigningSecrets: SECRET },
			'Custom has no signature scheme of its own.',
		],
		[
			'half of Basic is filled in beside a token',
			{},
			{ bearerTokens: BEARER, basicUser: 'u' },
			'"Basic Password" is empty in the Receiving credential, but "Basic User" is not.',
		],
		[
			'a method is unknown',
			{ authenticationMethods: ['none'] },
			{ bearerTokens: BEARER },
			'"Authentication" must be one of',
		],
		[
			'the option has an unknown value',
			{ authenticationMethods: ['bearer'], options: { require: 'none' } },
			{ bearerTokens: BEARER },
			'"Authentication Required" must be one of',
		],
		[
			'the tokens are white space only',
			{ authenticationMethods: ['bearer'] },
			{ bearerTokens: ' \n ' },
			'Callers must present a Bearer token',
		],
		[
			'a token has a character that no header can carry',
			{ authenticationMethods: ['bearer'] },
			{ bearerTokens: `${BEARER}\u200b` },
			'"Bearer Tokens" has an invisible character',
		],
		[
			'a URL token is not ASCII',
			{ authenticationMethods: ['urlToken'] },
			{ urlTokens: 'jeton_é' },
			'"URL Tokens" has a character that is not ASCII',
		],
		[
			'a user has a colon',
			{ authenticationMethods: ['basic'] },
			{ basicUser: 'a:b', basicPassword: 'p' },
			'"Basic User" has a colon',
		],
		...[
			[
				'discord',
				{ signingSecret: 'not a key' },
				'"Signing Secret": The public key must be 64 hex',
			],
			['discord', { signingSecret: '0'.repeat(64) }, 'is a placeholder'],
			['discord', { signingSecret: 'f'.repeat(64) }, 'does not belong to any private key'],
			['uptiq', { signingSecret: '{"privateKey": "x", "b": "y"}' }, 'with one key'],
			['uptiq', { signingSecret: '{"a": "x", "b": "y"}' }, 'a private key file with one key'],
			[
				'standardWebhooks',
				{ signingSecret: 'whsec_?' },
				'"Signing Secret": The signing secret after',
			],
			['standardWebhooks', { signingSecret: 'whsk_AAAA' }, 'must be 32 or 64 bytes long'],
			[
				'standardWebhooks',
				{ furtherSigningSecrets: 'whsec_?' },
				'"Additional Signing Secrets": The signing secret after whsec_ is not base64.',
			],
			['stripe', { signingSecret: 'sk_live_1' }, '"Signing Secret" begins with sk_, as Stripe’s'],
			['slack', { signingSecret: 'xoxb-1' }, 'Enter this: Slack’s "Signing Secret", under'],
			[
				'standardWebhooks',
				{ signingSecret: 'whsec_?', furtherSigningSecrets: 'whsec_AAAA' },
				'"Signing Secret": ',
			],
		].map(([signatureScheme, fields, message]) => [
			`a secret of ${signatureScheme} cannot work (${message})`,
			{ authenticationMethods: ['signature'] },
			{ signatureScheme, ...fields },
			message,
		]),
	])('cannot be published if %s', async (_, parameters, fields, message) => {
		await expect(publish(parameters, fields)).rejects.toThrow(message);
	});

	test.each([
		['v1,whsec_', { signingSecret: 'v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }],
		['unpadded base64', { signingSecret: 'whsec_AAECAwQFBgcICQ' }],
	])('can be published with %s', async (_, fields) => {
		const parameters = { platform: 'standardWebhooks', authenticationMethods: ['signature'] };
		expect(await publish(parameters, fields)).toBe(true);
	});

	test('names workflow and node in n8n’s log if its secrets cannot be used, and tells callers nothing', async () => {
		const error = jest.spyOn(Container.get(Logger), 'error').mockImplementation(() => undefined);
		const { answer } = await receive(
			{ ...TRIGGER, platform: 'standardWebhooks', authenticationMethods: ['signature'] },
			{
				headers: {
					'content-type': 'application/json',
					'webhook-id': 'msg_1',
					'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
					'webhook-signature': `v1,${'A'.repeat(43)}=`,
				},
				rawBody: Buffer.from(BODY),
				body: JSON.parse(BODY),
			},
			{ credentials: { agentWebhookInboundApi: { signingSecret: 'whsec_s3cr3t?' } } },
		);
		const text = error.mock.calls.map(([message]) => message).join('\n');
		error.mockRestore();
		expect(answer).toMatchObject({
			statusCode: 500,
			body: { error: { code: 'RECEIVER_NOT_SET_UP' } },
		});
		expect(text).toMatch(
			/^The node "Node" of the workflow ".*" \(workflow\) cannot check requests: The signing secret/,
		);
		expect(text + JSON.stringify(answer)).not.toContain('s3cr3t');
	});

	describe('with a malformed additional secret', () => {
		const logger = Container.get(Logger);
		let warn;

		beforeEach(() => {
			warn = jest.spyOn(logger, 'warn').mockImplementation(() => undefined);
		});

		afterEach(() => {
			warn.mockRestore();
		});

		test('is published, and n8n’s log names workflow, node and field but no secret', async () => {
			const parameters = { platform: 'standardWebhooks', authenticationMethods: ['signature'] };
			await publish(parameters, {
				signingSecret: 'whsec_AAECAwQFBgcICQ',
				furtherSigningSecrets: 'whsec_s3cr3t?',
			});
			const text = warn.mock.calls.map(([message]) => message).join('\n');
			expect(text).toMatch(/^The node "Node" of the workflow ".*" \(workflow\) skips a secret/);
			expect(text).toContain('"Additional Signing Secrets": The signing secret after whsec_');
			expect(text).not.toContain('s3cr3t');
		});

		test('is published with a Bearer token that no header can carry beside one that can', async () => {
			const parameters = { authenticationMethods: ['bearer'] };
			await publish(parameters, { bearerTokens: `${BEARER} caf\u00e9` });
			expect(warn.mock.calls[0][0]).toContain('"Bearer Tokens" has a character that is not ASCII');
		});
	});
});
