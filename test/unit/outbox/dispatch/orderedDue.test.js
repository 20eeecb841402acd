const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const {
	leaseChains,
	limitChains,
	listChains,
} = require('../../../../build/core/outbox/dispatch/orderedDue');
const { readDelivery } = require('../../../../build/core/outbox/store/deliveryRows');

const { callNames } = require('../memoryTables');
const { createWorld, HOUR, LIMITS, MINUTE, START } = require('../world');

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

describe('listChains, for a delivery that came late into its order', () => {
	/** Returns a late delivery, and the times until which events may have been sent without regard to it. */
	async function findAskedTimes(values) {
		const { edit, list } = await waitingWorld(1);
		edit(0, values);
		const times = [];
		const chains = list({
			findUnderWay: (_endpoint, _key, acceptedUntil) => {
				times.push(acceptedUntil);
				return acceptedUntil === undefined ? [] : [9];
			},
		});
		return { chains, times: times.filter((time) => time !== undefined) };
	}

	test.each([
		['a replay', { replayed_at: '2025-01-15T10:05:00.000Z' }, '2025-01-15T10:05:10.000Z'],
		[
			'one that got its place when it was due',
			{ attempts: 0, next_attempt_at: '2025-01-15T10:02:00.000Z' },
			'2025-01-15T10:02:10.000Z',
		],
	])('lets %s wait while a run may send a later event', async (_, values, until) => {
		expect(await findAskedTimes(values)).toEqual({ chains: [], times: [until] });
	});

	test('takes a delivery that waited from the beginning', async () => {
		const { chains, times } = await findAskedTimes({ attempts: 0, next_attempt_at: START });
		expect(chains.map(getNumbers)).toEqual([[1]]);
		expect(times).toEqual([]);
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

	/** Leases orders with one delivery each, after an earlier one has got into the first of them. */
	async function leaseLate(orders, elder, { isDeleted = false } = {}) {
		const world = createWorld({ answer: () => 503 });
		const settings = { retry_policy: RETRIES, in_order: { key: 'order' } };
		const endpoint = await world.register('ep_a', { settings });
		await publishEvents(world.process(), ordered(orders + 1, orders), LIMITS);
		world.clock.advance(HOUR);
		const rows = world.deliveries().sort((a, b) => a.order_number - b.order_number);
		const [first] = rows;
		world.store.edit('deliveries', first.id, { status: 'failed', next_attempt_at: null });
		const stored = rows.slice(1).map(readDelivery);
		const registered = isDeleted ? [] : [endpoint];
		const findUnderWay = () => [];
		const dueMs = world.clock.nowMs();
		const chains = listChains(
			{ stored, registered, findUnderWay, dueMs, probedIds: new Set() },
			dueMs,
		);
		expect(chains).toHaveLength(orders);
		world.store.edit('deliveries', first.id, elder(world));
		const lease = { owner: 'run', expiresAtMs: dueMs + MINUTE };
		const { tables } = world.process();
		const leased = await leaseChains(tables, chains, dueMs, lease);
		return {
			calls: callNames(tables),
			numbers: getNumbers({ deliveries: leased.deliveries }).length,
			released: getNumbers({ deliveries: leased.released }),
		};
	}

	test.each([
		['is being replayed', 1, leasedByOther],
		['is due again', 1, () => ({ status: 'pending', next_attempt_at: START })],
		['is being replayed', 20, leasedByOther],
	])(
		'releases an order in which an earlier delivery %s, of %i, in one call',
		async (_, orders, elder) => {
			const { calls, numbers, released } = await leaseLate(orders, elder);
			expect(released).toEqual([orders + 1]);
			expect(numbers).toBe(orders - 1);
			expect(calls).toHaveLength(1);
		},
	);

	test.each([
		[false, [2]],
		[true, []],
	])(
		'what is on hold for an endpoint keeps later ones waiting, unless it was deleted: %s',
		async (isDeleted, expected) => {
			const held = () => ({ status: 'held', next_attempt_at: null });
			const { released } = await leaseLate(1, held, { isDeleted });
			expect(released).toEqual(expected);
		},
	);
});

test('limitChains takes at least one chain, and no more than fit', () => {
	const chains = [3, 2, 4].map((length) => ({ deliveries: Array(length).fill({}) }));
	expect(limitChains(chains, 1)).toEqual([chains[0]]);
	expect(limitChains(chains, 5)).toEqual(chains.slice(0, 2));
	expect(limitChains(chains, 9)).toEqual(chains);
});
