/**
 * Tests attacks other than a wrong signature, one by one: replays, wrong clocks, and unusual bodies
 * signed by a sender who has the secret. An accepted request starts one execution, a rejected one none.
 */
const { createHmac } = require('node:crypto');
const zlib = require('node:zlib');

const { exchange } = require('../harness/rawHttp');

const { Dice, goodRequest, HEADER_FAULTS, plainBody, wire } = require('./hostileRequests');
const stage = require('./stage');

const { base, n8n, newSecret, newStandardSecret, getOutputs, pause, post, createTriggerWorkflow } =
	stage;

afterAll(stage.deactivateWorkflows);

const secrets = { text: newSecret(), standard: newStandardSecret() };
const credentials = {};

beforeAll(async () => {
	for (const [name, signingSecret] of Object.entries(secrets)) {
		credentials[name] = await n8n.createCredential('agentWebhookInboundApi', `Hostile, ${name}`, {
			signatureScheme: 'platform',
			signingSecret,
		});
	}
});

const MESSAGE = JSON.stringify({
	message: 'Hello',
	event: 'made.up',
	type: 'made.up',
	id: 'evt_1',
	timestamp: '2024-01-20T15:30:00Z',
	data: { lead_id: 'lead_1' },
});

const SCHEMES = {
	agenticflow: { kind: 'agentMessage', credential: 'text' },
	agentflow: { kind: 'event', credential: 'text' },
	workflux: { kind: 'event', credential: 'text' },
	stripe: { kind: 'event', credential: 'text' },
	standardWebhooks: { kind: 'event', credential: 'standard' },
};

/** Creates a trigger for one scheme, and a function that sends it valid requests. */
async function receiver(scheme, options = {}) {
	const { credential, kind } = SCHEMES[scheme];
	const { id, url } = await createTriggerWorkflow(
		{
			platform: scheme,
			requestKind: kind,
			authenticationMethods: ['signature'],
			options: { httpsOnly: false, validateEvents: false, ...options },
		},
		{ credentials: credentials[credential] },
	);
	const target = {
		name: scheme,
		scheme,
		path: new URL(url).pathname,
		secrets: { secret: secrets[credential] },
		body: MESSAGE,
	};
	return {
		id,
		make: (more) => wire(goodRequest(target, more)),
		send: async (request) => {
			const { status, text } = await exchange(Number(new URL(base).port), request);
			return text === '' ? { status } : { status, ...JSON.parse(text) };
		},
		/** What an accepted request is answered with: Stripe expects no body. */
		received:
			scheme === 'stripe'
				? { status: 200 }
				: { status: expect.anything(), success: true, execution_id: expect.any(String) },
	};
}

describe('a replay within the duplicate window', () => {
	// The scheme signs no ID and no time, so a replay cannot be distinguished from the same message sent
	// again.
	test('starts a new execution when the request kind has no duplicate key', async () => {
		const { id, make, received, send } = await receiver('agenticflow');
		const request = make();
		for (let time = 0; time < 3; time += 1) {
			expect(await send(request)).toMatchObject({ ...received, status: 'queued' });
		}
		expect(await n8n.finished(id, 3)).toHaveLength(3);
	});

	test('is recognized when the option Duplicate Key is set', async () => {
		const { id, make, send } = await receiver('agenticflow', { duplicateKey: 'body.message' });
		const request = make();
		expect(await send(request)).toMatchObject({ execution_id: expect.any(String) });
		for (let time = 0; time < 3; time += 1) {
			expect(await send(request)).not.toHaveProperty('execution_id');
		}
		expect(await n8n.finished(id)).toHaveLength(1);
	});

	test.each(['agentflow', 'workflux', 'stripe', 'standardWebhooks'])(
		'starts no execution when events have a duplicate key: %s',
		async (scheme) => {
			const { id, make, received, send } = await receiver(scheme);
			const request = make();
			expect(await send(request)).toMatchObject(received);
			for (let time = 0; time < 3; time += 1) {
				const answer = await send(request);
				expect(answer).not.toHaveProperty('error');
				expect(answer).not.toHaveProperty('execution_id');
			}
			expect(await n8n.finished(id)).toHaveLength(1);
		},
	);
});

