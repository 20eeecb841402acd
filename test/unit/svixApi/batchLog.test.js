/** Lists of what an endpoint got in batches. */
const { deliverDue } = require('../../../build/core/outbox/dispatch/deliverDue');
const { LIMITS } = require('../outbox/world');

const { createSvixWorld } = require('./svixWorld');

const OWNED = {
	platform: 'standardWebhooks',
	signingSecret: `whsec_${'A'.repeat(32)}`,
	isApiManaged: true,
	settings: { batch_settings: { max_events: 2, max_wait_seconds: 60 } },
};
const BATCHES = 5;

/** Creates a log of batches of two types by turns, and one event that is sent again alone. */
async function createBatches() {
	const world = createSvixWorld();
	const { token } = await world.createKey();
	const ask = async (...call) => await world.ask(token, ...call);
	await world.register('ep_1', OWNED);
	let last;
	for (let batch = 0; batch < BATCHES; batch += 1) {
		for (const order of [1, 2]) {
			const eventType = batch % 2 === 0 ? 'order.created' : 'order.paid';
			last = await ask('POST', '/app/default/msg', { eventType, payload: { batch, order } });
			world.clock.advance(1000);
		}
		await deliverDue(world.process(), LIMITS);
	}
	await ask('POST', `/app/default/msg/${last.data.id}/endpoint/ep_1/resend`, {});
	/** Pages through a list, forward and back again. */
	const list = async (path, query) => {
		const pages = [];
		for (let iterator = ''; ; ) {
			const url = `/app/default/${path}?limit=1${query}&iterator=${iterator}`;
			const { data } = await ask('GET', url);
			pages.push(data);
			if (data.done) break;
			({ iterator } = data);
		}
		const back = [];
		for (let iterator = pages.at(-1).prevIterator; ; ) {
			const url = `/app/default/${path}?limit=1${query}&iterator=${iterator}`;
			const { data } = await ask('GET', url);
			back.unshift(...data.data);
			if (data.done) break;
			iterator = data.prevIterator;
		}
		const entries = pages.flatMap(({ data }) => data);
		expect([...back, ...pages.at(-1).data]).toEqual(entries);
		return entries;
	};
	return { ask, last: last.data.id, list, world };
}

test.each(['endpoint/ep_1/msg', 'attempt/endpoint/ep_1'])(
	'%s has the same batches with the filter of one event type as without a filter',
	async (path) => {
		const { list } = await createBatches();
		const all = await list(path, '&event_types=order.created,order.paid');
		expect(all).toHaveLength(BATCHES + 1);
		expect(await list(path, '')).toEqual(all);
		const created = await list(path, '&event_types=order.created');
		const paid = await list(path, '&event_types=order.paid');
		expect([created.length, paid.length]).toEqual([4, 2]);
		expect(new Set([...created, ...paid].map(({ id }) => id))).toEqual(
			new Set(all.map(({ id }) => id)),
		);
	},
);

test('a message that was sent in a batch, then again alone, lists its endpoint once', async () => {
	const { ask, last, world } = await createBatches();
	world.answer = () => 500;
	await ask('POST', `/app/default/msg/${last}/endpoint/ep_1/resend`, {});
	const { data } = await ask('GET', `/app/default/msg/${last}/endpoint`);
	expect(data.data).toMatchObject([{ id: 'ep_1', statusText: 'pending' }]);
});

test('a limited link sees no answer to a batch with events that it is not for', async () => {
	const echo = ({ body }) => ({
		kind: 'response',
		statusCode: 200,
		headers: {},
		body: body.toString(),
		bodyTruncated: false,
	});
	const world = createSvixWorld({ answer: echo });
	const { token } = await world.createKey();
	await world.register('ep_1', OWNED);
	const app = '/app/default';
	const send = async (eventType) =>
		await world.ask(token, 'POST', `${app}/msg`, { eventType, payload: { eventType } });
	const shown = await send('order.created');
	await send('order.paid');
	await deliverDue(world.process(), LIMITS);
	const all = await world.ask(token, 'GET', `${app}/attempt/msg/${shown.data.id}`);
	expect(all.data.data[0].response).toContain('order.paid');
	await world.ask(token, 'PATCH', `${app}/endpoint/ep_1`, { eventTypes: ['order.created'] });
	const link = await world.createKey({
		tenantId: 'default',
		rights: ['read'],
		filter: { eventTypes: ['order.created'], channels: [] },
	});
	for (const path of [
		`attempt/msg/${shown.data.id}`,
		'attempt/endpoint/ep_1',
		`endpoint/ep_1/msg/${shown.data.id}`,
		`msg/${shown.data.id}/attempt/${all.data.data[0].id}`,
	]) {
		const reply = await world.ask(link.token, 'GET', `${app}/${path}`);
		expect([200, 404]).toContain(reply.status);
		expect(JSON.stringify(reply.data)).not.toContain('order.paid');
	}
});
