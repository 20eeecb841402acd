/** Operations that send, queue or cancel deliveries again, as a person uses them. */
const { createStore } = require('../../../unit/outbox/memoryTables');

let mockStore;

jest.mock('../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockStore.connect(),
}));

const { execute } = require('../../../harness/contexts');
const { fillInDefaults } = require('../../operations');
const { useRecordingServer } = require('../../recordingServer');

const KEY = 'k'.repeat(64);

const receiver = useRecordingServer();

beforeEach(() => {
	mockStore = createStore();
});

/** Runs the action node on one item, and returns its items by output. */
async function act(resource, operation, parameters = {}) {
	const credentials = {
		agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: KEY },
	};
	const filled = fillInDefaults('agentWebhook', { resource, operation, ...parameters });
	const { outputs } = await execute(filled, [{ json: {} }], { credentials });
	return outputs.map((output) => output.map(({ json }) => json));
}

async function register(endpointName, eventTypes = '') {
	const [[{ id }]] = await act('endpoint', 'create', {
		endpointName,
		url: receiver.url,
		platform: 'standardWebhooks',
		eventTypes,
		retrySchedule: 'none',
		options: { allowHttp: true, allowInternal: true },
	});
	return id;
}

const send = async (options = {}, customEventType = 'order.created') =>
	await act('event', 'send', {
		sendTo: 'subscribers',
		customEventType,
		dataSource: 'json',
		data: '{"total": 1}',
		options,
	});

const byId = (value) => ({ __rl: true, mode: 'id', value });

describe('Send with the option Endpoints', () => {
	test('sends to these endpoints alone', async () => {
		const [first, second] = [await register('A', 'user.*'), await register('B')];
		const [delivered] = await send({ endpointIds: ` ${first} ` });
		expect(delivered.map(({ endpoint_id }) => endpoint_id)).toEqual([first]);
		const [both] = await send({ endpointIds: [first, second] });
		expect(both).toHaveLength(2);
	});

	test.each(['', ' , ', []])('fails if it is %j, and sends nothing', async (endpointIds) => {
		await register('A');
		await expect(send({ endpointIds })).rejects.toThrow('"Endpoints" is empty.');
		expect(receiver.requests).toEqual([]);
	});

	test('fails for an endpoint that does not exist, and sends nothing', async () => {
		const id = await register('A');
		await expect(send({ endpointIds: `${id}, ep_x` })).rejects.toThrow(
			'There is no endpoint "ep_x". The event was not sent to anybody.',
		);
		expect(receiver.requests).toEqual([]);
		expect(mockStore.rows('events')).toEqual([]);
	});
});

describe('Send with the option Deliver At', () => {
	test.each([
		['={{ $now.plus(1, "hour") }}', 1],
		['={{ $now.plus(300, "days").toISO() }}', 300 * 24],
	])('outputs the delivery on Pending with its time: %s', async (deliverAt, hours) => {
		await register('A');
		const [delivered, [pending]] = await send({ deliverAt });
		expect([delivered, receiver.requests]).toEqual([[], []]);
		const waitMs = Date.parse(pending.next_attempt_at) - Date.now();
		expect(waitMs / 3_600_000).toBeGreaterThan(hours - 1.1);
		expect(waitMs / 3_600_000).toBeLessThan(hours + 1.1);
		expect(pending).toMatchObject({ status: 'pending', attempts: 0 });
	});

	test('sends right away if the time is over', async () => {
		await register('A');
		const [delivered] = await send({ deliverAt: '2026-01-01T00:00:00' });
		expect(delivered).toMatchObject([{ status: 'delivered' }]);
	});

	test('fails for a time more than a year from now', async () => {
		await register('A');
		await expect(send({ deliverAt: '={{ $now.plus(400, "days") }}' })).rejects.toThrow(
			'more than a year from now',
		);
	});
});

