/** Workflows whose last items cannot be written as JSON: their deliveries fail, and no others with them. */
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { createWorld, events, LIMITS } = require('../world');

const circular = { a: 1 };
circular.self = circular;
const UNWRITABLE = [
	['contains itself', circular],
	[
		'throws an error',
		{
			toJSON: () => {
				throw new Error('boom');
			},
		},
	],
];

describe.each(UNWRITABLE)('what a workflow returned %s', (_, value) => {
	test('as the answer of an endpoint: it has the event', async () => {
		const world = createWorld({ runWorkflow: () => [{ value }] });
		await world.register('ep_1', {
			url: undefined,
			signingSecret: undefined,
			platform: 'standardWebhooks',
			workflowId: 'flow',
		});
		await world.register('ep_2');
		await publishEvents(world.process(), events(1), LIMITS);
		expect(world.deliveries()).toMatchObject([
			{ endpoint_id: 'ep_1', status: 'delivered' },
			{ endpoint_id: 'ep_2', status: 'delivered' },
		]);
	});

	test('as the body of a delivery: it is retried, and says why', async () => {
		const world = createWorld({
			runWorkflow: ({ items }) =>
				items.map(({ data, delivery_id }) => ({
					delivery_id,
					body: data.number === 0 ? { value } : { ok: true },
				})),
		});
		await world.register('ep_1', { transformWorkflowId: 'flow' });
		await publishEvents(world.process(), events(2), LIMITS);
		expect(world.deliveries()).toMatchObject([
			{
				status: 'pending',
				outcome: 'transform_failed',
				error: expect.stringContaining('cannot be written as JSON'),
			},
			{ status: 'delivered' },
		]);
	});
});
