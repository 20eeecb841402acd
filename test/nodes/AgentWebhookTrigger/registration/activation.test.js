const { activate, receive } = require('../../../harness/contexts');
const { createRequest } = require('../webhook/bearerRequests');

const TRIGGER = {
	platform: 'agenticflow',
	requestKind: 'agentMessage',
	authenticationMethods: ['bearer'],
	path: 'support-agent',
	options: {},
};
const credentials = { agentWebhookInboundApi: { bearerTokens: 'one' } };
const publish = async (parameters, more) =>
	await activate({ ...TRIGGER, ...parameters }, { credentials, ...more });

/** The node's webhook ID, as n8n gives every trigger. */
const more = { webhookId: '6b2f1f0e-3c0e-4d0a-9a53-0a4c9f1f0c11' };

describe('a path', () => {
	test.each(['support-agent', 'a', '...', '.well-known', 'v1.2_~-x', 'x'.repeat(200)])(
		'%j is published',
		async (path) => {
			await expect(publish({ path })).resolves.toBe(true);
		},
	);

	test.each([
		['', 'n8n has no webhook ID for this node'],
		['   ', 'is not valid in a URL'],
		['=support-agent', 'is an expression'],
		['={{ "support-agent" }}', 'is an expression'],
		['=', 'is an expression'],
		['.', 'would lead callers to another URL'],
		['..', 'would lead callers to another URL'],
		['a/../b', 'is not valid in a URL'],
		['/orders', 'is not valid in a URL'],
		['orders/', 'is not valid in a URL'],
		['a\\b', 'is not valid in a URL'],
		['%2e%2e', 'is not valid in a URL'],
		['a%2Fb', 'is not valid in a URL'],
		[':id', 'is not valid in a URL'],
		['a?token=b', 'is not valid in a URL'],
		['a#b', 'is not valid in a URL'],
		[' orders', 'is not valid in a URL'],
		['orders\n', 'is not valid in a URL'],
		['two words', 'is not valid in a URL'],
		['größe', 'is not valid in a URL'],
		['x'.repeat(201), 'is not valid in a URL'],
	])('%j is not published, and the error says what to fill in', async (path, fault) => {
		for (const mode of ['trigger', 'manual']) {
			const published = publish({ path }, { mode });
			await expect(published).rejects.toThrow(fault);
			await expect(published).rejects.toThrow(
				/Fill in "Path" with .*, e\.g\. orders, or leave it empty/,
			);
		}
	});
});

test('an empty path is published if n8n has an ID of the node for the URL', async () => {
	await expect(publish({ path: '' }, { more })).resolves.toBe(true);
	await expect(publish({ path: undefined }, { more })).resolves.toBe(true);
});