test.each(['agentflow', 'stripe', 'standardWebhooks'])(
	'rejects a replay after the timestamp tolerance even if duplicates are not recognized: %s',
	async (scheme) => {
		const toleranceSeconds = 5;
		const { id, make, received, send } = await receiver(scheme, {
			toleranceSeconds,
			duplicateWindowMinutes: 0,
		});
		const begun = Date.now();
		const request = make();
		expect(await send(request)).toMatchObject(received);
		await pause(begun + toleranceSeconds * 1000 + 1000 - Date.now());
		for (let time = 0; time < 3; time += 1) {
			expect(await send(request)).toMatchObject({ error: { code: 'TIMESTAMP_OUT_OF_TOLERANCE' } });
		}
		expect(await n8n.finished(id)).toHaveLength(1);
	},
);

test.each(['agentflow', 'stripe', 'standardWebhooks'])(
	'accepts timestamps that are at most five minutes off in either direction: %s',
	async (scheme) => {
		const { id, make, received, send } = await receiver(scheme, { duplicateWindowMinutes: 0 });
		const at = (seconds) => make({ atMs: Date.now() + seconds * 1000 });
		// Allow some seconds for the request to arrive on a busy machine.
		for (const seconds of [-290, 299]) {
			expect(await send(at(seconds))).toMatchObject(received);
		}
		for (const seconds of [-302, 315, -86_400, 86_400, -Date.now() / 1000]) {
			expect(await send(at(seconds))).toMatchObject({
				error: { code: 'TIMESTAMP_OUT_OF_TOLERANCE' },
			});
		}
		expect(await n8n.finished(id, 2)).toHaveLength(2);
	},
);

test.each(['Host', 'Connection', 'Content-Type', 'Content-Length', 'Accept'])(
	'a broken %s header starts one execution if the answer is a success, and none otherwise',
	async (name) => {
		const { id, make } = await receiver('agenticflow');
		const dice = new Dice(1);
		const good = make();
		const [, value] = good.headers.find(([other]) => other === name) ?? [name, 'text/html'];
		const others = good.headers.filter(([other]) => other !== name);
		let accepted = 0;
		for (const [fault, breakHeader] of Object.entries(HEADER_FAULTS)) {
			const headers = [...others, ...breakHeader(dice, name, value)];
			// Otherwise n8n waits for as many bytes as the length announces.
			const hangsUp = name === 'Content-Length';
			const request = { ...good, label: `${name} ${fault}`, headers, hangsUp };
			const { status, text } = await exchange(Number(new URL(base).port), request);
			const answer = { fault, status, text };
			if (status === 200) {
				expect(answer).toMatchObject({ text: expect.stringContaining('execution_id') });
				accepted += 1;
			} else {
				// 0: Node closed the connection.
				const isRefused = status === 0 || (status >= 400 && status < 500);
				expect({ ...answer, isRefused }).toMatchObject({ isRefused: true });
			}
		}
		await pause(500);
		const executions = await n8n.finished(id, accepted);
		expect(executions).toHaveLength(accepted);
	},
	120_000,
);

