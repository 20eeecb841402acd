/**
 * Sends hostile requests, generated from a seed, to triggers that authenticate their senders in different ways.
 * hostileStage.js says how many.
 */
const { randomUUID } = require('node:crypto');

const { getPlatform } = require('../../build/core/platforms');
const { pause } = require('../harness/n8n');

const { findFault } = require('./hostileFaults');
const { goodRequest, HostileSender, plainBody, wire } = require('./hostileRequests');
const { expectWithstood, HostileStage, REQUESTS, SEED } = require('./hostileStage');
const { newSecret, newStandardSecret, node, TRIGGER, uniqueName } = require('./workflows');

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

const stage = new HostileStage('hostile');
const send = async (request) => await stage.send(request);

let targets;
/** Number of accepted requests, by target. */
let accepted = 0;

/** Activates a trigger that requires the authentication of the target's senders. */
async function serve({ fields, kind = 'event', methods = ['signature'], platform, ...target }) {
	const own = newSecret();
	const secrets = target.secrets ?? (methods[0] === 'signature' ? { secret: own } : { token: own });
	const filledIn =
		typeof fields === 'string' ? { [fields]: own } : (fields ?? { signingSecret: secrets.secret });
	const credentials = await stage.n8n.client.createCredential(
		'agentWebhookInboundApi',
		target.name,
		{
			signatureScheme: 'platform',
			...filledIn,
		},
	);
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
	const id = await stage.n8n.client.createWorkflow({
		name: path,
		nodes: [trigger],
		connections: {},
	});
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
	await stage.start();
	targets = [];
	for (const target of TARGETS) targets.push(await serve(target));
});

afterAll(async () => await stage.stop());

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
		const executions = await stage.n8n.client.finished(id, accepted);
		expect([name, executions.length]).toEqual([name, accepted]);
	}
}

test('every hostile test target accepts a valid request', async () => {
	await allAccept();
	await onlyGoodOnesRan();
});

test(`rejects ${REQUESTS} hostile requests, starts no execution, and leaves n8n’s memory as it was`, async () => {
	const sender = new HostileSender(SEED, targets);
	// A name of six letters is too short to count as a leaked secret.
	const canaries = targets
		.flatMap((target) => Object.values(target.secrets))
		.filter((secret) => secret.length > 10);
	const paths = targets.map(({ path }) => path);
	const report = await stage.attack({
		next: () => sender.next(),
		findFault: (request, answer) => findFault(request, answer, { canaries, paths }),
	});
	expectWithstood(report);
	// Many must be rejected by the trigger itself: otherwise it was not tested.
	expect(report.statuses[0][401]).toBeGreaterThan(REQUESTS / 6);
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
	expect(await stage.inspector.evaluate('({}).polluted === undefined')).toBe(true);
	expect(await stage.inspector.evaluate('Object.keys(Object.prototype)')).toEqual([]);
});
