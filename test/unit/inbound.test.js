const { createHash, createHmac } = require('node:crypto');

const fc = require('fast-check');

const { compileConditions } = require('../../dist/core/event/conditions');
const { receiveRequest } = require('../../dist/core/receiving/receive');
const { InboundConfigurationError } = require('../../dist/core/receiving/authenticate');
const { Deduplicator } = require('../../dist/core/receiving/deduplicator');
const {
	computeDuplicateKey,
	parseValueSource,
	readEvent,
} = require('../../dist/core/receiving/readEvent');
const { getPlatform, getRequestKind } = require('../../dist/core/platforms');
const { signRequest } = require('../../dist/core/signing/sign');

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the window of duplicates', () => {
	const WINDOW_MS = 60_000;

	/** A window on a clock of its own; `claim` keeps what became of each claim. */
	function duplicates(maxKeys = 100) {
		const window = new Deduplicator(maxKeys);
		const state = { nowMs: 0 };
		const claim = (key = 'a') => {
			const kept = { result: undefined, settle: undefined };
			kept.done = window
				.claim(key, WINDOW_MS, () => state.nowMs)
				.then((outcome) => Object.assign(kept, outcome));
			return kept;
		};
		/** Claims a key and settles it at once, if it is new. */
		const receive = async (key, received = true) => {
			const claimed = claim(key);
			await claimed.done;
			claimed.settle?.(received);
			return claimed.result;
		};
		return { claim, receive, state };
	}

	test('the first delivery of a key is first, the next one a duplicate', async () => {
		const { receive } = duplicates();
		expect(await receive('a')).toBe('first');
		expect(await receive('a')).toBe('duplicate');
		expect(await receive('b')).toBe('first');
	});

	test('ends when its time is over, counted from the answer', async () => {
		const { claim, receive, state } = duplicates();
		const first = claim('a');
		await first.done;
		state.nowMs = 5000;
		first.settle(true);
		state.nowMs = 5000 + WINDOW_MS - 1;
		expect(await receive('a')).toBe('duplicate');
		state.nowMs = 5000 + WINDOW_MS;
		expect(await receive('a')).toBe('first');
		// The new one begins a window of its own.
		state.nowMs += WINDOW_MS - 1;
		expect(await receive('a')).toBe('duplicate');
	});

	test('a duplicate does not make it longer', async () => {
		const { receive, state } = duplicates();
		await receive('a');
		state.nowMs = WINDOW_MS / 2;
		expect(await receive('a')).toBe('duplicate');
		state.nowMs = WINDOW_MS;
		expect(await receive('a')).toBe('first');
	});

	test('repeats wait for the answer, and are duplicates when it was success', async () => {
		const { claim } = duplicates();
		const first = claim();
		const repeats = [claim(), claim()];
		await settled();
		expect(repeats.map(({ result }) => result)).toEqual([undefined, undefined]);
		first.settle(true);
		await settled();
		expect(repeats.map(({ result }) => result)).toEqual(['duplicate', 'duplicate']);
	});

	test('when the first fails, the next that waits takes its place, and only one of them', async () => {
		const { claim } = duplicates();
		const claims = [claim(), claim(), claim(), claim()];
		await settled();
		for (let failing = 0; failing < 3; failing += 1) {
			claims[failing].settle(false);
			await settled();
			expect(claims.map(({ result }) => result)).toEqual(
				claims.map((_, index) => (index <= failing + 1 ? 'first' : undefined)),
			);
		}
		claims[3].settle(true);
		await settled();
		const late = claim();
		await late.done;
		expect(late.result).toBe('duplicate');
	});

	test('a failed delivery without repeats leaves nothing behind', async () => {
		const { receive } = duplicates();
		expect(await receive('a', false)).toBe('first');
		expect(await receive('a', true)).toBe('first');
	});

	test('who claims in the moment of the failure is first, and the others wait on', async () => {
		const { claim } = duplicates();
		const first = claim();
		const waiting = claim();
		await settled();
		first.settle(false);
		const newcomer = claim();
		await settled();
		expect([waiting.result, newcomer.result].sort()).toEqual(['first', undefined]);
	});

	test('settling twice does nothing more', async () => {
		const { claim, receive } = duplicates();
		const first = claim();
		await first.done;
		first.settle(true);
		first.settle(false);
		expect(await receive('a')).toBe('duplicate');

		const { claim: again } = duplicates();
		const failed = again();
		await failed.done;
		failed.settle(false);
		const second = again();
		await second.done;
		failed.settle(true);
		const third = again();
		await settled();
		expect([second.result, third.result]).toEqual(['first', undefined]);
	});

	test('no more than 20 repeats wait', async () => {
		const { claim } = duplicates();
		const first = claim();
		const waiting = Array.from({ length: 20 }, () => claim());
		const further = [claim(), claim()];
		await settled();
		expect(further.map(({ result }) => result)).toEqual(['busy', 'busy']);
		expect(waiting.every(({ result }) => result === undefined)).toBe(true);
		// Another key is not busy.
		const other = claim('b');
		await other.done;
		expect(other.result).toBe('first');
		first.settle(true);
		await settled();
		expect(waiting.every(({ result }) => result === 'duplicate')).toBe(true);
	});

	test('beyond its keys the oldest are forgotten', async () => {
		const { receive } = duplicates(3);
		for (const key of ['a', 'b', 'c', 'd']) expect(await receive(key)).toBe('first');
		for (const key of ['b', 'c', 'd']) expect(await receive(key)).toBe('duplicate');
		expect(await receive('a')).toBe('first');
		expect(await receive('b')).toBe('first');
		expect(await receive('d')).toBe('duplicate');
	});

	test('what waits for its answer is not forgotten', async () => {
		const { claim, receive } = duplicates(2);
		const pending = claim('a');
		await pending.done;
		for (const key of ['b', 'c', 'd', 'e']) await receive(key);
		const repeat = claim('a');
		await settled();
		expect(repeat.result).toBeUndefined();
		pending.settle(true);
		await settled();
		expect(repeat.result).toBe('duplicate');
	});

	test('of claims of one key at once exactly one is first, when it settles with success', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 21 }), async (count) => {
				const { claim } = duplicates();
				const claims = Array.from({ length: count }, () => claim());
				await settled();
				const first = claims.filter(({ result }) => result === 'first');
				expect(first).toHaveLength(1);
				first[0].settle(true);
				await settled();
				const results = claims.map(({ result }) => result);
				expect(results.filter((result) => result === 'first')).toHaveLength(1);
				expect(results.filter((result) => result === 'duplicate')).toHaveLength(count - 1);
			}),
		);
	});

	test('whatever fails, one of a key runs at a time and one succeeds at most', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 21 }),
				fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
				async (keys, answers) => {
					const { claim } = duplicates();
					const claims = keys.map((key) => ({ key, claimed: claim(key), answered: undefined }));
					for (let turn = 0; ; turn += 1) {
						await settled();
						const running = claims.filter(
							({ answered, claimed }) => claimed.result === 'first' && answered === undefined,
						);
						for (const key of ['a', 'b']) {
							const of = running.filter((entry) => entry.key === key);
							expect(of.length).toBeLessThanOrEqual(1);
						}
						if (running.length === 0) break;
						running[0].answered = answers[turn % answers.length];
						running[0].claimed.settle(running[0].answered);
					}
					expect(claims.every(({ claimed }) => claimed.result !== undefined)).toBe(true);
					for (const key of new Set(keys)) {
						const of = claims.filter((entry) => entry.key === key);
						const succeeded = of.filter(({ answered }) => answered === true).length;
						const repeated = of.filter(({ claimed }) => claimed.result === 'duplicate').length;
						expect(succeeded).toBeLessThanOrEqual(1);
						// None that its sender believes undelivered is taken for a repeat.
						if (succeeded === 0) expect(repeated).toBe(0);
					}
				},
			),
		);
	});
});

const requestOf = (body, headers = {}) => ({
	headers,
	rawBody: Buffer.from(JSON.stringify(body)),
	body,
});

