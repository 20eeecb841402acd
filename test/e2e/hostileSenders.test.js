/**
 * Sends hostile requests, generated from a seed, to a separate n8n with a bounded heap. HOSTILE_REQUESTS
 * sets their number (1,000 by default) and HOSTILE_SEED the seed. `npm run test:soak -- hostile` sends
 * ten thousand, the second half of which must not cost memory.
 */
const { randomUUID } = require('node:crypto');

const { Inspector } = require('../harness/inspector');
const { residentMegabytes } = require('../harness/memory');
const { getPlatform } = require('../../build/core/platforms');
const { bootN8n, pause } = require('../harness/n8n');
const { findAnyPort } = require('../harness/ports');
const { exchange } = require('../harness/rawHttp');

const { goodRequest, HostileSender, plainBody, wire } = require('./hostileRequests');
const { newSecret, newStandardSecret, node, TRIGGER, uniqueName } = require('./workflows');

const SEED = Number(process.env.HOSTILE_SEED ?? 20_240_120);
const REQUESTS = Number(process.env.HOSTILE_REQUESTS ?? 1000);
const AT_ONCE = 8;
const HEAP_MB = 512;
/** With fewer, n8n is still warming up in the first half. */
const MEASURED_FROM = 10_000;
const MAX_GROWTH = 1.05;
const TOLERANCE_SECONDS = 300;

const EVENT = JSON.stringify({
	event: 'made.up',
	type: 'made.up',
	id: 'evt_1',
	timestamp: '2024-01-20T15:30:00Z',
	message: 'Hello',
	data: { message: 'Grüße' },
});

const password = newSecret();
const key = newSecret();

/** One trigger for each way to authenticate. */
const TARGETS = [
	{ name: 'a URL token', scheme: 'urlToken', methods: ['urlToken'], fields: 'urlTokens' },
	{ name: 'Bearer', scheme: 'bearer', methods: ['bearer'], fields: 'bearerTokens' },
	{
		name: 'Basic',
		scheme: 'basic',
		methods: ['basic'],
		secrets: { user: 'sender', password },
		fields: { basicUser: 'sender', basicPassword: password },
	},
	{ name: 'AgenticFlow', scheme: 'agenticflow', platform: 'agenticflow' },
	{
		name: 'AgentFlow',
		scheme: 'agentflow',
		platform: 'agentflow',
		toleranceSeconds: TOLERANCE_SECONDS,
	},
	{ name: 'Agent Platform', scheme: 'agentPlatform', platform: 'agentPlatform' },
	{ name: 'WorkFlux', scheme: 'workflux', platform: 'workflux' },
	{
		name: 'UPTIQ',
		scheme: 'uptiq',
		platform: 'uptiq',
		kind: 'call',
		secrets: { secret: key },
		fields: { signingSecret: JSON.stringify({ privateKey: key }) },
	},
	{
		name: 'Stripe',
		scheme: 'stripe',
		platform: 'stripe',
		toleranceSeconds: TOLERANCE_SECONDS,
	},
	{
		name: 'Standard Webhooks',
		scheme: 'standardWebhooks',
		platform: 'standardWebhooks',
		toleranceSeconds: TOLERANCE_SECONDS,
		secrets: { secret: newStandardSecret() },
	},
];

let n8n;
let inspector;
let targets;
/** Number of accepted requests, by target. */
let accepted = 0;

/** Activates a trigger that requires the authentication of the target's senders. */
async function serve({ fields, kind = 'event', methods = ['signature'], platform, ...target }) {
	const own = newSecret();
	const secrets = target.secrets ?? (methods[0] === 'signature' ? { secret: own } : { token: own });
	const filledIn =
		typeof fields === 'string' ? { [fields]: own } : (fields ?? { signingSecret: secrets.secret });
	const credentials = await n8n.client.createCredential('agentWebhookInboundApi', target.name, {
		signatureScheme: 'platform',
		...filledIn,
	});
	const path = uniqueName('hostile');
	const trigger = node(
		'Trigger',
		TRIGGER,
		{
			path,
			platform: platform ?? 'custom',
			requestKind: kind,
			authenticationMethods: methods,
			// The valid requests are all alike, and each must start an execution.
			options: { httpsOnly: false, duplicateWindowMinutes: 0, validateEvents: false },
		},
		{ webhookId: randomUUID(), credentials },
	);
	const id = await n8n.client.createWorkflow({ name: path, nodes: [trigger], connections: {} });
	return {
		...target,
		platform,
		id,
		path: `/webhook/webhooks/${kind}s/${path}`,
		secrets,
		body: EVENT,
	};
}

