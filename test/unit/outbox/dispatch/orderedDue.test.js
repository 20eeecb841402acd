const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const {
	leaseChains,
	limitChains,
	listChains,
} = require('../../../../build/core/outbox/dispatch/orderedDue');
const { readDelivery } = require('../../../../build/core/outbox/store/deliveryRows');

const { createWorld, HOUR, LIMITS, MINUTE } = require('../world');

const { ordered } = require('./orderWatch');

const RETRIES = { schedule: 'list', delays: '1 min, 1 min' };

/** Creates a world with one order: the first delivery waits for its retry, the others for it. */
async function waitingWorld(count) {
	const world = createWorld({ answer: () => 503 });
	const endpoint = await world.register('ep_a', {
		settings: { retry_policy: RETRIES, in_order: {} },
	});
	await publishEvents(world.process(), ordered(count, 1), LIMITS);
	world.clock.advance(HOUR);
	const list = (more = {}) =>
		listChains(
			{
				stored: world.deliveries().map(readDelivery),
				registered: [endpoint],
				findUnderWay: () => [],
				dueMs: world.clock.nowMs(),
				probedIds: new Set(),
				...more,
			},
			world.clock.nowMs(),
		);
	/** Changes the row of the delivery at a place in the order. */
	const edit = (index, values) => {
		const rows = world.deliveries().sort((a, b) => a.order_number - b.order_number);
		world.store.edit('deliveries', rows[index].id, values);
	};
	return { edit, list, world };
}

const getNumbers = ({ deliveries }) => deliveries.map(({ place }) => place.number);
const leasedByOther = (world) => ({
	status: 'sending',
	lease_owner: 'other',
	next_attempt_at: new Date(world.clock.nowMs() + MINUTE).toISOString(),
});

describe('listChains', () => {
	test('takes only the first delivery while it fails', async () => {
		const { list } = await waitingWorld(3);
		expect(list().map(getNumbers)).toEqual([[1]]);
		expect(list()[0].hasMore).toBe(true);
	});

	test('takes the deliveries that are due, up to one that is not', async () => {
		const { edit, list, world } = await waitingWorld(4);
		edit(0, { status: 'delivered', next_attempt_at: null });
		edit(3, { status: 'held', next_attempt_at: null });
		const stored = world
			.deliveries()
			.map(readDelivery)
			.filter(({ status }) => status !== 'delivered');
		expect(list({ stored }).map(getNumbers)).toEqual([[2, 3]]);
	});

	test('takes nothing while another run attempts any delivery of the order', async () => {
		const { edit, list, world } = await waitingWorld(3);
		edit(2, leasedByOther(world));
		expect(list()).toEqual([]);
	});

	test('takes nothing that an event without a delivery precedes', async () => {
		const { list } = await waitingWorld(3);
		expect(list({ findUnderWay: () => [0] })).toEqual([]);
		// It has a delivery, which counts instead.
		expect(list({ findUnderWay: () => [1] }).map(getNumbers)).toEqual([[1]]);
	});
});

describe('leaseChains', () => {
	/** Leases three fresh deliveries, after something has happened to them. */
	async function leaseAfter(change) {
		const { edit, list, world } = await waitingWorld(3);
		edit(0, { attempts: 0 });
		const chains = list();
		expect(chains.map(getNumbers)).toEqual([[1, 2, 3]]);
		change({ edit, world });
		const lease = { owner: 'run', expiresAtMs: world.clock.nowMs() + MINUTE };
		const { tables } = world.process();
		const { deliveries, released } = await leaseChains(tables, chains, world.clock.nowMs(), lease);
		return [getNumbers({ deliveries }), getNumbers({ deliveries: released })];
	}

	test('leases a chain', async () => {
		expect(await leaseAfter(() => {})).toEqual([[1, 2, 3], []]);
	});

	test.each([
		[0, [[], [2, 3]]],
		[1, [[1], [3]]],
		[2, [[1, 2], []]],
	])(
		'releases what follows the delivery at index %i if another run was faster',
		async (index, expected) => {
			const change = ({ edit, world }) => edit(index, leasedByOther(world));
			expect(await leaseAfter(change)).toEqual(expected);
		},
	);
});

test('limitChains takes at least one chain, and no more than fit', () => {
	const chains = [3, 2, 4].map((length) => ({ deliveries: Array(length).fill({}) }));
	expect(limitChains(chains, 1)).toEqual([chains[0]]);
	expect(limitChains(chains, 5)).toEqual(chains.slice(0, 2));
	expect(limitChains(chains, 9)).toEqual(chains);
});