describe('odd bodies with a valid signature', () => {
	const API_JSON = 'application/vnd.api+json';
	const LEVELS = 10_000;
	const with_ = (fields) => MESSAGE.replace(/\}$/, `,${fields}}`);
	const lists = (levels) => '['.repeat(levels) + ']'.repeat(levels);
	const text = (body) => Buffer.from(body, 'utf8');
	const gzip = zlib.gzipSync(MESSAGE);
	const damaged = Buffer.concat([gzip.subarray(0, 20), Buffer.from('xxxx'), gzip.subarray(24)]);
	const rejection = (status, code) => ({ status, code });
	/** Rejected by n8n, which reads such a body before it calls the trigger. */
	const BY_N8N = rejection(422, undefined);
	/** Fields in addition to the body, since n8n may misread its bytes. */
	const is = (fields) => expect.objectContaining(fields);

	let receiverOfAll;
	let accepted = 0;

	beforeAll(async () => {
		receiverOfAll = await receiver('agenticflow');
	});

	/** @param signedBytes if they are not the bytes that are sent */
	async function call(bytes, headers, signedBytes = bytes) {
		const { id, make } = receiverOfAll;
		const { target } = make();
		const signature = createHmac('sha256', secrets.text).update(signedBytes).digest('hex');
		const { data, status } = await post(base + target, bytes, {
			'x-agenticflow-signature': `sha256=${signature}`,
			...headers,
		});
		return { id, status, data };
	}

	test.each([
		['a hundred levels', text(with_(`"context":{"a":${lists(98)}}`)), {}, is({ message: 'Hello' })],
		['duplicate keys', text(with_('"message":"Bye"')), {}, is({ message: 'Bye' })],
		[
			'__proto__ and constructor',
			text(with_('"__proto__":{"message":"a"},"constructor":{"prototype":{"message":"b"}}')),
			{},
			is({ message: 'Hello' }),
		],
		['__proto__ as text', text(with_('"__proto__":"text"')), {}, is({ message: 'Hello' })],
		[
			'numbers that are too large',
			text(with_(`"n":1e400,"m":-${'9'.repeat(1000)},"k":12345678901234567890`)),
			{},
			is({ message: 'Hello', k: 12345678901234567000 }),
		],
		['lone surrogates', text(with_('"s":"\\udc00\\ud800"')), {}, is({ s: '\udc00\ud800' })],
		['an escaped NUL', text(with_('"z":"a\\u0000b"')), {}, is({ z: 'a\0b' })],
		['a byte order mark', text(`\ufeff${MESSAGE}`), {}, is({ message: 'Hello' })],
		[
			'UTF-8 that says it is ASCII',
			text(with_('"s":"ü"')),
			{ 'content-type': 'application/json; charset=ascii' },
			is({ s: 'ü' }),
		],
		['another kind of JSON', text(MESSAGE), { 'content-type': API_JSON }, is({ message: 'Hello' })],
	])('accepted: %s', async (_, bytes, headers, body) => {
		const { data, id, status } = await call(bytes, headers);
		expect({ status, ...data }).toMatchObject({ success: true, execution_id: expect.any(String) });
		expect(status).toBe(200);
		accepted += 1;
		const executions = await n8n.finished(id, accepted);
		expect(executions).toHaveLength(accepted);
		const [[{ json }]] = getOutputs(executions.at(-1), 'Trigger');
		expect(json.body).toEqual(body);
	});

	test.each([
		['gzip', zlib.gzipSync(MESSAGE)],
		['deflate', zlib.deflateSync(MESSAGE)],
	])('are accepted if they are signed and then compressed as %s', async (encoding, packed) => {
		for (const type of ['application/json', API_JSON]) {
			const headers = { 'content-encoding': encoding, 'content-type': type };
			expect(await call(packed, headers, MESSAGE)).toMatchObject({ status: 200 });
			accepted += 1;
			expect(await call(packed, headers)).toMatchObject({
				status: 401,
				data: { error: { code: 'SIGNATURE_INVALID' } },
			});
		}
	});

	const packed = (encoding, type = API_JSON) => ({
		'content-encoding': encoding,
		'content-type': type,
	});

	test.each([
		[
			'10,000 levels',
			text(with_(`"context":${lists(LEVELS)}`)),
			{},
			rejection(400, 'INVALID_JSON'),
		],
		[
			'10,000 levels in another kind of JSON',
			text(with_(`"context":${lists(LEVELS)}`)),
			{ 'content-type': API_JSON },
			rejection(400, 'INVALID_JSON'),
		],
		[
			'bytes that are no UTF-8',
			Buffer.concat([
				text(with_('"s":"').slice(0, -1)),
				Buffer.from([0xed, 0xa0, 0x80, 0xff]),
				text('"}'),
			]),
			{},
			rejection(400, 'INVALID_JSON'),
		],
		[
			'UTF-16 that says so',
			Buffer.from(MESSAGE, 'utf16le'),
			{ 'content-type': 'application/json; charset=utf-16le' },
			rejection(400, 'INVALID_JSON'),
		],
		['10,000 lists alone', text(lists(LEVELS)), {}, rejection(400, 'INVALID_JSON')],
		['10,000 lists that do not end', text('['.repeat(LEVELS)), {}, BY_N8N],
		['a body that ends early', text(MESSAGE.slice(0, -1)), {}, BY_N8N],
		['a NUL as it is', text(with_('"z":"a\0b"')), {}, BY_N8N],
		['two byte order marks', text(`\ufeff\ufeff${MESSAGE}`), {}, BY_N8N],
		['UTF-16 that does not say so', Buffer.from(MESSAGE, 'utf16le'), {}, BY_N8N],
		[
			'a charset that does not exist',
			text(MESSAGE),
			{ 'content-type': 'application/json; charset=klingon' },
			BY_N8N,
		],
		[
			'UTF-16 in another kind of JSON',
			Buffer.from(MESSAGE, 'utf16le'),
			{ 'content-type': API_JSON },
			rejection(400, 'INVALID_JSON'),
		],
		[
			'Brotli, which n8n does not unpack',
			zlib.brotliCompressSync(MESSAGE),
			packed('br', 'application/json'),
			BY_N8N,
		],
		[
			'Brotli in another kind of JSON',
			zlib.brotliCompressSync(MESSAGE),
			packed('br'),
			rejection(400, 'INVALID_JSON'),
		],
		['gzip that is damaged', damaged, packed('gzip'), rejection(400, 'BODY_UNREADABLE')],
		[
			'gzip that ends early',
			gzip.subarray(0, 40),
			packed('gzip'),
			rejection(400, 'BODY_UNREADABLE'),
		],
		['no gzip', text(MESSAGE), packed('gzip'), rejection(400, 'BODY_UNREADABLE')],
		['no deflate', text(MESSAGE), packed('deflate'), rejection(400, 'BODY_UNREADABLE')],
		[
			'gzip that becomes 32 MB',
			zlib.gzipSync(Buffer.alloc(32 * 1024 * 1024, ' ')),
			packed('gzip'),
			rejection(413, 'PAYLOAD_TOO_LARGE'),
		],
	])('are rejected: %s', async (_, bytes, headers, expected) => {
		const { data, id, status } = await call(bytes, headers);
		expect({ status, code: data.error?.code }).toEqual(expected);
		expect(await n8n.finished(id, accepted)).toHaveLength(accepted);
	});

	// n8n responds before it calls the trigger. The test shows when that changes.
	test.each([
		['gzip that is damaged, in a type that n8n reads', damaged, packed('gzip', 'application/json')],
		[
			'gzip that becomes 32 MB, in a type that n8n reads',
			zlib.gzipSync(Buffer.alloc(32 * 1024 * 1024, ' ')),
			packed('gzip', 'application/json'),
		],
	])('make n8n answer 500 and start no execution: %s', async (_, bytes, headers) => {
		const { data, id, status } = await call(bytes, headers);
		expect({ status, code: data.code }).toEqual({ status: 500, code: 0 });
		expect(await n8n.finished(id, accepted)).toHaveLength(accepted);
	});

	test.each(['PROPFIND', 'TRACE'])(
		'make n8n answer 500 when sent with a method it does not know: %s',
		async (method) => {
			const { make, send } = receiverOfAll;
			const answer = await send({ ...make({ body: plainBody('') }), method });
			expect(answer).toMatchObject({ message: `The method ${method} is not supported.` });
		},
	);
});
