const { createTimeZone } = require('../../../build/core/lib/timeZone');

const { DAY, START } = require('../outbox/world');

const {
	createManagedWorld,
	deliveryRow,
	expectInvalid,
	TASKS,
	validBody,
} = require('./managedWorld');

const STATUSES = ['delivered', 'failed', 'held', 'gathering', 'pending', 'sending', 'cancelled'];

/** A world with one delivery of each status, and others for another webhook. */
async function createLoggedWorld() {
	const world = createManagedWorld();
	const [id, other] = [await world.create(), await world.create()];
	world.store.insert(
		'deliveries',
		[id, other].flatMap((endpointId) =>
			STATUSES.map((status, day) =>
				deliveryRow(endpointId, {
					delivery_id: `dlv_${endpointId}_${status}`.replaceAll('-', '_'),
					status,
					event_type: `order.${status}`,
					accepted_at: new Date(Date.parse(START) + day * DAY).toISOString(),
				}),
			),
		),
	);
	const ask = async (query) => await world.ask('getLogs', { id, query });
	const list = async (query) =>
		(await ask(query)).body.logs.map((entry) =>
			entry.id.replace(`dlv_${id.replaceAll('-', '_')}_`, ''),
		);
	return { world, id, ask, list };
}

describe('the parameters of a webhook’s log', () => {
	test.each([
		[{}, [...STATUSES].reverse()],
		[{ status: 'success' }, ['delivered']],
		[{ status: 'failed' }, ['failed']],
		[{ status: 'held' }, ['held']],
		[{ status: 'cancelled' }, ['cancelled']],
		[{ status: 'pending' }, ['sending', 'pending', 'gathering']],
		[{ status: '' }, [...STATUSES].reverse()],
		[{ event: 'order.failed' }, ['failed']],
		[{ event: 'order.failed', status: 'success' }, []],
		[{ since: '2025-01-18T10:00:00Z' }, ['cancelled', 'sending', 'pending', 'gathering']],
		[{ until: '2025-01-16T10:00:00Z' }, ['delivered']],
		[{ since: '2025-01-16', until: '2025-01-17T12:00:00+01:00' }, ['held', 'failed']],
	])('%j selects %j', async (query, expected) => {
		const { list } = await createLoggedWorld();
		expect((await list(query)).sort()).toEqual([...expected].sort());
	});

	test('are paged together', async () => {
		const { ask, list } = await createLoggedWorld();
		const query = { status: 'pending', limit: '2' };
		const first = await ask(query);
		const rest = await list({ ...query, cursor: first.body.next_cursor });
		expect(first.body.logs).toHaveLength(2);
		expect(rest).toHaveLength(1);
	});

	test('read times without an offset in the workflow’s timezone', async () => {
		const { list, world } = await createLoggedWorld();
		world.rules.zone = createTimeZone('Asia/Tokyo');
		expect(await list({ until: '2025-01-15T19:00:00' })).toEqual([]);
		expect(await list({ until: '2025-01-15T19:00:01' })).toEqual(['delivered']);
	});

	test.each([
		[{ status: 'delivered' }, 'status'],
		[{ status: 'SUCCESS' }, 'status'],
		[{ status: ['failed', 'success'] }, 'status'],
		[{ status: { a: 'b' } }, 'status'],
		[{ event: 'no event!' }, 'event'],
		[{ event: '={{ 1 }}' }, 'event'],
		[{ since: 'yesterday' }, 'since'],
		[{ since: '12/01/2026' }, 'since'],
		[{ until: '2025-02-31' }, 'until'],
		[{ until: '1' }, 'until'],
		// In UTC, this is in the year 10000, which precedes all others as text.
		[{ until: '9999-12-31T23:59:59-05:00' }, 'until'],
		[{ state: 'failed' }, 'state'],
		[{ page: '2' }, 'page'],
		[{ Status: 'failed' }, 'Status'],
	])('are rejected if the API does not have or cannot read them: %j', async (query, field) => {
		const { ask } = await createLoggedWorld();
		expectInvalid(await ask(query), field);
	});
});

test.each(TASKS)('%s rejects a parameter that it does not have', async (task) => {
	const world = createManagedWorld();
	const id = await world.create();
	const rows = world.store.rows('endpoints');
	const reply = await world.ask(task, { id, query: { colour: 'red' }, body: validBody(task) });
	expectInvalid(reply, 'colour');
	expect(world.store.rows('endpoints')).toEqual(rows);
	expect(world.attempts).toEqual([]);
});
