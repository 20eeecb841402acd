const attempt = require('lodash/attempt');

const { readRow, UnreadableRowError } = require('../../../../build/core/outbox/store/rows');
const { TABLES } = require('../../../../build/core/outbox/store/tables');

const { createWorld, START } = require('../world');

const ROWS = {
	events: {
		id: 3,
		tenant_id: 'default',
		event_id: 'evt_1',
		event_type: 'order.created',
		accepted_at: START,
		data: '{"amount":1}',
		uid: null,
		channels: null,
		request_key: null,
		endpoint_ids: '["ep_a"]',
		execution_id: '7',
		workflow_id: 'workflow',
		node_name: 'Send',
		inbound_event_id: null,
		deliver_at: null,
		payload_forgotten_at: null,
		data_check: null,
		lease_owner: null,
		lease_until: null,
	},
	deliveries: {
		id: 7,
		tenant_id: 'default',
		delivery_id: 'dlv_1',
		event_id: 'evt_1',
		event_type: 'order.created',
		event_ids: null,
		endpoint_id: 'ep_a',
		endpoint_name: 'Shop',
		accepted_at: START,
		status: 'pending',
		attempts: 0,
		last_attempt_at: null,
		next_attempt_at: START,
		completed_at: null,
		response_code: null,
		outcome: null,
		response_time_ms: null,
		payload_size: null,
		error: null,
		attempt_log: '[]',
		execution_id: '7',
		workflow_id: 'workflow',
		replayed_at: null,
		order_key: null,
		order_number: null,
		tallied: null,
		lease_owner: null,
	},
};

describe('readRow', () => {
	test('parses the JSON in a row’s columns', () => {
		expect(readRow('events', ROWS.events)).toEqual({
			...ROWS.events,
			data: { amount: 1 },
			endpoint_ids: ['ep_a'],
		});
		expect(readRow('deliveries', ROWS.deliveries)).toEqual({
			...ROWS.deliveries,
			attempt_log: [],
		});
	});

	test('reads an endpoint’s row as it was written', async () => {
		const world = createWorld();
		await world.register('ep_a', { eventTypes: ['order.*'] });
		const [row] = world.store.rows('endpoints');
		expect(readRow('endpoints', row)).toMatchObject({ event_types: ['order.*'], settings: {} });
	});

	test.each([
		['deliveries', 'status', 'lost'],
		['deliveries', 'status', null],
		['deliveries', 'attempts', '3'],
		['deliveries', 'attempt_log', '[{"attempt":1}]'],
		['deliveries', 'attempt_log', 'not JSON'],
		['deliveries', 'attempt_log', null],
		['deliveries', 'next_attempt_at', 'tomorrow'],
		['deliveries', 'accepted_at', null],
		['events', 'data', '{'],
		['events', 'endpoint_ids', '{"ep_a":true}'],
		['events', 'event_id', null],
	])('rejects a row of %s whose %s is %j, and names row and column', (table, column, value) => {
		const row = { ...ROWS[table], [column]: value };
		const read = () => readRow(table, row);
		expect(read).toThrow(UnreadableRowError);
		expect(read).toThrow(`Row ${row.id} `);
		expect(read).toThrow(`${table} table`);
		expect(read).toThrow(`"${column}"`);
	});

	test.each(Object.keys(ROWS))('rejects a row of %s without a column', (table) => {
		for (const column of Object.keys(TABLES[table])) {
			const row = { ...ROWS[table] };
			delete row[column];
			const read = () => readRow(table, row);
			expect(read).toThrow(UnreadableRowError);
			expect(read).toThrow(`Row ${row.id} `);
			expect(read).toThrow(`"${column}"`);
		}
	});

	test('rejects an edited endpoint row, and names row and column', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const [row] = world.store.rows('endpoints');
		for (const [column, value] of [
			['status', 'stopped'],
			['settings', '[]'],
			['event_types', 'order.created'],
			['registered_at', null],
		]) {
			world.store.edit('endpoints', row.id, { ...row, [column]: value });
			await expect(world.endpoint('ep_a')).rejects.toThrow(
				new RegExp(`Row ${row.id} of .* endpoints table .* "${column}"`),
			);
		}
	});
});

test.each([
	['endpoints', { settings: '[]' }, 'in the column "settings", the value must be a JSON object'],
	['endpoints', { event_types: '"a"' }, 'in the column "event_types", the value must be a list'],
	['endpoints', { event_types: '[1]' }, 'in the column "event_types", "0" must be text'],
	['endpoints', { status: 'weird' }, 'the value must be one of: active, paused, disabled'],
	['endpoints', { sealed: null }, 'in the column "sealed", the value must be text, but is empty'],
	['endpoints', { registered_at: 'today' }, 'the value must be a date and time, e.g. 2025'],
	['endpoints', { revision: 'x' }, 'in the column "revision", the value must be a number'],
	['endpoints', { settings: '{' }, 'in the column "settings", the value is not JSON'],
	['events', { data: '[]' }, 'in the column "data", the value must be a JSON object'],
	[
		'events',
		{ data: `{"a":${'['.repeat(500)}${']'.repeat(500)}}` },
		'in the column "data", the value is nested more than 500 levels deep',
	],
	['events', { event_id: '=x' }, 'the value is empty or begins with "="'],
	['deliveries', { status: 7 }, 'the value must be one of: gathering, pending'],
	[
		'deliveries',
		{ attempt_log: '[{}]' },
		'in the column "attempt_log", "0.attempt" must be a number',
	],
])('an edited row of %s with %j is explained in plain words', async (table, edited, message) => {
	const world = createWorld();
	await world.register('ep_a');
	const [endpoint] = world.store.rows('endpoints');
	const row = { ...(table === 'endpoints' ? endpoint : ROWS[table]), ...edited };
	const error = attempt(() => readRow(table, row));
	expect(error.message).toContain(message);
	expect(error.message).not.toMatch(/Expected|Invalid|received|undefined|Required/);
});