describe('what a trigger has received', () => {
	const events = {
		...TRIGGER,
		platform: 'github',
		requestKind: 'event',
		authenticationMethods: [],
		responseMode: 'onReceived',
	};
	const deliver = async (deliveryId, stage, options = {}) => {
		const request = {
			headers: { 'content-type': 'application/json', 'x-github-delivery': deliveryId },
			rawBody: Buffer.from(`{"id":"${deliveryId}"}`),
			body: { id: deliveryId },
		};
		const { result } = await receive({ ...events, options }, request, stage);
		return result.workflowData === undefined ? 'duplicate' : 'started';
	};

	test('is forgotten when the workflow is published again, but not when n8n starts or a person listens', async () => {
		const staticData = {};
		const stage = { id: 'published', staticData };
		await activate(events, { staticData });
		expect([await deliver('a', stage), await deliver('a', stage)]).toEqual([
			'started',
			'duplicate',
		]);
		for (const activation of ['init', 'leadershipChange']) {
			await activate(events, { activation, staticData });
		}
		await activate(events, { mode: 'manual', staticData });
		expect(await deliver('a', stage)).toBe('duplicate');
		// The time of publication has milliseconds.
		await new Promise((resolve) => setTimeout(resolve, 5));
		await activate(events, { activation: 'update', staticData });
		expect([await deliver('a', stage), await deliver('a', stage)]).toEqual([
			'started',
			'duplicate',
		]);
	});

	test('is kept when the workflow is published with keys in Accept Again, except for these', async () => {
		const staticData = {};
		const stage = { id: 'published-again', staticData };
		const options = { acceptAgain: 'a' };
		await activate(events, { staticData });
		await deliver('a', stage);
		await deliver('b', stage);
		await new Promise((resolve) => setTimeout(resolve, 5));
		// n8n may call the hook twice for one publication.
		await activate({ ...events, options }, { activation: 'update', staticData });
		await activate({ ...events, options }, { activation: 'update', staticData });
		expect([
			await deliver('b', stage, options),
			await deliver('a', stage, options),
			await deliver('a', stage, options),
		]).toEqual(['duplicate', 'started', 'duplicate']);
		await activate(events, { activation: 'update', staticData });
		expect(await deliver('b', stage)).toBe('started');
	});

	test('is accepted once more if the option Accept Again has its duplicate key', async () => {
		const stage = { id: 'again' };
		const outcomes = [];
		for (const [deliveryId, acceptAgain] of [
			['guid-1', undefined],
			['guid-2', undefined],
			['guid-1', 'guid-1 guid-3'],
			['guid-1', 'guid-1 guid-3'],
			['guid-2', 'guid-1 guid-3'],
			['guid-1', 'guid-1\nguid-4'],
			['guid-2', ['guid-2']],
			['guid-2', ['guid-2']],
		]) {
			outcomes.push(await deliver(deliveryId, stage, { acceptAgain }));
		}
		expect(outcomes).toEqual([
			'started',
			'started',
			'started',
			'duplicate',
			'duplicate',
			'started',
			'started',
			'duplicate',
		]);
	});
});

describe('event types of a trigger', () => {
	const github = { platform: 'github', requestKind: 'event', options: {} };
	const PUSH = {
		headers: { 'content-type': 'application/json', 'x-github-event': 'push' },
		rawBody: Buffer.from('{"ref":"refs/heads/main"}'),
		body: { ref: 'refs/heads/main' },
	};
	const starts = async (eventTypes) => {
		const parameters = {
			...TRIGGER,
			...github,
			authenticationMethods: [],
			eventTypes,
		};
		const { result } = await receive({ ...parameters, responseMode: 'onReceived' }, PUSH);
		return result.workflowData !== undefined;
	};

	test.each([
		'push',
		'Push',
		'"push"',
		'push;issues',
		'issues\npush',
		'["issues", "push"]',
		'*',
		'pu*',
		'',
	])('written as %j start the workflow with a push', async (eventTypes) => {
		expect(await starts(eventTypes)).toBe(true);
	});

	test.each(['issues', 'pushed', 'pull_*', '*_request', '"pus"'])(
		'written as %j do not start the workflow with a push',
		async (eventTypes) => {
			expect(await starts(eventTypes)).toBe(false);
		},
	);

	test('with another pattern are not published, since they match nothing', async () => {
		const parameters = { ...github, eventTypes: 'push, pull_?' };
		await expect(publish(parameters)).rejects.toThrow('e.g. order.* or *.failed');
	});
});

test.each([
	['{{timestamp}}.{{body}}', '"Signed Content" must have its placeholders in single braces'],
	['${timestamp}.${body}', '"Signed Content" must have its placeholders in single braces'],
	['{timestamp}.{payload}', 'unknown placeholder {payload}. Use {body}, {timestamp}, {id}'],
])('a trigger whose credential signs %j is not published', async (signedContent, fault) => {
	const scheme = {
		signatureScheme: 'custom',
		signingSecret: 'secret',
		signatureHeader: 'X-Signature',
		algorithm: 'hmac-sha256',
		encoding: 'hex',
		prefix: '',
		timestampHeader: 'X-Timestamp',
		timestampUnit: 's',
		toleranceSeconds: 300,
	};
	const published = publish(
		{ platform: 'custom', requestKind: 'event', authenticationMethods: ['signature'] },
		{ credentials: { agentWebhookInboundApi: { ...scheme, signedContent } } },
	);
	await expect(published).rejects.toThrow(fault);
});

