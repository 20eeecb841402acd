const fc = require('fast-check');

const { findDeliveries } = require('../../../../build/core/outbox/log/query');
const { findEvent, findEvents } = require('../../../../build/core/outbox/log/loggedEvents');
const { presentEvent } = require('../../../../build/core/outbox/log/presentEvent');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { callNames } = require('../memoryTables');
const { createWorld, LIMITS, SECOND } = require('../world');

const BATCHING = { settings: { batch_settings: { max_events: 2, max_wait_seconds: 60 } } };
const originOf = (executionId, more) => ({
	executionId,
	workflowId: 'wf_1',
	nodeName: 'Send',
	inboundEventId: null,
	...more,
});

/** A world in which three executions sent an event each; the second one failed. */
async function withEvents(...endpoints) {
	const world = createWorld({ answer: ({ body }) => (body.includes('broken') ? 500 : 200) });
	await world.register('ep_a');
	for (const [id, more] of endpoints) await world.register(id, more);
	const texts = ['first 50% "quoted"', 'broken', 'third\nline'];
	for (const [index, text] of texts.entries()) {
		const inboundEventId = index === 0 ? 'in_1' : null;
		const input = {
			type: index === 2 ? 'order.paid' : 'order.created',
			data: { text, index },
			origin: originOf(`ex_${index}`, { inboundEventId }),
		};
		await publishEvents(world.process(), [input], LIMITS);
		world.clock.advance(SECOND);
	}
	return world;
}

const getIndexes = (events) => events.map(({ stored }) => stored.event.data.index);

describe('findEvents', () => {
	test.each([
		[{}, [2, 1, 0]],
		[{ eventType: 'order.paid' }, [2]],
		[{ executionId: 'ex_1' }, [1]],
		[{ executionId: 'ex_9' }, []],
		[{ inboundEventId: 'in_1' }, [0]],
		[{ text: 'broken' }, [1]],
		[{ text: 'Broken' }, []],
		[{ text: 'first 50% "quoted"' }, [0]],
		[{ text: '"index":2' }, [2]],
		[{ text: 'third\nline' }, [2]],
		[{ text: 'r', eventType: 'order.created' }, [1, 0]],
		[{ since: '2025-01-15T10:00:01.000Z' }, [2, 1]],
		[{ until: '2025-01-15T10:00:01.000Z' }, [0]],
	])('finds by %j, newest first', async (query, expected) => {
		const world = await withEvents();
		expect(getIndexes(await findEvents(world.process(), query))).toEqual(expected);
		const newest = await findEvents(world.process(), query, 1);
		expect(getIndexes(newest)).toEqual(expected.slice(0, 1));
	});

	test('takes two calls, however many events there are', async () => {
		const world = await withEvents();
		const ports = world.process();
		await findEvents(ports, {}, 50);
		expect(callNames(ports.tables)).toEqual([
			'find events, find endpoints, find events',
			'find deliveries, find deliveries',
		]);
	});

	test('adds the deliveries: single ones, and batches with the event', async () => {
		const world = await withEvents(['ep_batch', BATCHING]);
		const [third, second, first] = await findEvents(world.process(), {});
		const show = ({ deliveries }) =>
			deliveries.map(({ endpointId, status }) => `${endpointId} ${status}`).sort();
		expect(show(first)).toEqual(['ep_a delivered', 'ep_batch pending']);
		expect(show(second)).toEqual(['ep_a pending', 'ep_batch pending']);
		expect(show(third)).toEqual(['ep_a delivered', 'ep_batch gathering']);
		expect(presentEvent(first)).toMatchObject({
			event: 'order.created',
			data: { index: 0 },
			delivery_counts: { delivered: 1, pending: 1, failed: 0 },
			execution_id: 'ex_0',
			workflow_id: 'wf_1',
			node_name: 'Send',
			inbound_event_id: 'in_1',
		});
	});

	test('adds deliveries under way', async () => {
		const world = createWorld({ attemptMs: 10 * SECOND });
		await world.register('ep_a');
		const sending = publishEvents(world.process(), [{ type: 'a', data: {} }], LIMITS);
		await world.clock.wait(SECOND);
		const [event] = await findEvents(world.process(), {});
		expect(presentEvent(event)).toMatchObject({ delivery_counts: { sending: 1, delivered: 0 } });
		await sending;
	});

	test('lists an event that was edited, with what is wrong', async () => {
		const world = await withEvents();
		world.store.edit('events', 1, { data: 'no JSON' });
		const events = (await findEvents(world.process(), {})).map(presentEvent);
		expect(events).toHaveLength(3);
		expect(events[2]).toMatchObject({
			unreadable_reason: expect.stringContaining('"data"'),
			delivery_counts: { delivered: 1 },
		});
	});
});