describe('events are read where their sender’s profile says', () => {
	const eventsOf = (id) => getPlatform(id).events;

	test('AgenticFlow', () => {
		const body = {
			event: 'workflow.execution.completed',
			timestamp: '2024-01-15T10:30:00Z',
			webhook_id: 'wh_1',
			data: { workflow_id: 'wf_1' },
		};
		expect(readEvent(eventsOf('agenticflow'), requestOf(body))).toEqual({
			type: 'workflow.execution.completed',
			types: ['workflow.execution.completed'],
			data: { workflow_id: 'wf_1' },
			timeMs: Date.parse('2024-01-15T10:30:00Z'),
		});
	});

	test('GitHub: the type stands in a header, the data is the whole body', () => {
		const body = { ref: 'refs/heads/main' };
		const request = requestOf(body, { 'x-github-event': 'push' });
		expect(readEvent(eventsOf('github'), request)).toEqual({
			type: 'push',
			types: ['push'],
			data: body,
			timeMs: undefined,
		});
	});

	test('what is not there is undefined, and the data is the whole body', () => {
		for (const body of [{}, { a: 1 }, [], null, 'text', 5]) {
			expect(readEvent(eventsOf('agenticflow'), requestOf(body))).toEqual({
				type: undefined,
				types: [],
				data: body,
				timeMs: undefined,
			});
		}
		const typesOf = (value) =>
			readEvent(eventsOf('github'), requestOf({}, { 'x-github-event': value })).types;
		expect(typesOf('')).toEqual([]);
		expect(typesOf(['push', 'push'])).toEqual([]);
	});

	test('of several places for the type, the first that has any counts', () => {
		const profile = { type: [{ header: 'X-Type' }, { body: 'type' }], duplicateKey: [] };
		const typeOf = (body, headers) => readEvent(profile, requestOf(body, headers)).type;
		expect(typeOf({ type: 'b' }, { 'x-type': 'a' })).toBe('a');
		expect(typeOf({ type: 'b' }, {})).toBe('b');
		expect(typeOf({ type: 5 }, {})).toBeUndefined();
	});

	test('several types are all named, each once, and none is the type', () => {
		const profile = { type: [{ body: 'events.type' }], duplicateKey: [] };
		const read = (...types) =>
			readEvent(profile, requestOf({ events: types.map((type) => ({ type })) }));
		expect(read('a', 'b', 'a')).toMatchObject({ type: undefined, types: ['a', 'b'] });
		expect(read('a', 'a')).toMatchObject({ type: 'a', types: ['a'] });
		expect(read(5, null, 'a')).toMatchObject({ type: 'a', types: ['a'] });
	});

	test.each([
		['2024-01-15T11:45:00.000000Z', Date.parse('2024-01-15T11:45:00Z')],
		['2024-01-15T11:45:00.123', Date.parse('2024-01-15T11:45:00.123Z')],
		['2024-01-15T11:45:00+01:00', Date.parse('2024-01-15T10:45:00Z')],
		[1_705_315_500, 1_705_315_500_000],
		[1_705_315_500_123, 1_705_315_500_123],
		['soon', undefined],
		['', undefined],
		[null, undefined],
		[{}, undefined],
	])('the time %j is %j ms', (timestamp, expected) => {
		const body = { event: 'x', timestamp, data: {} };
		expect(readEvent(eventsOf('agenticflow'), requestOf(body)).timeMs).toBe(expected);
	});
});

describe('what tells a repeat from a new delivery', () => {
	const agentflow = getPlatform('agentflow').events.duplicateKey;
	const lead = (data, event = 'lead.qualified') => requestOf({ event, data });

	test('AgentFlow: lead and event type', () => {
		expect(computeDuplicateKey(agentflow, lead({ lead_id: 'lead_1' }))).toBe(
			'lead_1:lead.qualified',
		);
		expect(computeDuplicateKey(agentflow, lead({ lead_id: 7 }))).toBe('7:lead.qualified');
	});

	test('nothing, where a part is missing', () => {
		for (const data of [{}, { lead_id: '' }, { lead_id: null }, { lead_id: {} }, undefined]) {
			expect(computeDuplicateKey(agentflow, lead(data))).toBeUndefined();
		}
		expect(computeDuplicateKey([], lead({ lead_id: 'lead_1' }))).toBeUndefined();
		const header = [{ header: 'X-Request-ID' }];
		expect(computeDuplicateKey(header, requestOf({}))).toBeUndefined();
		expect(computeDuplicateKey(header, requestOf({}, { 'x-request-id': '' }))).toBeUndefined();
		const twice = { 'x-request-id': ['a', 'b'] };
		expect(computeDuplicateKey(header, requestOf({}, twice))).toBeUndefined();
	});

	test('a header, whatever its case, and the body’s bytes', () => {
		const request = requestOf({ a: 1 }, { 'x-request-id': 'r 1' });
		const digest = createHash('sha256').update('{"a":1}').digest('hex');
		expect(computeDuplicateKey([{ header: 'X-Request-ID' }, { digest: 'body' }], request)).toBe(
			`r%201:${digest}`,
		);
	});

	test('AgenticFlow: two events of one second are told apart by their bytes', () => {
		const { duplicateKey } = getPlatform('agenticflow').events;
		const key = (data) =>
			computeDuplicateKey(
				duplicateKey,
				requestOf({
					event: 'workflow.execution.completed',
					timestamp: '2024-01-15T10:30:00Z',
					webhook_id: 'wh_1',
					data,
				}),
			);
		expect(key({ workflow_id: 'wf_1' })).toBe(key({ workflow_id: 'wf_1' }));
		expect(key({ workflow_id: 'wf_1' })).not.toBe(key({ workflow_id: 'wf_2' }));
	});

	test('different parts never make the same key', () => {
		const sources = [{ body: 'a' }, { body: 'b' }];
		const part = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 4 });
		const pair = fc.record({ a: part, b: part });
		fc.assert(
			fc.property(pair, pair, (one, other) => {
				const same = one.a === other.a && one.b === other.b;
				const keys = [one, other].map((body) => computeDuplicateKey(sources, requestOf(body)));
				expect(keys[0] === keys[1]).toBe(same);
			}),
			{
				examples: [
					[
						{ a: 'x:y', b: 'z' },
						{ a: 'x', b: 'y:z' },
					],
				],
			},
		);
	});
});

describe('a place that a person types', () => {
	test.each([
		['header.X-Request-ID', { header: 'X-Request-ID' }],
		['body.id', { body: 'id' }],
		['body.data.lead_id', { body: 'data.lead_id' }],
		['body.items.0.id', { body: 'items.0.id' }],
		['digest', { digest: 'body' }],
	])('%s', (text, source) => {
		expect(parseValueSource(text)).toEqual(source);
	});

	test.each(['', 'header', 'header.', 'body', 'body.', 'digest.body', 'query.id', 'X-Request-ID'])(
		'%j is refused with examples',
		(text) => {
			expect(() => parseValueSource(text)).toThrow(`"${text}" is not a place in a request.`);
			expect(() => parseValueSource(text)).toThrow('header.X-Request-ID, body.data.id, or digest');
			expect(() => parseValueSource(text)).toThrow(
				expect.objectContaining({ name: 'InvalidSourceError' }),
			);
		},
	);

	test('a path that is none is refused', () => {
		expect(() => parseValueSource('body.a..b')).toThrow('has an empty part');
		expect(() => parseValueSource('body.__proto__')).toThrow('which is not data');
	});
});

const SECRETS = {
	urlTokens: ['wh_url_token_4f1c'],
	bearerTokens: ['wh_bearer_token_9a2e', 'wh_bearer_token_old_77'],
	basic: { user: 'webhook-user-31', password: 'basic-password-c8' },
};
const SIGNING_SECRET = 'signing-secret-d0b7';
const NONE = { urlTokens: [], bearerTokens: [], basic: { user: '', password: '' } };
const NOW_MS = Date.parse('2024-01-15T10:30:00Z');

const secretsFor = (platform, secrets = [SIGNING_SECRET]) => ({
	...SECRETS,
	signature: { scheme: getPlatform(platform).scheme, secrets },
});