describe('Send Again', () => {
	test('sends a past event to an endpoint that is not subscribed', async () => {
		const id = await register('A', 'user.*');
		const [, , , [{ event_id: eventId }]] = await send();
		const [delivered] = await act('event', 'sendAgain', {
			eventId: byId(eventId),
			endpoint: byId(id),
		});
		expect(delivered).toMatchObject([
			{ status: 'delivered', event_id: eventId, endpoint_id: id, attempts: 1 },
		]);
		expect(receiver.requests).toHaveLength(1);
	});

	test.each([
		['', '"Event" is empty'],
		['evt_x', 'There is no event "evt_x"'],
	])('fails for the event %j', async (eventId, message) => {
		const id = await register('A');
		await expect(
			act('event', 'sendAgain', { eventId: byId(eventId), endpoint: byId(id) }),
		).rejects.toThrow(message);
	});
});

describe('Replay Many', () => {
	test('previews and queues failed deliveries, by endpoint', async () => {
		const id = await register('A');
		receiver.answer = (response) => response.writeHead(500).end();
		await send();
		await send({}, 'user.created');
		const filters = { eventTypes: 'order.*', outcomes: ['retryable'], endpointId: byId(id) };
		const [[preview]] = await act('delivery', 'replayMany', { filters, previewOnly: true });
		const [{ accepted_at: time }] = mockStore.rows('events');
		expect(preview).toEqual({
			deliveries: 1,
			unchanged_deliveries: 0,
			preview: true,
			complete: true,
			since: expect.any(String),
			until: null,
			endpoints: [
				{
					endpoint_name: 'A',
					deliveries: 1,
					oldest: time,
					newest: time,
					unchanged_deliveries: 0,
					reason: null,
					endpoint_id: id,
				},
			],
		});
		const statuses = () =>
			mockStore
				.rows('deliveries')
				.map((row) => row.status)
				.filter((name) => !name.startsWith('tally'));
		expect(statuses()).toEqual(['failed', 'failed']);
		const [[replayed]] = await act('delivery', 'replayMany', { filters });
		expect(replayed).toEqual({ ...preview, preview: false, since: expect.any(String) });
		expect(statuses()).toEqual(['pending', 'failed']);
		receiver.answer = (response) => response.end();
		expect((await act('delivery', 'deliverDue'))[0]).toHaveLength(1);
	});

	test('fails if no status is chosen', async () => {
		await expect(act('delivery', 'replayMany', { statuses: [] })).rejects.toThrow(
			'No status is selected',
		);
	});
});

test('Cancel Many cancels a scheduled event, and Send shows it on Failed when it is sent again', async () => {
	await register('A');
	const options = { deliverAt: '={{ $now.plus(1, "hour") }}', idempotencyKey: 'order 1' };
	const [, [{ event_id: eventId }]] = await send(options);
	const [[cancelled]] = await act('delivery', 'cancelMany', {
		filters: { eventId: byId(eventId) },
	});
	expect(cancelled).toMatchObject({ deliveries: 1, endpoints: [{ endpoint_name: 'A' }] });
	const [, pending, failed] = await send(options);
	expect(pending).toEqual([]);
	expect(failed).toMatchObject([{ status: 'cancelled', duplicate: true }]);
});

test('Recover Missing queues past events for an endpoint that was created later', async () => {
	await send();
	const id = await register('A');
	const [[preview]] = await act('endpoint', 'recoverMissing', {
		endpoint: byId(id),
		previewOnly: true,
	});
	expect(preview).toMatchObject({ deliveries: 1, preview: true });
	const [[made]] = await act('endpoint', 'recoverMissing', { endpoint: byId(id) });
	expect(made).toMatchObject({ deliveries: 1, preview: false, endpoints: [{ endpoint_id: id }] });
	expect((await act('delivery', 'deliverDue'))[0]).toHaveLength(1);
	expect(receiver.requests).toHaveLength(1);
});