beforeAll(async () => {
	const inspectPort = await findAnyPort();
	n8n = await bootN8n({
		name: 'hostile',
		env: { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB} --inspect-port=${inspectPort}` },
	});
	targets = [];
	for (const target of TARGETS) targets.push(await serve(target));
	inspector = await Inspector.open(n8n.pids[0], inspectPort);
});

afterAll(async () => {
	inspector?.close();
	await n8n?.stop();
});

const send = async (request) => await exchange(n8n.port, request);

/** Checks that a valid request to each target is accepted. */
async function allAccept(more) {
	for (const target of targets) {
		const { status, text } = await send(wire(goodRequest(target, more)));
		expect({ name: target.name, status, text }).toMatchObject({ status: 200 });
		const { acceptedReplies } = getPlatform(target.platform ?? 'custom');
		if (acceptedReplies) expect(text).toBe(acceptedReplies.at(-1).body);
		else {
			expect(JSON.parse(text)).toMatchObject({ success: true, execution_id: expect.any(String) });
		}
	}
	accepted += 1;
}

/** Checks that no workflow ran except for the valid requests. */
async function onlyGoodOnesRan() {
	for (const { id, name } of targets) {
		const executions = await n8n.client.finished(id, accepted);
		expect([name, executions.length]).toEqual([name, accepted]);
	}
}

const getHeader = ({ headers }, name) =>
	headers.findLast(([other]) => other.toLowerCase() === name)?.[1] ?? '';

/** Media types that n8n parses before it calls the trigger. */
const N8N_READS =
	/^(?:application\/json|text\/plain|application\/x-www-form-urlencoded|[\w.+/-]*[/+]xml)/i;

const asJson = (text) => {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
};

/** Faulty responses that n8n itself sends before it calls the trigger. */
const N8N_FAULTS = {
	'n8n decompresses some types itself, and answers 500 if it cannot, or if the result is too large':
		(request, { status, text }) =>
			status === 500 &&
			/^(?:gzip|deflate)$/.test(getHeader(request, 'content-encoding')) &&
			N8N_READS.test(getHeader(request, 'content-type')) &&
			(request.method === 'HEAD' || asJson(text)?.code === 0),
	'n8n 2.36 answers 500 if several parts cannot be read': (request, { status, text }) =>
		status === 500 &&
		/^multipart\/form-data/.test(getHeader(request, 'content-type')) &&
		(request.method === 'HEAD' || asJson(text)?.code === 0),
	'n8n answers 500 to a browser that requests an unknown address': (request, { status, text }) =>
		status === 500 &&
		getHeader(request, 'origin') !== '' &&
		targets.every(({ path }) => path !== request.path) &&
		(request.method === 'HEAD' || text.includes('<pre>Internal Server Error</pre>')),
};

const STACK = /\n\s*at \S|node_modules|&nbsp;at /;

/**
 * Returns what is wrong with the response to a hostile request; `undefined` if it was rejected as it
 * should be.
 */
function findFault(request, answer) {
	const { status, text } = answer;
	const secrets = targets.flatMap((target) => Object.values(target.secrets));
	// A name of six letters is too short to count as a leaked secret.
	if (secrets.some((value) => value.length > 10 && text.includes(value))) return 'a secret';
	if (Object.values(N8N_FAULTS).some((isKnown) => isKnown(request, answer))) return undefined;
	// Node rejects invalid HTTP: it closes the connection, before or after a response.
	if (status !== 0 && !(status >= 400 && status <= 499)) return `status ${status}`;
	if (STACK.test(text)) return 'a stack';
	return undefined;
}

/** Sends this number of requests, several at once. Returns the faults, and the count of each status. */
async function attack(sender, from, count) {
	const faults = [];
	const statuses = {};
	let next = from;
	async function work() {
		while (next < from + count) {
			const index = next;
			next += 1;
			const request = sender.next();
			const answer = await send(request);
			statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
			const fault = findFault(request, answer);
			if (fault !== undefined) {
				const { label } = request;
				faults.push({ seed: SEED, index, label, fault, answer: answer.text.slice(0, 500) });
			}
		}
	}
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	return { faults, statuses };
}

async function memory() {
	await inspector.collectGarbage();
	return residentMegabytes(n8n.pids[0]);
}

test('every hostile test target accepts a valid request', async () => {
	await allAccept();
	await onlyGoodOnesRan();
});

test(`rejects ${REQUESTS} hostile requests, starts no execution, and leaves n8n’s memory as it was`, async () => {
	const sender = new HostileSender(SEED, targets);
	const half = Math.ceil(REQUESTS / 2);
	const begun = Date.now();
	const before = await memory();
	const first = await attack(sender, 0, half);
	const afterFirst = await memory();
	const second = await attack(sender, half, half);
	const afterSecond = await memory();
	console.log(
		JSON.stringify({
			seed: SEED,
			seconds: Math.round((Date.now() - begun) / 1000),
			megabytes: [before, afterFirst, afterSecond].map(Math.round),
			statuses: [first.statuses, second.statuses],
		}),
	);
	const faults = [...first.faults, ...second.faults];
	expect({ count: faults.length, some: faults.slice(0, 20) }).toEqual({ count: 0, some: [] });
	// Many must be rejected by the trigger itself: otherwise it was not tested.
	expect(first.statuses[401]).toBeGreaterThan(half / 3);
	if (REQUESTS >= MEASURED_FROM) {
		expect(afterSecond).toBeLessThanOrEqual(afterFirst * MAX_GROWTH);
	}
	await allAccept();
	await onlyGoodOnesRan();
}, 3_600_000);

test('receives signed bodies with keys such as __proto__ and changes nothing in n8n', async () => {
	const polluting = EVENT.replace(
		/^\{/,
		'{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
	);
	await allAccept({ body: plainBody(polluting) });
	await pause(200);
	await onlyGoodOnesRan();
	expect(await inspector.evaluate('({}).polluted === undefined')).toBe(true);
	expect(await inspector.evaluate('Object.keys(Object.prototype)')).toEqual([]);
});