/** Rules as the trigger makes them (nodes/AgentWebhookTrigger/inbound.ts); open to anyone unless changed. */
function rulesFor(platform, kindId, changes = {}) {
	const profile = getPlatform(platform);
	const kind = getRequestKind(profile, kindId);
	return {
		kind,
		method: 'POST',
		bodySchema: kind.request?.schema,
		validatesEvents: true,
		httpsOnly: profile.httpsOnly,
		methods: [],
		filledInOnly: false,
		require: 'all',
		secrets: async () => secretsFor(platform),
		maxBodyBytes: 4096,
		formBodies: profile.formBodies,
		handshakes: profile.handshakes ?? [],
		eventTypes: [],
		duplicateKey: kind.events?.duplicateKey ?? [],
		...changes,
	};
}

/** A request as the trigger hands it over. `raw` stands for bytes that are not `body` in JSON. */
function inbound({ body = {}, raw = JSON.stringify(body), read, headers = {}, ...changes } = {}) {
	const rawBody = Buffer.from(raw);
	return {
		method: 'POST',
		secure: true,
		address: '203.0.113.7',
		query: {},
		headers: { 'content-type': 'application/json', ...headers },
		body: read ?? (async () => rawBody),
		parsedBody: () => body,
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

/** What no refusal may hold: the receiver's secrets in any way in which they are written. */
const SECRET_TEXTS = [
	...SECRETS.urlTokens,
	...SECRETS.bearerTokens,
	SECRETS.basic.user,
	SECRETS.basic.password,
	basic(SECRETS.basic.user, SECRETS.basic.password).authorization.slice(6),
	SIGNING_SECRET,
];

/** Holds what every refusal must be. */
function expectGoodRefusal(admission, request) {
	expect(admission).toEqual({
		result: 'refused',
		statusCode: expect.any(Number),
		code: expect.stringMatching(/^[A-Z_]+$/),
		headers: expect.any(Object),
		reply: {
			success: false,
			error: {
				code: admission.code,
				message: expect.stringMatching(/./),
				details: {
					field: expect.stringMatching(/./),
					expected: expect.stringMatching(/./),
					received: expect.stringMatching(/./),
				},
			},
		},
	});
	const text = JSON.stringify(admission);
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

/** An object in an object, so many in all. */
const nestedObjects = (levels) => (levels === 1 ? {} : { a: nestedObjects(levels - 1) });

test('a body nested a hundred levels deep is taken, with lists and objects counted alike', async () => {
	const rules = rulesFor('agenticflow', 'agentMessage');
	for (const context of [nestedObjects(99), { list: [[nestedObjects(96)], [1]] }]) {
		const body = { ...MESSAGE, context };
		expect(await receiveRequest(rules, inbound({ body }))).toMatchObject({
			result: 'accepted',
			body,
		});
	}
});

describe('an Authorization header counts only as HTTP has it', () => {
	const { user, password } = SECRETS.basic;
	const [token] = SECRETS.bearerTokens;
	const right = basic(user, password).authorization.slice('Basic '.length);
	const resultOf = async (method, authorization) => {
		const rules = rulesFor('agenticflow', 'agentMessage', { methods: [method] });
		const { code, result } = await receiveRequest(
			rules,
			inbound({ body: MESSAGE, headers: { authorization } }),
		);
		return code ?? result;
	};

	test.each(['Bearer ', 'bearer ', 'BEARER   ', 'Bearer \t '])(
		'Bearer after %j',
		async (scheme) => {
			expect(await resultOf('bearer', scheme + token)).toBe('accepted');
		},
	);

	test.each([
		['a no-break space behind the token', `Bearer ${token}\u00a0`],
		['a no-break space before it', `Bearer \u00a0${token}`],
		['a byte order mark', `Bearer ${token}\ufeff`],
		['a vertical tab', `Bearer ${token}\v`],
		['two tokens', `Bearer ${token}, ${token}`],
		['two headers that were joined', `Bearer ${token}, Bearer ${token}`],
		['quotation marks', `Bearer "${token}"`],
	])('Bearer: %s', async (_, authorization) => {
		expect(await resultOf('bearer', authorization)).toBe('TOKEN_INVALID');
	});

	test.each(['Basic ', 'BASIC ', 'basic  '])('Basic after %j', async (scheme) => {
		expect(await resultOf('basic', scheme + right)).toBe('accepted');
	});

	test.each([
		['two values that were joined', `Basic ${right}, ${right}`],
		['padding in the middle', `Basic ${right}====${right}`],
		['what is not base64', `Basic ${right.slice(0, 4)}!${right.slice(4)}`],
		['white space inside', `Basic ${right.slice(0, 4)} ${right.slice(4)}`],
		['padding that is too long', `Basic ${right}=`],
		['a no-break space', `Basic ${right}\u00a0`],
		['quotation marks', `Basic "${right}"`],
	])('Basic: %s', async (_, authorization) => {
		expect(await resultOf('basic', authorization)).toBe('CREDENTIALS_INVALID');
	});

	test('Basic: base64 without padding, for URLs, or with bits that mean nothing', async () => {
		const pair = { user: 'sender', password: 'password-\u00ff\u00ff>>?' };
		const canonical = basic(pair.user, pair.password).authorization;
		const secrets = async () => ({ ...secretsFor('agenticflow'), basic: pair });
		const rules = rulesFor('agenticflow', 'agentMessage', { methods: ['basic'], secrets });
		const resultWith = async (authorization) =>
			(await receiveRequest(rules, inbound({ body: MESSAGE, headers: { authorization } }))).result;
		expect(canonical).toMatch(/[+/].*[^=]=$/);
		expect(await resultWith(canonical)).toBe('accepted');
		const last = canonical.at(-2);
		const next = String.fromCharCode(last.charCodeAt(0) + 1);
		for (const other of [
			canonical.replace(/=+$/, ''),
			canonical.replaceAll('+', '-').replaceAll('/', '_'),
			`${canonical.slice(0, -2)}${next}=`,
		]) {
			expect([other, await resultWith(other)]).toEqual([other, 'refused']);
		}
	});
});

describe('every refusal names the field, what was expected and what came, and no secret', () => {
	const message = (changes) => rulesFor('agenticflow', 'agentMessage', changes);
	const method = (...methods) => message({ methods });
	const event = (changes) =>
		rulesFor('agenticflow', 'event', { methods: ['signature'], ...changes });
	const standard = rulesFor('standardWebhooks', 'event', {
		methods: ['signature'],
		secrets: async () => secretsFor('standardWebhooks', [STANDARD_SECRET]),
	});
	const standardRequest = (change, body = STANDARD) => {
		const headers = signed('standardWebhooks', STANDARD, { secret: STANDARD_SECRET });
		return inbound({ body, headers: change(headers) });
	};
	const without = (name) => (headers) => ({ ...headers, [name]: undefined });
	const twice = (name) => (headers) => ({ ...headers, [name]: [headers[name], headers[name]] });
	const twilio = rulesFor('twilio', 'event', { methods: ['signature'] });

	test.each([
		['GET', message(), inbound({ method: 'GET' }), 405, 'METHOD_NOT_ALLOWED', 'method'],
		[
			'HTTP where HTTPS is asked for',
			message({ httpsOnly: true }),
			inbound({ secure: false }),
			403,
			'HTTPS_REQUIRED',
			'protocol',
		],
		[
			'another address',
			message({ isAllowedAddress: () => false }),
			inbound(),
			403,
			'ADDRESS_NOT_ALLOWED',
			'source address',
		],
		['no URL token', method('urlToken'), inbound(), 401, 'TOKEN_MISSING', 'token'],
		[
			'an empty URL token',
			method('urlToken'),
			inbound({ query: { token: '' } }),
			401,
			'TOKEN_MISSING',
			'token',
		],
		[
			'another URL token',
			method('urlToken'),
			inbound({ query: { token: `${SECRETS.urlTokens[0].slice(0, -1)}x` } }),
			401,
			'TOKEN_INVALID',
			'token',
		],
		[
			'a doubled URL token',
			method('urlToken'),
			inbound({ query: { token: [SECRETS.urlTokens[0], SECRETS.urlTokens[0]] } }),
			401,
			'TOKEN_INVALID',
			'token',
		],
		['no Bearer token', method('bearer'), inbound(), 401, 'TOKEN_MISSING', 'Authorization'],
		[
			'an empty Bearer token',
			method('bearer'),
			inbound({ headers: bearer('') }),
			401,
			'TOKEN_MISSING',
			'Authorization',
		],
		[
			'Basic where Bearer is asked for',
			method('bearer'),
			inbound({ headers: basic(SECRETS.basic.user, SECRETS.basic.password) }),
			401,
			'TOKEN_MISSING',
			'Authorization',
		],
		[
			'the URL token as a Bearer token',
			method('bearer'),
			inbound({ headers: bearer(SECRETS.urlTokens[0]) }),
			401,
			'TOKEN_INVALID',
			'Authorization',
		],
		['no Basic', method('basic'), inbound(), 401, 'CREDENTIALS_MISSING', 'Authorization'],
		[
			'another password',
			method('basic'),
			inbound({ headers: basic(SECRETS.basic.user, 'basic-password-other') }),
			401,
			'CREDENTIALS_INVALID',
			'Authorization',
		],
		[
			'another user',
			method('basic'),
			inbound({ headers: basic('somebody', SECRETS.basic.password) }),
			401,
			'CREDENTIALS_INVALID',
			'Authorization',
		],
		[
			'Basic that is not base64 of a pair',
			method('basic'),
			inbound({ headers: { authorization: 'Basic !!!!' } }),
			401,
			'CREDENTIALS_INVALID',
			'Authorization',
		],
		[
			'one of two methods that must pass',
			method('urlToken', 'bearer'),
			inbound({ query: { token: SECRETS.urlTokens[0] } }),
			401,
			'TOKEN_MISSING',
			'Authorization',
		],
		[
			'none of two methods, one of which must pass',
			message({ methods: ['urlToken', 'basic'], require: 'any' }),
			inbound({ query: { token: 'wrong-token' }, headers: basic('nobody', 'nothing-at-all') }),
			401,
			'UNAUTHORIZED',
			'credentials',
		],
		[
			'a body that says that it is too long',
			message(),
			inbound({ body: MESSAGE, headers: { 'content-length': '4097' } }),
			413,
			'PAYLOAD_TOO_LARGE',
			'body',
		],
		[
			'a body that is too long',
			message(),
			inbound({ body: { message: 'x'.repeat(4096) } }),
			413,
			'PAYLOAD_TOO_LARGE',
			'body',
		],
		[
			'text',
			message(),
			inbound({ body: MESSAGE, headers: { 'content-type': 'text/plain' } }),
			415,
			'UNSUPPORTED_MEDIA_TYPE',
			'content-type',
		],
		[
			'no content type',
			message(),
			inbound({ body: MESSAGE, headers: { 'content-type': undefined } }),
			415,
			'UNSUPPORTED_MEDIA_TYPE',
			'content-type',
		],
		[
			'a form where none is taken',
			message(),
			inbound({
				raw: 'message=Hello',
				headers: { 'content-type': 'application/x-www-form-urlencoded' },
			}),
			415,
			'UNSUPPORTED_MEDIA_TYPE',
			'content-type',
		],
		[
			'a body whose bytes are gone',
			message(),
			inbound({ headers: { 'content-type': 'multipart/form-data' }, read: async () => 'gone' }),
			415,
			'UNSUPPORTED_MEDIA_TYPE',
			'content-type',
		],
		[
			'a body that cannot be unpacked',
			message(),
			inbound({ headers: { 'content-encoding': 'gzip' }, read: async () => 'damaged' }),
			400,
			'BODY_UNREADABLE',
			'body',
		],
		[
			'a body that is not JSON',
			message(),
			inbound({ raw: '{"message":', headers: { 'content-type': 'application/vnd.a+json' } }),
			400,
			'INVALID_JSON',
			'body',
		],
		[
			'a form whose field is not JSON',
			rulesFor('github', 'event'),
			inbound({
				raw: 'payload=%7B',
				headers: { 'content-type': 'application/x-www-form-urlencoded' },
			}),
			400,
			'INVALID_JSON',
			'body',
		],
		[
			'a body nested 101 levels deep',
			message(),
			inbound({ body: { ...MESSAGE, context: nestedObjects(100) } }),
			400,
			'INVALID_JSON',
			'body',
		],
		[
			'a body nested ten thousand levels deep',
			message({ maxBodyBytes: 100_000 }),
			inbound({
				raw: `{"message":"Hello","context":${'{"a":['.repeat(5000)}${']}'.repeat(5000)}}`,
				headers: { 'content-type': 'application/vnd.a+json' },
			}),
			400,
			'INVALID_JSON',
			'body',
		],
		[
			'a form whose field is nested too deep',
			rulesFor('github', 'event'),
			inbound({
				raw: `payload=${'['.repeat(101)}${']'.repeat(101)}`,
				headers: { 'content-type': 'application/x-www-form-urlencoded' },
			}),
			400,
			'INVALID_JSON',
			'body',
		],
		['a missing field', message(), inbound({ body: {} }), 422, 'INVALID_INPUT', 'message'],
		['no body', message(), inbound({ raw: '' }), 422, 'INVALID_INPUT', 'message'],
		['a list', message(), inbound({ body: [MESSAGE] }), 422, 'INVALID_INPUT', 'body'],
		[
			'no signature',
			event(),
			inbound({ body: EVENT }),
			401,
			'SIGNATURE_MISSING',
			'X-AgenticFlow-Signature',
		],
		[
			'a signature of another form',
			event(),
			inbound({ body: EVENT, headers: { 'x-agenticflow-signature': 'sha256:0123456789' } }),
			401,
			'SIGNATURE_MALFORMED',
			'X-AgenticFlow-Signature',
		],
		[
			'a signature with another secret',
			event(),
			inbound({ body: EVENT, headers: signed('agenticflow', EVENT, { secret: 'another' }) }),
			401,
			'SIGNATURE_INVALID',
			'X-AgenticFlow-Signature',
		],
		[
			'a signature of other bytes',
			event(),
			inbound({ body: { ...EVENT, data: {} }, headers: signed('agenticflow', EVENT) }),
			401,
			'SIGNATURE_INVALID',
			'X-AgenticFlow-Signature',
		],
		[
			'a signature that came twice',
			standard,
			standardRequest(twice('webhook-signature')),
			401,
			'SIGNATURE_MALFORMED',
			'webhook-signature',
		],
		['no ID', standard, standardRequest(without('webhook-id')), 401, 'ID_MISSING', 'webhook-id'],
		[
			'an ID that came twice',
			standard,
			standardRequest(twice('webhook-id')),
			401,
			'ID_MALFORMED',
			'webhook-id',
		],
		[
			'no timestamp',
			standard,
			standardRequest(without('webhook-timestamp')),
			401,
			'TIMESTAMP_MISSING',
			'webhook-timestamp',
		],
		[
			'a timestamp that is none',
			standard,
			standardRequest((headers) => ({ ...headers, 'webhook-timestamp': 'now' })),
			401,
			'TIMESTAMP_MALFORMED',
			'webhook-timestamp',
		],
		[
			'an old timestamp',
			standard,
			standardRequest((headers) => ({ ...headers, 'webhook-timestamp': '1600000000' })),
			401,
			'TIMESTAMP_OUT_OF_TOLERANCE',
			'webhook-timestamp',
		],
		[
			'JSON without its digest in the URL',
			twilio,
			inbound({ body: MESSAGE, headers: { 'x-twilio-signature': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' } }),
			401,
			'BODY_DIGEST_INVALID',
			'bodySHA256',
		],
	])('%s', async (_name, rules, request, statusCode, code, field) => {
		const admission = await receiveRequest(rules, request);
		expectGoodRefusal(admission, request);
		expect(admission).toMatchObject({ statusCode, code });
		expect(admission.reply.error.details.field).toBe(field);
	});

	test('405 names the method, and 401 names what would be accepted', async () => {
		expect((await receiveRequest(message(), inbound({ method: 'GET' }))).headers).toEqual({
			Allow: 'POST',
		});
		const headersOf = async (...methods) =>
			(await receiveRequest(method(...methods), inbound())).headers;
		expect(await headersOf('bearer')).toEqual({ 'WWW-Authenticate': 'Bearer' });
		expect(await headersOf('bearer', 'basic')).toEqual({
			'WWW-Authenticate': 'Bearer, Basic realm="webhook", charset="UTF-8"',
		});
		expect(await headersOf('urlToken')).toEqual({});
	});

	test('where one method is enough, a refusal does not say which was near', async () => {
		const rules = message({ methods: ['urlToken', 'bearer', 'basic'], require: 'any' });
		const refusals = await Promise.all(
			[
				inbound(),
				inbound({ query: { token: 'wrong' } }),
				inbound({ headers: bearer('wrong') }),
				inbound({ headers: basic(SECRETS.basic.user, 'wrong') }),
			].map((request) => receiveRequest(rules, request)),
		);
		for (const refused of refusals) expect(refused).toEqual(refusals[0]);
		expect(refusals[0].code).toBe('UNAUTHORIZED');
	});

	test('the credential is not read for a caller who brings nothing', async () => {
		const secrets = async () => {
			throw new Error('read');
		};
		for (const require of ['all', 'any']) {
			const rules = message({ methods: ['urlToken', 'bearer', 'basic'], require, secrets });
			expect(await receiveRequest(rules, inbound())).toMatchObject({
				result: 'refused',
				statusCode: 401,
			});
		}
	});

	test('the body is not read for a caller who is refused', async () => {
		const read = async () => {
			throw new Error('read');
		};
		const request = inbound({ headers: bearer('wrong'), read });
		expect((await receiveRequest(method('bearer'), request)).code).toBe('TOKEN_INVALID');
	});

	test('whatever comes, under whatever rules', async () => {
		const METHODS = ['urlToken', 'bearer', 'basic', 'signature'];
		const near = (secret) =>
			fc.constantFrom('', 'x', secret, secret.slice(1), `${secret}x`, secret.toUpperCase());
		const secretPair = fc.tuple(near(SECRETS.basic.user), near(SECRETS.basic.password));
		const anyRequest = fc.record({
			method: fc.constantFrom('POST', 'POST', 'POST', 'PUT'),
			secure: fc.boolean(),
			token: fc.option(near(SECRETS.urlTokens[0]), { nil: undefined }),
			authorization: fc.oneof(
				fc.constant(undefined),
				near(SECRETS.bearerTokens[0]).map((token) => bearer(token).authorization),
				secretPair.map((pair) => basic(...pair).authorization),
			),
			signature: fc.constantFrom('none', 'good', 'wrong', 'junk'),
			contentType: fc.constantFrom('application/json', 'application/json', 'text/plain'),
			body: fc.oneof(fc.constant(EVENT), fc.constant({ ...EVENT, data: 5 }), fc.jsonValue()),
		});
		const anyRules = fc.record({
			methods: fc.subarray(METHODS),
			require: fc.constantFrom('all', 'any'),
			filledInOnly: fc.boolean(),
			httpsOnly: fc.boolean(),
		});
		let accepted = 0;
		await fc.assert(
			fc.asyncProperty(anyRules, anyRequest, async (changes, given) => {
				const { authorization, body, contentType, signature, token, ...rest } = given;
				const signatures = {
					none: {},
					good: signed('agenticflow', body),
					wrong: signed('agenticflow', body, { secret: 'another' }),
					junk: { 'x-agenticflow-signature': SIGNING_SECRET },
				};
				const request = inbound({
					...rest,
					raw: JSON.stringify(body),
					query: { token },
					headers: { authorization, 'content-type': contentType, ...signatures[signature] },
					parsedBody: () => body,
				});
				const admission = await receiveRequest(event(changes), request);
				const passes = {
					urlToken: token === SECRETS.urlTokens[0],
					bearer: authorization === bearer(SECRETS.bearerTokens[0]).authorization,
					basic: authorization === basic(SECRETS.basic.user, SECRETS.basic.password).authorization,
					signature: signature === 'good',
				};
				const proofs = changes.methods.map((name) => passes[name]);
				const authentic =
					changes.require === 'all' || proofs.length === 0
						? proofs.every(Boolean)
						: proofs.some(Boolean);
				if (admission.result === 'refused') {
					expectGoodRefusal(admission, request);
					if (admission.statusCode === 401) expect(authentic).toBe(false);
					return;
				}
				accepted += 1;
				expect(authentic).toBe(true);
				expect(given.method).toBe('POST');
				expect(given.secure || !changes.httpsOnly).toBe(true);
				for (const name of admission.authentication) expect(passes[name]).toBe(true);
			}),
			{ numRuns: 1000 },
		);
		expect(accepted).toBeGreaterThan(0);
	});
});

describe('methods that count where the owner has filled them in', () => {
	const { authentication } = getRequestKind(getPlatform('agenticflow'), 'agentMessage');
	const rules = (secrets) =>
		rulesFor('agenticflow', 'agentMessage', {
			...authentication,
			filledInOnly: true,
			secrets: async () => ({ ...NONE, ...secrets }),
		});
	const onlyBearer = rules({ bearerTokens: SECRETS.bearerTokens });
	const admitMessage = async (someRules, changes) =>
		await receiveRequest(someRules, inbound({ body: MESSAGE, ...changes }));

	test('AgenticFlow takes any of its three methods', () => {
		expect(authentication).toEqual({ methods: ['urlToken', 'bearer', 'basic'], require: 'any' });
	});

	test('only a Bearer token is filled in: it is accepted, each of several', async () => {
		for (const token of SECRETS.bearerTokens) {
			expect(await admitMessage(onlyBearer, { headers: bearer(token) })).toMatchObject({
				result: 'accepted',
				body: MESSAGE,
				authentication: ['bearer'],
			});
		}
	});

	test.each([
		['none', {}],
		['another Bearer token', { headers: bearer('wrong') }],
		['an empty Bearer token', { headers: bearer('') }],
		['a URL token', { query: { token: SECRETS.urlTokens[0] } }],
		['an empty URL token', { query: { token: '' } }],
		['Basic', { headers: basic(SECRETS.basic.user, SECRETS.basic.password) }],
		['Basic of what is not filled in', { headers: basic('', '') }],
	])('only a Bearer token is filled in, and %s comes: 401', async (_name, changes) => {
		expect(await admitMessage(onlyBearer, changes)).toMatchObject({
			result: 'refused',
			statusCode: 401,
		});
	});

	test.each([
		['a URL token', { query: { token: SECRETS.urlTokens[0] } }, 'urlToken'],
		['a Bearer token', { headers: bearer(SECRETS.bearerTokens[0]) }, 'bearer'],
		['Basic', { headers: basic(SECRETS.basic.user, SECRETS.basic.password) }, 'basic'],
	])('all are filled in: %s alone is enough', async (_name, changes, method) => {
		expect(await admitMessage(rules(SECRETS), changes)).toMatchObject({
			result: 'accepted',
			authentication: [method],
		});
	});

	test.each([
		['a URL token', { query: { token: 'anything' } }],
		['a Bearer token', { headers: bearer('anything') }],
		['Basic', { headers: basic('', '') }],
	])('nothing is filled in, and %s comes: the owner is told', async (_name, changes) => {
		const admission = admitMessage(rules({}), changes);
		await expect(admission).rejects.toThrow(InboundConfigurationError);
		await expect(admission).rejects.toThrow(
			'A URL token or A Bearer token or Basic authentication is required of callers',
		);
	});

	test('nothing is filled in, and nothing comes: 401, and nothing is started', async () => {
		expect(await admitMessage(rules({}))).toMatchObject({ result: 'refused', statusCode: 401 });
	});

	test('where each must be filled in, a missing one is the owner’s fault', async () => {
		const strict = { ...onlyBearer, methods: ['bearer', 'basic'], filledInOnly: false };
		for (const require of ['all', 'any']) {
			const headers = bearer(SECRETS.bearerTokens[0]);
			const admission = admitMessage(
				{ ...strict, methods: ['bearer', 'urlToken'], require },
				{
					headers,
					query: { token: 'x' },
				},
			);
			await expect(admission).rejects.toThrow(InboundConfigurationError);
		}
	});

	test('where all that is filled in must pass, a signature beside a token is asked for', async () => {
		const { authentication: open } = getRequestKind(getPlatform('custom'), 'event');
		const body = { event: 'a', timestamp: '2024-01-15T10:30:00Z', data: {} };
		const both = rulesFor('custom', 'event', {
			...open,
			filledInOnly: true,
			secrets: async () => ({
				...NONE,
				bearerTokens: SECRETS.bearerTokens,
				signature: secretsFor('agenticflow').signature,
			}),
		});
		const token = bearer(SECRETS.bearerTokens[0]);
		const signature = signed('agenticflow', body);
		const send = async (headers) => await receiveRequest(both, inbound({ body, headers }));
		expect(await send({ ...token, ...signature })).toMatchObject({
			result: 'accepted',
			authentication: ['bearer', 'signature'],
			signature: { scheme: 'agenticflow' },
		});
		expect(await send(token)).toMatchObject({ statusCode: 401, code: 'SIGNATURE_MISSING' });
		expect(await send(signature)).toMatchObject({ statusCode: 401, code: 'TOKEN_MISSING' });
		expect(await send({})).toMatchObject({ statusCode: 401 });
	});
});

/** The payloads of the platforms' pages, spec/*.txt; `subject`: a field that must be there. */
const PAGE_EVENTS = [
	{
		platform: 'agenticflow',
		subject: 'data.workflow_id',
		wrong: ['data.execution_id', 'data.duration_seconds', 'data.input_data', 'data.credits_used'],
		body: {
			event: 'workflow.execution.completed',
			timestamp: '2024-01-15T10:30:00Z',
			webhook_id: 'wh_987654321',
			data: {
				workflow_id: 'wf_abc123',
				execution_id: 'exec_1234567890',
				status: 'success',
				started_at: '2024-01-15T10:25:00Z',
				completed_at: '2024-01-15T10:30:00Z',
				duration_seconds: 300,
				input_data: { name: 'John Doe', email: '[email protected]' },
				output_data: { result: 'Email sent successfully', email_id: 'email_567890' },
				credits_used: 4.5,
				steps_completed: 5,
			},
		},
	},
	{
		platform: 'agenticflow',
		subject: 'data.agent_id',
		wrong: [
			'data.conversation_id',
			'data.message_count',
			'data.resolution',
			'data.resolution.tags',
			'data.resolution.tags.0',
		],
		body: {
			event: 'agent.conversation.completed',
			timestamp: '2024-01-15T10:30:00Z',
			webhook_id: 'wh_987654321',
			data: {
				agent_id: 'agent_abc123',
				conversation_id: 'conv_1234567890',
				user_id: 'user_123',
				status: 'resolved',
				started_at: '2024-01-15T10:20:00Z',
				completed_at: '2024-01-15T10:30:00Z',
				message_count: 8,
				satisfaction_score: 4.5,
				credits_used: 12.0,
				resolution: {
					type: 'solved',
					category: 'technical_support',
					tags: ['password_reset', 'account_access'],
				},
			},
		},
	},
	{
		platform: 'workflux',
		subject: 'data.conversation_id',
		wrong: ['data.agent_id', 'data.user_email'],
		body: {
			event: 'conversation.started',
			timestamp: '2024-01-01T12:00:00Z',
			data: {
				conversation_id: 'conv-123',
				agent_id: 'agent-123',
				agent_name: 'Customer Support Agent',
				channel: 'chat',
				user_id: 'user-456',
				user_email: 'user@example.com',
				initial_message: 'Hello, I need help',
			},
		},
	},
	{
		platform: 'workflux',
		subject: 'data.conversation_id',
		wrong: ['data.duration_seconds', 'data.was_escalated'],
		body: {
			event: 'conversation.completed',
			timestamp: '2024-01-01T12:05:00Z',
			data: {
				conversation_id: 'conv-123',
				agent_id: 'agent-123',
				duration_seconds: 300,
				messages_count: 8,
				resolution_rate: 1.0,
				satisfaction_score: 5,
				was_escalated: false,
			},
		},
	},
	{
		platform: 'workflux',
		subject: 'data.conversation_id',
		wrong: ['data.content', 'data.confidence_score'],
		body: {
			event: 'agent.response',
			timestamp: '2024-01-01T12:01:00Z',
			data: {
				conversation_id: 'conv-123',
				agent_id: 'agent-123',
				message_id: 'msg-789',
				content: 'I can help you with that...',
				response_time_ms: 1200,
				confidence_score: 0.95,
			},
		},
	},
	{
		platform: 'workflux',
		subject: 'data.integration_id',
		wrong: ['data.sync_type', 'data.records_synced'],
		body: {
			event: 'integration.sync',
			timestamp: '2024-01-01T12:00:00Z',
			data: {
				integration_id: 'int-456',
				integration_type: 'salesforce',
				sync_type: 'full',
				records_synced: 150,
				duration_seconds: 45,
				status: 'success',
			},
		},
	},
	{
		platform: 'agentPlatform',
		subject: 'data.action',
		wrong: ['data.agent', 'data.agent.id', 'data.agent.name', 'data.room', 'data.content'],
		body: {
			event: 'agent.action',
			timestamp: '2024-01-15T11:45:00.000000Z',
			data: {
				agent: { id: 'agent-uuid', name: 'My Agent' },
				room: 'room-hashid',
				action: 'WARP_EXECUTE',
				content: '{"identifier":"action-id","inputs":{...}}',
			},
		},
	},
	{
		platform: 'agentPlatform',
		subject: 'data.agent',
		wrong: ['data.content', 'data.room'],
		body: {
			event: 'agent.message',
			timestamp: '2024-01-15T11:45:00.000000Z',
			data: {
				agent: { id: 'agent-uuid', name: 'My Agent' },
				room: 'room-hashid',
				content: 'Hello, this is a message from the agent',
			},
		},
	},
	{
		platform: 'agentPlatform',
		subject: 'data.user.id',
		wrong: ['data.user', 'data.room', 'data.room.id', 'data.content'],
		body: {
			event: 'user.message',
			timestamp: '2024-01-15T11:45:00.000000Z',
			data: {
				agent: { id: 'agent-uuid', name: 'My Agent' },
				user: { id: 'user-hashid', name: 'John Doe' },
				room: { id: 'room-hashid', name: 'Room Name' },
				content: 'Hello, this is a message from the user',
			},
		},
	},
];

/** A copy of a body with another value at a path, or without it. */
function changed(body, path, change) {
	const copy = structuredClone(body);
	const keys = path.split('.');
	const last = keys.pop();
	const parent = keys.reduce((value, key) => value[key], copy);
	if (change === undefined) delete parent[last];
	else parent[last] = change(parent[last]);
	return copy;
}
const typeOf = (value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
/** A value that is of no type that a page shows where another one is. */
const ofAnotherType = (value) => (typeof value === 'number' ? 'text' : 42);

describe.each(
	PAGE_EVENTS.map(({ platform, body, ...rest }) => [platform, body.event, { body, ...rest }]),
)('the event of %s’s page, %s', (platform, type, { body, subject, wrong }) => {
	const rules = rulesFor(platform, 'event');
	const send = async (sent, changes) =>
		await receiveRequest({ ...rules, ...changes }, inbound({ body: sent }));

	test('is accepted and read, signed as the platform signs', async () => {
		const admission = await receiveRequest(
			{ ...rules, ...rules.kind.authentication },
			inbound({ body, headers: signed(platform, body) }),
		);
		expect(admission).toMatchObject({
			result: 'accepted',
			body,
			event: { type, types: [type], data: body.data, timeMs: Date.parse(body.timestamp) },
			authentication: ['signature'],
			signature: { scheme: platform },
		});
		expect(admission.duplicateKey).toMatch(/[0-9a-f]{64}$/);
	});

	test('passes with unknown fields at every level', async () => {
		const more = { ...body, new_field: [1], data: { ...body.data, new_field: { a: null } } };
		expect(await send(more)).toMatchObject({ result: 'accepted', body: more });
	});

	test.each(['event', 'timestamp', 'data', subject, ...wrong])(
		'is refused with a wrong type in %s',
		async (path) => {
			const original = path.split('.').reduce((value, key) => value[key], body);
			const sent = changed(body, path, ofAnotherType);
			const admission = await send(sent);
			const expected = typeOf(original);
			const received = typeOf(ofAnotherType(original));
			expect(admission).toMatchObject({
				result: 'refused',
				statusCode: 422,
				code: 'INVALID_INPUT',
			});
			expect(admission.reply.error).toEqual({
				code: 'INVALID_INPUT',
				message: `Field '${path}' must be of type ${expected}`,
				details: { field: path, expected, received },
			});
			// Its owner can switch the check off.
			expect((await send(sent, { validatesEvents: false })).result).toBe('accepted');
		},
	);

	test.each(['event', 'timestamp', 'data', subject])('is refused without %s', async (path) => {
		const admission = await send(changed(body, path));
		expect(admission).toMatchObject({ statusCode: 422, code: 'INVALID_INPUT' });
		expect(admission.reply.error).toMatchObject({
			message: `Required field '${path}' is missing`,
			details: { field: path, received: 'null' },
		});
	});

	test('passes without what the page shows beside', async () => {
		const optional = wrong.filter(
			(path) => !/\.0$|content$|agent|user|room\.id/.test(path) && path !== subject,
		);
		for (const path of optional) {
			expect((await send(changed(body, path))).result).toBe('accepted');
			expect((await send(changed(body, path, () => null))).result).toBe('accepted');
		}
	});

	test('is ignored where others are asked for', async () => {
		expect((await send(body, { eventTypes: ['other', type] })).result).toBe('accepted');
		expect(await send(body, { eventTypes: ['other'] })).toEqual({
			result: 'ignored',
			reply: {
				success: true,
				message: 'This event type is not subscribed to',
				status: 'ignored',
			},
		});
	});
});

describe('events beside the pages’ examples', () => {
	test('Agent Platform names its webhook, as "Payload Structure" shows', async () => {
		const { body } = PAGE_EVENTS.find(({ body: { event } }) => event === 'agent.message');
		const rules = rulesFor('agentPlatform', 'event');
		const named = { ...body, webhook: { id: 'webhook-id', name: 'My Webhook' } };
		expect((await receiveRequest(rules, inbound({ body: named }))).result).toBe('accepted');
		const wrong = { ...body, webhook: 'webhook-id' };
		expect((await receiveRequest(rules, inbound({ body: wrong }))).reply.error.details).toEqual({
			field: 'webhook',
			expected: 'object',
			received: 'string',
		});
	});

	test('AgenticFlow’s own test delivery passes', async () => {
		const data = { workflow_id: 'test_workflow', status: 'success' };
		const body = { ...EVENT, event: 'workflow.execution.completed', data };
		const rules = rulesFor('agenticflow', 'event');
		expect((await receiveRequest(rules, inbound({ body }))).result).toBe('accepted');
	});

	test('a type that no page shows passes with any data, and data that is none does not', async () => {
		for (const [platform, event] of [
			['agenticflow', 'agent.something.new'],
			['workflux', 'user.message'],
			['agentPlatform', 'room.opened'],
			['agentflow', 'lead.archived'],
		]) {
			const rules = rulesFor(platform, 'event');
			const body = { ...EVENT, event, data: { anything: [1] } };
			expect((await receiveRequest(rules, inbound({ body }))).result).toBe('accepted');
			for (const data of [null, 'text', [], 5]) {
				const refused = await receiveRequest(rules, inbound({ body: { ...body, data } }));
				expect(refused).toMatchObject({ statusCode: 422 });
				expect(refused.reply.error.details).toMatchObject({ field: 'data', expected: 'object' });
			}
		}
	});

	test('AgentFlow’s events have a lead, which with their type tells repeats', async () => {
		const rules = rulesFor('agentflow', 'event', { methods: ['signature'] });
		const send = async (data) => {
			const body = { event: 'lead.qualified', timestamp: '2024-11-14T08:44:00Z', data };
			return await receiveRequest(rules, inbound({ body, headers: signed('agentflow', body) }));
		};
		expect(await send({ lead_id: 'lead_1', score: 91 })).toMatchObject({
			result: 'accepted',
			duplicateKey: 'lead_1:lead.qualified',
			signature: { scheme: 'agentflow', timestampMs: NOW_MS },
		});
		expect((await send({ score: 91 })).reply.error.details).toEqual({
			field: 'data.lead_id',
			expected: 'string',
			received: 'null',
		});
		expect((await send({ lead_id: '' })).reply.error.details).toEqual({
			field: 'data.lead_id',
			expected: 'non-empty string',
			received: 'empty string',
		});
	});

	test('conditions look into the event’s data', async () => {
		// AgenticFlow's page, "Conditional Webhooks".
		const conditions = compileConditions({
			satisfaction_score: { lt: 3 },
			message_count: { gt: 10 },
		});
		const rules = rulesFor('agenticflow', 'event', { conditions });
		const { body } = PAGE_EVENTS.find(
			({ body: { event } }) => event === 'agent.conversation.completed',
		);
		expect(await receiveRequest(rules, inbound({ body }))).toMatchObject({
			result: 'ignored',
			reply: { success: true, status: 'ignored' },
		});
		const bad = { ...body, data: { ...body.data, satisfaction_score: 2, message_count: 11 } };
		expect((await receiveRequest(rules, inbound({ body: bad }))).result).toBe('accepted');
	});

	test('a signed ID tells repeats where no key is asked for', async () => {
		const headers = signed('standardWebhooks', STANDARD, { secret: STANDARD_SECRET });
		const rules = rulesFor('standardWebhooks', 'event', {
			methods: ['signature'],
			secrets: async () => secretsFor('standardWebhooks', [STANDARD_SECRET]),
			duplicateKey: [],
		});
		expect(await receiveRequest(rules, inbound({ body: STANDARD, headers }))).toMatchObject({
			duplicateKey: 'msg_1',
			signature: { scheme: 'standardWebhooks', id: 'msg_1', timestampMs: NOW_MS },
		});
	});
});

describe('requests that platforms take', () => {
	const AGENT_REQUEST = {
		message: 'Hello, I need help with my order #12345',
		user_id: 'user_123',
		metadata: { source: 'contact_form', priority: 'high', department: 'support' },
		context: { order_id: '12345', customer_email: '[email protected]' },
	};
	const WORKFLOW_REQUEST = {
		input_data: {
			name: 'John Doe',
			email: '[email protected]',
			message: "I'm interested in your product",
		},
		trigger_source: 'contact_form',
		metadata: {
			form_id: 'contact_v2',
			page_url: 'https://example.com/contact',
			user_agent: 'Mozilla/5.0...',
		},
	};
	const LEAD = {
		name: 'Jordan Ellis',
		email: 'jordan.ellis@stacklane.co',
		company: 'Stacklane',
		message:
			"We're evaluating tools to handle inbound demo requests at scale. Currently doing it manually.",
		source: 'website_contact_form',
		timestamp: '2024-11-14T08:44:00Z',
	};
	const send = async (platform, kind, body) =>
		await receiveRequest(rulesFor(platform, kind), inbound({ body }));

	test.each([
		['agenticflow', 'agentMessage', AGENT_REQUEST],
		['agenticflow', 'workflowRun', WORKFLOW_REQUEST],
		['agentflow', 'lead', LEAD],
	])('the page’s example of %s, %s, is accepted, and so are unknown fields', async (...given) => {
		const [platform, kind, body] = given;
		expect(await send(platform, kind, body)).toMatchObject({
			result: 'accepted',
			body,
			event: undefined,
			duplicateKey: undefined,
			authentication: [],
		});
		const more = { ...body, new_field: { a: [1] } };
		expect(await send(platform, kind, more)).toMatchObject({ result: 'accepted', body: more });
	});

	test('a missing message is refused as AgenticFlow’s page shows it', async () => {
		const { message: _gone, ...body } = AGENT_REQUEST;
		expect(await send('agenticflow', 'agentMessage', body)).toMatchObject({
			statusCode: 422,
			reply: {
				success: false,
				error: {
					code: 'INVALID_INPUT',
					message: "Required field 'message' is missing",
					details: { field: 'message', expected: 'string', received: 'null' },
				},
			},
		});
	});

	test.each([
		['agenticflow', 'agentMessage', { message: '' }, 'message', 'non-empty string', 'empty string'],
		['agenticflow', 'agentMessage', { message: 5 }, 'message', 'string', 'number'],
		['agenticflow', 'agentMessage', { message: null }, 'message', 'string', 'null'],
		[
			'agenticflow',
			'agentMessage',
			{ ...AGENT_REQUEST, metadata: 'x' },
			'metadata',
			'object',
			'string',
		],
		[
			'agenticflow',
			'agentMessage',
			{ ...AGENT_REQUEST, context: [] },
			'context',
			'object',
			'array',
		],
		[
			'agenticflow',
			'agentMessage',
			{ ...AGENT_REQUEST, user_id: 7 },
			'user_id',
			'string',
			'number',
		],
		['agenticflow', 'workflowRun', {}, 'input_data', 'object', 'null'],
		['agenticflow', 'workflowRun', { input_data: 'x' }, 'input_data', 'object', 'string'],
		['agenticflow', 'workflowRun', null, 'body', 'object', 'null'],
		['agentflow', 'lead', 'x', 'body', 'object', 'string'],
		['agentflow', 'lead', { email: LEAD.email }, 'name', 'string', 'null'],
		['agentflow', 'lead', { ...LEAD, name: '' }, 'name', 'non-empty string', 'empty string'],
		['agentflow', 'lead', { ...LEAD, name: '  ' }, 'name', 'non-empty string', 'string'],
		['agentflow', 'lead', { name: LEAD.name }, 'email', 'string', 'null'],
		['agentflow', 'lead', { ...LEAD, email: 'jordan' }, 'email', 'valid email address', 'string'],
		['agentflow', 'lead', { ...LEAD, email: '' }, 'email', 'valid email address', 'empty string'],
		['agentflow', 'lead', { ...LEAD, email: 'a@b' }, 'email', 'valid email address', 'string'],
		['agentflow', 'lead', { ...LEAD, email: ['a@b.co'] }, 'email', 'string', 'array'],
		['agentflow', 'lead', { ...LEAD, company: true }, 'company', 'string', 'boolean'],
	])('%s, %s: %j is refused for %s', async (platform, kind, body, field, expected, received) => {
		const admission = await send(platform, kind, body);
		expectGoodRefusal(admission, inbound());
		expect(admission).toMatchObject({ statusCode: 422, code: 'INVALID_INPUT' });
		expect(admission.reply.error.details).toEqual({ field, expected, received });
		if (field !== 'body') expect(admission.reply.error.message).toContain(`'${field}'`);
	});

	test('UPTIQ takes any JSON, signed', async () => {
		const rules = rulesFor('uptiq', 'call', { methods: ['signature'] });
		for (const body of [{ document_id: 1 }, [], 'text', 5, null]) {
			const headers = signed('uptiq', body);
			const accepted = await receiveRequest(rules, inbound({ raw: JSON.stringify(body), headers }));
			expect(accepted.result).toBe('accepted');
		}
	});

	test('JSON of another type is read from the bytes, with or without a byte order mark', async () => {
		const rules = rulesFor('agenticflow', 'agentMessage');
		const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
		for (const mark of ['', '\uFEFF']) {
			const raw = mark + JSON.stringify(MESSAGE);
			expect(await receiveRequest(rules, inbound({ raw, headers }))).toMatchObject({
				result: 'accepted',
				body: MESSAGE,
			});
		}
	});

	test('forms are read where the platform sends them, and JSON in their field', async () => {
		const headers = { 'content-type': 'application/x-www-form-urlencoded' };
		const read = async (platform, raw) =>
			(await receiveRequest(rulesFor(platform, 'event'), inbound({ raw, headers }))).body;
		expect(await read('twilio', 'SmsStatus=sent&To=%2B1&To=%2B2&Body=a+b')).toEqual({
			SmsStatus: 'sent',
			To: ['+1', '+2'],
			Body: 'a b',
		});
		expect(await read('github', 'payload=%7B%22a%22%3A1%7D')).toEqual({ a: 1 });
	});
});

describe('handshakes', () => {
	test('Slack’s challenge is answered', async () => {
		const body = { type: 'url_verification', challenge: '3eZbrw1a' };
		const rules = rulesFor('slack', 'event', { methods: ['signature'] });
		const headers = signed('slack', body);
		expect(await receiveRequest(rules, inbound({ body, headers }))).toEqual({
			result: 'handshake',
			statusCode: 200,
			reply: { challenge: '3eZbrw1a' },
		});
	});

	test('Zoom’s is answered with a proof, and with an error for the owner without a secret', async () => {
		const body = { event: 'endpoint.url_validation', payload: { plainToken: 'qgg8vlvZ' } };
		const rules = rulesFor('zoom', 'event', { methods: ['signature'] });
		const encryptedToken = createHmac('sha256', SIGNING_SECRET).update('qgg8vlvZ').digest('hex');
		expect(await receiveRequest(rules, inbound({ body, headers: signed('zoom', body) }))).toEqual({
			result: 'handshake',
			statusCode: 200,
			reply: { plainToken: 'qgg8vlvZ', encryptedToken },
		});
		const open = { ...rules, methods: [], secrets: async () => NONE };
		await expect(receiveRequest(open, inbound({ body }))).rejects.toThrow(
			InboundConfigurationError,
		);
	});

	test('nobody who is not authentic gets an answer', async () => {
		const body = { event: 'endpoint.url_validation', payload: { plainToken: 'x' } };
		const rules = rulesFor('zoom', 'event', { methods: ['signature'] });
		const headers = signed('zoom', body, { secret: 'another' });
		expect(await receiveRequest(rules, inbound({ body, headers }))).toMatchObject({
			result: 'refused',
			code: 'SIGNATURE_INVALID',
		});
	});
});

describe('what no sender may break', () => {
	const event = (body) => ({
		headers: { 'content-type': 'application/json' },
		rawBody: Buffer.from(body),
		body: JSON.parse(body),
	});

	test('half of a surrogate pair in a duplicate key', () => {
		const request = event('{"id":"\\ud800"}');
		expect(computeDuplicateKey([{ body: 'id' }], request)).toBe('%EF%BF%BD');
	});

	test.each(['1e300', '-1e30', '1e17', '1e999', '"soon"', '"5"', 'true', '{}'])(
		'%s is no time',
		(time) => {
			const profile = { types: [], type: [], time: { body: 'at' }, duplicateKey: [] };
			expect(readEvent(profile, event(`{"at":${time}}`)).timeMs).toBeUndefined();
		},
	);

	test.each([
		['1700000000', 1_700_000_000_000],
		['1700000000000', 1_700_000_000_000],
		['"2024-01-15T11:45:00.000000Z"', Date.UTC(2024, 0, 15, 11, 45)],
		['"2024-01-15 11:45:00"', Date.UTC(2024, 0, 15, 11, 45)],
		['"2024-01-15T11:45:00+02:00"', Date.UTC(2024, 0, 15, 9, 45)],
	])('%s is a time', (time, expected) => {
		const profile = { types: [], type: [], time: { body: 'at' }, duplicateKey: [] };
		expect(readEvent(profile, event(`{"at":${time}}`)).timeMs).toBe(expected);
	});

	test.each(['header.X Y', 'header. X', 'header.', 'body.a..b', 'body.__proto__', 'query.x', ''])(
		'%j is no place in a request',
		(text) => expect(() => parseValueSource(text)).toThrow(),
	);
});
