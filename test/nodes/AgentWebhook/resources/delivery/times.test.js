/** Times that a person types or an expression returns, in operations on the delivery log. */
const { createStore } = require('../../../../unit/outbox/memoryTables');

const store = createStore();
const mockTables = store.connect();

jest.mock('../../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockTables,
}));

const { row } = require('../../../../unit/outbox/log/logRows');
const { withTallies } = require('../../../../unit/outbox/talliedRows');
const { execute } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');

// The workflow has n8n's default timezone, America/New_York.
const ACCEPTED = [
	'2026-03-07T04:59:59.000Z',
	'2026-03-07T05:00:00.000Z',
	'2026-03-08T04:30:00.000Z',
	'2026-03-08T12:00:00.000Z',
	'2026-03-09T03:30:00.000Z',
	'2026-03-09T04:00:00.000Z',
];

beforeAll(() => {
	store.insert(
		'deliveries',
		withTallies(ACCEPTED.map((accepted_at, index) => row(index + 1, { accepted_at }))),
	);
});

async function run(operation, parameters) {
	const filled = fillInDefaults('agentWebhook', { resource: 'delivery', operation, ...parameters });
	const { outputs } = await execute(filled, [{ json: {} }], {
		credentials: {
			agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: 'k'.repeat(64) },
		},
	});
	return outputs[0].map(({ json }) => json);
}

const countSince = async (since) =>
	(await run('getAll', { returnAll: true, filters: { since } })).length;

test.each([
	['a date', '2026-03-08', 3],
	['n8n’s date picker', '2026-03-08T00:00:00', 3],
	['n8n’s older date picker', '2026-03-08 00:00:00', 3],
	['UTC', '2026-03-08T00:00:00Z', 4],
	['another offset', '2026-03-08T05:00:00+05:00', 4],
	['a date of JavaScript', '={{ new Date("2026-03-08T00:00:00Z") }}', 4],
	['a date of Luxon', '={{ DateTime.fromISO("2026-03-08") }}', 3],
	['Luxon’s text', '={{ DateTime.fromISO("2026-03-08").toISO() }}', 3],
	['a time that clocks skip', '2026-03-08T02:30:00', 3],
	['nothing', '', 6],
])('%s is a time in the workflow’s timezone: %s', async (_, since, count) => {
	expect(await countSince(since)).toBe(count);
});

const NO_TIMES = [
	'01/12/2026',
	'Order 12',
	'1',
	'2026',
	'={{ 1767225600 }}',
	'={{ 1767225600000 }}',
	'={{ "1767225600" }}',
	'={{ String(new Date(0)) }}',
	'={{ new Date("x") }}',
	'={{ DateTime.fromISO("x") }}',
	'={{ true }}',
	'={{ [] }}',
	'={{ $json.missing }}',
];

describe.each([
	['getAll', 'Accepted After', (since) => ({ filters: { since } })],
	['getAll', 'Accepted Before', (until) => ({ filters: { until } })],
	['getStats', 'Accepted After', (since) => ({ filters: { since } })],
	['replayMany', 'Accepted After', (since) => ({ since })],
	['replayMany', 'Accepted Before', (until) => ({ filters: { until } })],
	['cancelMany', 'Accepted After', (since) => ({ since })],
])('Delivery → %s, %s', (operation, label, put) => {
	test.each(NO_TIMES)('does not take %s for a time', async (value) => {
		await expect(run(operation, put(value))).rejects.toThrow(
			new RegExp(`^"${label}" is not a time: it is .+, e.g. 2026-01-31T09:00:00`),
		);
	});
});

test('Get Stats counts the days of the workflow’s timezone', async () => {
	const [{ by_day }] = await run('getStats', { simplify: false });
	expect(by_day.map(({ day, total_deliveries }) => [day, total_deliveries])).toEqual([
		['2026-03-06', 1],
		['2026-03-07', 2],
		['2026-03-08', 2],
		['2026-03-09', 1],
	]);
});

test('Replay Many goes back 24 hours unless a time is entered', async () => {
	const [json] = await run('replayMany', {});
	const hours = (Date.now() - Date.parse(json.since)) / 3_600_000;
	// One day of the workflow's timezone, in which clocks may change.
	expect(hours).toBeGreaterThan(22.9);
	expect(hours).toBeLessThan(25.1);
	await expect(run('replayMany', { since: '' })).rejects.toThrow('"Accepted After" is empty');
});

test('Replay Many shows the time that it has read', async () => {
	const [json] = await run('replayMany', { since: '2026-03-08T00:00:00' });
	expect(json).toMatchObject({ deliveries: 0, since: '2026-03-08T05:00:00.000Z' });
});
