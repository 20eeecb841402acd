const { isAlertType, namesAlert } = require('../../../../build/core/outbox/alert/alertTypes');

test.each([
	[['endpoint.failing'], true],
	[['order.created', 'Endpoint.Failing'], true],
	[['endpoint.*'], true],
	[['*.failing'], true],
	[['endpoint.disabled'], false],
	[['order.*'], false],
	// Who wants all events of an application does not want the outbox's.
	[[], false],
	[['*'], false],
	[['**', 'order.*'], false],
	[['*', 'endpoint.*'], true],
])('an endpoint for %j names endpoint.failing: %s', (eventTypes, names) => {
	expect(namesAlert(eventTypes, 'endpoint.failing')).toBe(names);
});

test('isAlertType knows every alert, in any case, and no other event', () => {
	const alerts = ['endpoint.failing', 'endpoint.disabled', 'endpoint.recovered'];
	alerts.push('delivery.exhausted', 'outbox.backlog', 'outbox.full', 'Endpoint.FAILING');
	expect(alerts.filter((type) => !isAlertType(type))).toEqual([]);
	expect(['endpoint.created', 'order.failing', ''].filter(isAlertType)).toEqual([]);
});
