/** Numbers that JavaScript would round, typed as JSON in the node. */
const { createServer } = require('node:http');

const { createStore } = require('../../../../unit/outbox/memoryTables');

const mockTables = createStore().connect();

jest.mock('../../../../../dist/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockTables,
}));

const { CREDENTIALS, execute } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');

const ID = '616581622363398142';
const DATA = `{"id": ${ID}, "price": 0.12345678901234567890, "lines": [{"id": ${ID}9, "n": 1}], "text": "${ID}"}`;
const SENT = `{"id":${ID},"price":0.12345678901234567890,"lines":[{"id":${ID}9,"n":1}],"text":"${ID}"}`;

const credentials = {
	agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: 'k'.repeat(64) },
	agentWebhookPlatformApi: { platform: 'agenticflow', apiKey: 'k' },
};

let server;
let url;
let bodies;
let respond;

beforeAll(async () => {
	server = createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		bodies.push(Buffer.concat(chunks).toString());
		respond(response);
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	url = `http://127.0.0.1:${server.address().port}/hook`;
	credentials.agentWebhookPlatformApi.baseUrl = url;
	CREDENTIALS.agentWebhookPlatformApi.authenticate = async (_, request) => request;
});

afterAll(() => {
	server.closeAllConnections();
	server.close();
});

beforeEach(() => {
	bodies = [];
	respond = (response) => response.end('{}');
});

const run = async (parameters, { more, items = [{ json: {} }] } = {}) =>
	await execute(fillInDefaults('agentWebhook', parameters), items, { credentials, more });

const send = async (more, options = {}) =>
	await run({
		resource: 'event',
		operation: 'send',
		platform: 'custom',
		url,
		useCredential: false,
		customEventType: 'order.created',
		dataSource: 'json',
		data: DATA,
		retrySchedule: 'none',
		options: { allowHttp: true, ...options },
		...more,
	});

describe('Event → Send to one endpoint sends the digits that were typed', () => {
	test('in the envelope', async () => {
		await send();
		expect(bodies[0]).toContain(`"data":${SENT}`);
	});

	test('without an envelope', async () => {
		await send({}, { bare: true });
		expect(bodies).toEqual([SENT]);
	});

	test('in a batch', async () => {
		await send({}, { maxEvents: 5 });
		expect(bodies[0]).toContain(`"data":${SENT}`);
	});

	test('with only some of the fields', async () => {
		await send({}, { bare: true, includeFields: 'id, lines.id', excludeFields: 'id.text' });
		expect(bodies).toEqual([`{"id":${ID},"lines":[{"id":${ID}9}]}`]);
	});

	test('again with each attempt', async () => {
		respond = (response) => response.writeHead(bodies.length === 1 ? 503 : 200).end();
		await send({ retrySchedule: 'list', retryDelays: '0' });
		expect(bodies).toHaveLength(2);
		expect(bodies[1]).toBe(bodies[0]);
	});

	test('from text that an expression returns', async () => {
		await send({ data: `={{ '{"id": ${ID}}' }}` }, { bare: true });
		expect(bodies).toEqual([`{"id":${ID}}`]);
	});

	test.each([
		[`{"id": ${ID}}`, true],
		[`{"id": {"eq": ${ID}}}`, true],
		['{"id": 616581622363398143}', false],
		['{"id": {"gt": 616581622363398141}}', true],
		['{"id": {"gt": 616581622363398142}}', false],
		['{"id": {"in": [1, 616581622363398142]}}', true],
		['{"id": {"gt": 5}}', true],
		['{"id": {"ne": 616581622363398142}}', false],
		['{"id.text": {"exists": true}}', false],
		['{"id": {"not": {"lt": 616581622363398142}}}', true],
	])('if the conditions %s are met: %s', async (conditions, met) => {
		await send({ conditionSource: 'json', conditions });
		expect(bodies).toHaveLength(met ? 1 : 0);
	});
});

describe('Event → Send to all subscribed endpoints sends the digits that were typed', () => {
	beforeAll(async () => {
		await run({
			resource: 'endpoint',
			operation: 'create',
			endpointName: 'Shop',
			url,
			platform: 'standardWebhooks',
			retrySchedule: 'list',
			retryDelays: '0 s',
			options: {
				allowHttp: true,
				allowInternal: true,
				conditions: `{"id": {"gte": ${ID}}}`,
			},
		});
	});

	test('at once, and from the outbox', async () => {
		respond = (response) => response.writeHead(bodies.length === 1 ? 503 : 200).end();
		await send({ sendTo: 'subscribers', options: {} });
		await run({ resource: 'delivery', operation: 'deliverDue' });
		expect(bodies).toHaveLength(2);
		for (const body of bodies) expect(body).toContain(`"data":${SENT}`);
	});

	test('if the endpoint’s conditions are met', async () => {
		await send({ sendTo: 'subscribers', data: '{"id": 616581622363398141}', options: {} });
		expect(bodies).toEqual([]);
		const { outputs } = await run({ resource: 'endpoint', operation: 'getAll', simplify: false });
		const { conditions } = outputs[0][0].json;
		expect(JSON.stringify(conditions)).toBe(`{"id":{"gte":${Number(ID)}}}`);
	});
});

test('Endpoint → Test sends the digits that were typed', async () => {
	await run({
		resource: 'endpoint',
		operation: 'test',
		endpoint: { __rl: true, mode: 'name', value: 'Shop' },
		testData: `{"id": ${ID}}`,
	});
	expect(bodies[0]).toContain(`"id":${ID}`);
});

test('Platform Webhook → Test sends the digits that were typed', async () => {
	await run({
		resource: 'platformWebhook',
		operation: 'test',
		platform: 'agenticflow',
		webhook: { __rl: true, mode: 'id', value: 'wh_1' },
		testData: `{"id": ${ID}}`,
	});
	expect(JSON.parse(bodies[0]).event).toMatch(/./);
	expect(bodies[0]).toContain(`"test_data":{"id":${ID}}`);
});

describe('Webhook → Respond answers with the digits that were typed', () => {
	const respondWith = async (more) => {
		const { responses } = await run({ resource: 'webhook', operation: 'respond', ...more });
		return responses[0];
	};

	test('as JSON', async () => {
		const { body, headers } = await respondWith({ respondWith: 'json', json: DATA });
		expect(body.toString()).toBe(SENT);
		expect(headers).toEqual({ 'Content-Type': 'application/json; charset=utf-8' });
	});

	test('as data of the success format', async () => {
		const { body } = await respondWith({ respondWith: 'success', options: { data: DATA } });
		expect(body.toString()).toContain(`"data":${SENT}`);
	});

	test('with another content type if the node has one', async () => {
		const header = [{ name: 'content-type', value: 'application/hal+json' }];
		const options = { headers: { header } };
		const { headers } = await respondWith({ respondWith: 'json', json: DATA, options });
		expect(headers).toEqual({ 'content-type': 'application/hal+json' });
	});

	test('and leaves other JSON to n8n', async () => {
		const { body } = await respondWith({ respondWith: 'json', json: '{"id": 7}' });
		expect(body).toEqual({ id: 7 });
	});
});
