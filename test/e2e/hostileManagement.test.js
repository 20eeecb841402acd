/**
 * Attacks the management API in a separate n8n: calls without a valid key, which start no execution, and arbitrary
 * requests with one. HOSTILE_REQUESTS sets how many there are; requests that cost an execution are fewer.
 */
const fc = require('fast-check');

const { readTemplate } = require('../harness/templates');
const { createRequests } = require('../unit/managementApi/requestArbitraries');

const { findFault } = require('./hostileFaults');
const { Dice, EXTRAS, HEADER_FAULTS, oddBody, wire } = require('./hostileRequests');
const { expectWithstood, HostileStage, REQUESTS, SEED } = require('./hostileStage');
const { newSecret, uniqueName } = require('./workflows');

const FUZZED = Math.max(20, Math.round(REQUESTS / 20));
/** The methods and paths of the tasks. */
const TASKS = {
	list: ['GET', ''],
	create: ['POST', ''],
	get: ['GET', '/ID'],
	update: ['PUT', '/ID'],
	delete: ['DELETE', '/ID'],
	test: ['POST', '/ID/test'],
	getLogs: ['GET', '/ID/logs'],
	getStats: ['GET', '/ID/stats'],
};
const WEBHOOK = { name: 'Orders', url: 'https://example.com/hooks', events: ['order.created'] };
/** Faults of the header that reach the trigger as a wrong key. */
const KEY_FAULTS = Object.keys(HEADER_FAULTS).filter((name) => !name.startsWith('doubled'));

const stage = new HostileStage('management');
const apiKey = newSecret();
const encryptionSecret = newSecret();
let api;
let webhookId;

/** Imports and publishes the template. Returns the path of the API. */
async function serve() {
	const { client } = stage.n8n;
	const template = readTemplate('management-api');
	const [trigger, answer] = template.nodes.filter(({ type }) => type.includes('agentWebhook'));
	const outbox = await client.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret,
		outboxName: 'managed',
	});
	const inbound = await client.createCredential('agentWebhookInboundApi', 'API keys', {
		bearerTokens: apiKey,
	});
	trigger.webhookId = uniqueName('node');
	trigger.parameters.path = uniqueName('api');
	trigger.credentials = { ...inbound, ...outbox };
	answer.credentials = outbox;
	await client.createWorkflow(template);
	return `/webhook/${trigger.webhookId}/${trigger.parameters.path}/api/v1/webhooks`;
}

/** Makes a request with the key. Returns its status and text. */
async function call([method, template], { body, id = '', idempotency, query = {} } = {}) {
	const search = new URLSearchParams(query).toString();
	const url = `${stage.n8n.base}${api}${template.replace('ID', encodeURIComponent(id.toWellFormed()))}`;
	const response = await fetch(search === '' ? url : `${url}?${search}`, {
		method,
		headers: {
			authorization: `Bearer ${apiKey}`,
			connection: 'close',
			'content-type': 'application/json',
			...(idempotency?.key && { 'idempotency-key': idempotency.key }),
		},
		...(method !== 'GET' && body !== undefined && { body: JSON.stringify(body) }),
	});
	return { status: response.status, text: await response.text() };
}

beforeAll(async () => {
	await stage.start();
	api = await serve();
	const { status, text } = await call(TASKS.create, { body: WEBHOOK });
	expect({ status, text }).toMatchObject({ status: 201 });
	webhookId = JSON.parse(text).id;
}, 300_000);

afterAll(async () => await stage.stop());

/** Returns a call whose key must be rejected, whatever else it has. */
function createForgery(dice) {
	const [method, template] = TASKS[dice.pick(Object.keys(TASKS))];
	const fault = dice.pick([...KEY_FAULTS, 'another']);
	const authorization =
		fault === 'another'
			? [['Authorization', `Bearer ${newSecret()}`]]
			: HEADER_FAULTS[fault](dice, 'Authorization', `Bearer ${apiKey}`);
	const body = oddBody(dice, JSON.stringify(WEBHOOK));
	return wire({
		label: `${method} ${template}, key ${fault}, body ${body.label}`,
		method,
		path: api + template.replace('ID', dice.pick([webhookId, 'none'])),
		headers: [...(dice.chance(0.3) ? [dice.pick(EXTRAS)] : []), ...body.headers, ...authorization],
		body: body.bytes,
	});
}

test(`rejects ${REQUESTS} calls without a valid key, starts no execution, and leaves tables and memory as they were`, async () => {
	const dice = new Dice(SEED);
	const before = await stage.takeCensus();
	const report = await stage.attack({
		next: () => createForgery(dice),
		findFault: (request, answer) =>
			findFault(request, answer, {
				canaries: [apiKey, encryptionSecret, WEBHOOK.url],
				paths: [request.path],
			}),
	});
	expectWithstood(report);
	const unauthorized = report.statuses.map((half) => half[401] ?? 0);
	expect(unauthorized[0] + unauthorized[1]).toBeGreaterThan(REQUESTS / 4);
	expect(await stage.takeCensus()).toEqual(before);
}, 3_600_000);

test(`${FUZZED} arbitrary requests fail no execution`, async () => {
	const requests = fc.sample(createRequests([webhookId, 'wh_none']), {
		numRuns: FUZZED,
		seed: SEED,
	});
	const statuses = {};
	const strange = [];
	for (const { task, ...request } of requests) {
		const { status, text } = await call(TASKS[task], request);
		statuses[status] = (statuses[status] ?? 0) + 1;
		if (status >= 500) strange.push([task, request, status, text.slice(0, 300)]);
	}
	console.log(JSON.stringify({ seed: SEED, statuses }));
	expect(strange).toEqual([]);
	const failed = await stage.n8n.query(
		`SELECT id FROM execution_entity WHERE status NOT IN ('success', 'running', 'new')`,
	);
	expect(failed).toEqual([]);
}, 3_600_000);