describe('a trigger for management requests', () => {
	const management = { requestKind: 'managementRequest' };
	const all = {
		...credentials,
		agentWebhookOutboxApi: {
			encryptionSecret: 'a key of enough characters 12345678',
			outboxName: 'x',
		},
	};

	test.each(['trigger', 'manual'])('is not published without authentication (%s)', async (mode) => {
		const published = publish(
			{ ...management, authenticationMethods: [] },
			{ credentials: all, mode },
		);
		await expect(published).rejects.toThrow(
			'Management requests need authentication, because anyone could change all endpoints without it. Choose "Bearer Token" under "Authentication", or another method.',
		);
	});

	test.each([['platform'], ['bearer'], ['urlToken', 'bearer']])(
		'is published with %j and a secret',
		async (...authenticationMethods) => {
			const withSecrets = {
				...all,
				agentWebhookInboundApi: { bearerTokens: 'one', urlTokens: 'two' },
			};
			await expect(
				publish({ ...management, authenticationMethods }, { credentials: withSecrets }),
			).resolves.toBe(true);
		},
	);

	test('that was published without authentication rejects every request', async () => {
		const { answer, result } = await receive(
			{ ...TRIGGER, ...management, authenticationMethods: [] },
			createRequest('Bearer one'),
			{ credentials: all },
		);
		expect(result).toEqual({ noWebhookResponse: true });
		expect(answer).toMatchObject({
			statusCode: 500,
			body: { error: { code: 'RECEIVER_NOT_SET_UP' } },
		});
	});
});

describe('a trigger with a mistake in copying a secret', () => {
	const publishWith = async (fields, { methods = ['signature'], platform = 'github' } = {}) =>
		await publish(
			{ platform, requestKind: 'event', authenticationMethods: methods },
			{ credentials: { agentWebhookInboundApi: { ...fields } } },
		);
	const right = '0123456789abcdef0123456789abcdef';
	const MISTAKES = [
		[`"${right}"`, 'has a quotation mark'],
		['{{ $json.x }}', 'is an expression'],
		['\u2022\u2022\u2022\u2022', 'is masked'],
		[`SIGNING_SECRET=${right}`, 'begins with the name of a variable'],
		['your-signing-secret-here', 'is a placeholder'],
		[`${right}\u200b`, 'has an invisible character'],
		[`${right} `, 'begins or ends with a space'],
	];

	test.each(MISTAKES)('in "Signing Secret" is not published: %j', async (signingSecret, fault) => {
		for (const platform of ['github', 'zoom', 'linear', 'standardWebhooks', 'agenticflow']) {
			await expect(publishWith({ signingSecret }, { platform })).rejects.toThrow(
				`"Signing Secret" ${fault}`,
			);
		}
	});

	test.each(MISTAKES.slice(0, 5))('in another field is not published: %j', async (text, fault) => {
		for (const [method, name, label] of [
			['bearer', 'bearerTokens', 'Bearer Tokens'],
			['urlToken', 'urlTokens', 'URL Tokens'],
		]) {
			await expect(publishWith({ [name]: text }, { methods: [method] })).rejects.toThrow(
				`"${label}" ${fault}`,
			);
		}
		await expect(
			publishWith({ signingSecret: right, furtherSigningSecrets: text }),
		).rejects.toThrow(`"Additional Signing Secrets" ${fault}`);
	});

	test('in "Basic Password" is not published, but any password of a person is', async () => {
		const basic = async (basicPassword) =>
			await publishWith({ basicUser: 'u', basicPassword }, { methods: ['basic'] });
		await expect(basic('{{ $json.x }}')).rejects.toThrow('"Basic Password" is an expression');
		await expect(basic('"my key" = 1')).resolves.toBe(true);
	});

	test('is published if the secret works, whatever it looks like', async () => {
		await expect(publishWith({ signingSecret: 'short' })).resolves.toBe(true);
		const file = `{\n  "privateKey": "${right}"\n}\n`;
		await expect(publishWith({ signingSecret: file }, { platform: 'uptiq' })).resolves.toBe(true);
		await expect(publishWith({ signingSecret: `${right}\n` }, { platform: 'uptiq' })).resolves.toBe(
			true,
		);
	});
});