test('findEvent names the ID of an event that does not exist', async () => {
	const world = await withEvents();
	const [{ event_id: id }] = world.store.rows('events');
	expect(await findEvent(world.process(), id)).toMatchObject({ id, deliveries: [{}] });
	await expect(findEvent(world.process(), 'evt_none')).rejects.toMatchObject({
		name: 'EventNotFoundError',
		message: expect.stringContaining('"evt_none"'),
	});
});

describe('the log of deliveries', () => {
	test.each([
		[{ executionId: 'ex_0' }, ['ep_a', 'ep_batch']],
		[{ executionId: 'ex_0', endpointId: 'ep_a' }, ['ep_a']],
		[{ text: 'broken' }, ['ep_a', 'ep_batch']],
		[{ text: 'broken', statuses: ['delivered'] }, []],
		[{ text: 'nowhere' }, []],
		[{ outcomes: ['retryable'] }, ['ep_a', 'ep_batch']],
		[{ outcomes: ['success', 'retryable'] }, ['ep_a', 'ep_a', 'ep_a', 'ep_batch']],
		[{ responseCodes: [{ from: 200, to: 299 }] }, ['ep_a', 'ep_a']],
		[
			{
				responseCodes: [
					{ from: 200, to: 200 },
					{ from: 500, to: 599 },
				],
			},
			['ep_a', 'ep_a', 'ep_a', 'ep_batch'],
		],
	])('is searched by %j', async (query, expected) => {
		const world = await withEvents(['ep_batch', BATCHING]);
		const found = await findDeliveries(world.process(), query);
		expect(found.map(({ endpointId }) => endpointId).sort()).toEqual(expected);
		const some = await findDeliveries(world.process(), query, 1);
		expect(some).toEqual(found.slice(0, 1));
	});

	test('has the same deliveries in pages, for any filter', async () => {
		const world = await withEvents(['ep_batch', BATCHING], ['ep_b']);
		const anyOf = (...values) =>
			fc.option(fc.subarray(values, { minLength: 1 }), { nil: undefined });
		const query = fc.record({
			statuses: anyOf('delivered', 'pending', 'gathering', 'failed'),
			outcomes: anyOf('success', 'retryable', 'timeout'),
			executionId: fc.constantFrom(undefined, 'ex_0', 'ex_1'),
			text: fc.constantFrom(undefined, 'broken', 'r', 'index'),
			endpointId: fc.constantFrom(undefined, 'ep_a', 'ep_batch'),
		});
		await fc.assert(
			fc.asyncProperty(query, fc.integer({ min: 1, max: 4 }), async (filters, limit) => {
				const all = (await findDeliveries(world.process(), filters)).map(({ id }) => id);
				const seen = [];
				for (let after; ; ) {
					const page = await findDeliveries(world.process(), { ...filters, after }, limit);
					if (page.length === 0) break;
					seen.push(...page.map(({ id }) => id));
					after = { acceptedAt: page.at(-1).acceptedAt, deliveryId: page.at(-1).id };
				}
				expect(seen).toEqual(all);
			}),
			{ numRuns: 60 },
		);
	});
});
