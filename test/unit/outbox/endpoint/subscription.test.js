const {
	compileSubscription,
	requireEventType,
} = require('../../../../build/core/outbox/endpoint/subscription');

const { iso, makeEndpoint, NOW } = require('./makeEndpoint');

test.each(['order.created', 'a', '_x', 'agent/run:started-2', 'a'.repeat(256)])(
	'requireEventType accepts "%s"',
	(type) => {
		expect(requireEventType(type)).toBe(type);
	},
);

test.each(['', '*', '.order', 'order created', 'a'.repeat(257), 'bestellung.größe', 'a\nb'])(
	'requireEventType rejects "%s"',
	(type) => {
		expect(() => requireEventType(type)).toThrow('is not an event type');
	},
);

describe('compileSubscription', () => {
	const takes = (input, type, data = {}) =>
		compileSubscription(makeEndpoint(input))({ id: 'evt_1', type, acceptedAt: iso(NOW), data })
			?.met ?? false;

	test.each([
		[[], 'anything.at.all', true],
		[['order.created'], 'order.created', true],
		[['order.created'], 'order.created.late', false],
		[['order.created'], 'order', false],
		[['order.*'], 'order.created', true],
		[['order.*'], 'order.', true],
		[['order.*'], 'order', false],
		[['order.*'], 'orders.created', false],
		[['*'], 'order.created', true],
		[['Order.*'], 'order.created', true],
		[['order.created'], 'Order.Created', true],
		[['user.*', 'order.created'], 'order.created', true],
		[['user.*', 'order.created'], 'order.paid', false],
	])('with the event types %j matches "%s": %s', (eventTypes, type, expected) => {
		expect(takes({ eventTypes }, type)).toBe(expected);
	});

	test('matches events of the listed types that meet the conditions', () => {
		const input = {
			eventTypes: ['order.*'],
			settings: { conditions: { amount: { gte: 100 }, 'user.plan': 'pro' } },
		};
		expect(takes(input, 'order.paid', { amount: 100, user: { plan: 'pro' } })).toBe(true);
		expect(takes(input, 'order.paid', { amount: 99, user: { plan: 'pro' } })).toBe(false);
		expect(takes(input, 'order.paid', { amount: 100 })).toBe(false);
		expect(takes(input, 'user.paid', { amount: 100, user: { plan: 'pro' } })).toBe(false);
	});
});
