const { parseDeliveryControl } = require('../../../build/core/sending/deliveryControl');

test.each([
	['abort-message', 'abort-message'],
	['disable-endpoint', 'disable-endpoint'],
	// Svix's name: https://docs.svix.com/receiving/delivery-control
	['disable', 'disable-endpoint'],
	[' Abort-Message ', 'abort-message'],
	['abort-message, disable-endpoint', 'disable-endpoint'],
	['later, abort-message', 'abort-message'],
	[['abort-message', 'disable'], 'disable-endpoint'],
])('reads %j as %s', (value, control) => {
	expect(parseDeliveryControl(value)).toBe(control);
});

test.each([undefined, null, '', 'no', 'abort', 'abort-message-not', 7, [], {}])(
	'reads nothing in %j',
	(value) => {
		expect(parseDeliveryControl(value)).toBeUndefined();
	},
);
