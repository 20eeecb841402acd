/** Numbers that JavaScript would round, typed as JSON in the node. */
const { createStore } = require('../../../../unit/outbox/memoryTables');

const mockTables = createStore().connect();

jest.mock('../../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockTables,
}));

const { CREDENTIALS, execute } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');
const { useRecordingServer } = require('../../../recordingServer');

const ID = '616581622363398142';
const DATA = `{"id": ${ID}, "price": 0.12345678901234567890, "lines": [{"id": ${ID}9, "n": 1}], "text": "${ID}"}`;
const SENT = `{"id":${ID},"price":0.12345678901234567890,"lines":[{"id":${ID}9,"n":1}],"text":"${ID}"}`;

const credentials = {
	agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: 'k'.repeat(64) },
	agentWebhookPlatformApi: { platform: 'agenticflow', apiKey: 'k' },
};

const receiver = useRecordingServer();
const readBodies = () => receiver.requests.map(({ body }) => body);

beforeAll(async () => {
	credentials.agentWebhookPlatformApi.baseUrl = receiver.url;
	CREDENTIALS.agentWebhookPlatformApi.authenticate = async (_, request) => request;
});

const run = async (parameters, { more, items = [{ json: {} }] } = {}) =>
	await execute(fillInDefaults('agentWebhook', parameters), items, { credentials, more });

const send = async (more, options = {}) =>
	await run({
		resource: 'event',
		operation: 'send',
		platform: 'custom',
		url: receiver.url,
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
		expect(readBodies()[0]).toContain(`"data":${SENT}`);
	});

	test('without an envelope', async () => {
		await send({}, { bare: true });
		expect(readBodies()).toEqual([SENT]);
	});

	test('in a batch', async () => {
		await send({}, { maxEvents: 5 });
		expect(readBodies()[0]).toContain(`"data":${SENT}`);
	});

	test('with only some of the fields', async () => {
		await send({}, { bare: true, includeFields: 'id, lines.id', excludeFields: 'id.text' });
		expect(readBodies()).toEqual([`{"id":${ID},"lines":[{"id":${ID}9}]}`]);
	});

	test('again with each attempt', async () => {
		receiver.answer = (response) =>
			response.writeHead(receiver.requests.length === 1 ? 503 : 200).end();
		await send({ retrySchedule: 'list', retryDelays: '0' });
		expect(readBodies()).toHaveLength(2);
		expect(readBodies()[1]).toBe(readBodies()[0]);
	});

	test('from text that an expression returns', async () => {
		await send({ data: `={{ '{"id": ${ID}}' }}` }, { bare: true });
		expect(readBodies()).toEqual([`{"id":${ID}}`]);
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
		expect(readBodies()).toHaveLength(met ? 1 : 0);
	});
});

describe('Event → Send to all subscribed endpoints sends the digits that were typed', () => {
	beforeAll(async () => {
		await run({
			resource: 'endpoint',
			operation: 'create',
			endpointName: 'Shop',
			url: receiver.url,
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
		receiver.answer = (response) =>
			response.writeHead(receiver.requests.length === 1 ? 503 : 200).end();
		await send({ sendTo: 'subscribers', options: {} });
		await run({ resource: 'delivery', operation: 'deliverDue' });
		expect(readBodies()).toHaveLength(2);
		for (const body of readBodies()) expect(body).toContain(`"data":${SENT}`);
	});

	test('if the endpoint’s conditions are met', async () => {
		await send({ sendTo: 'subscribers', data: '{"id": 616581622363398141}', options: {} });
		expect(readBodies()).toEqual([]);
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
	expect(readBodies()[0]).toContain(`"id":${ID}`);
});

test('Platform Webhook → Test sends the digits that were typed', async () => {
	await run({
		resource: 'platformWebhook',
		operation: 'test',
		platform: 'agenticflow',
		webhook: { __rl: true, mode: 'id', value: 'wh_1' },
		testData: `{"id": ${ID}}`,
	});
	expect(JSON.parse(readBodies()[0]).event).toMatch(/./);
	expect(readBodies()[0]).toContain(`"test_data":{"id":${ID}}`);
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
