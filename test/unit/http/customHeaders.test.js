const { findCustomHeaderFault } = require('../../../build/core/http/customHeaders');

describe('findCustomHeaderFault', () => {
	test.each([
		['X-Tenant', 'acme'],
		['x_tenant', ''],
		['X-Tenant', 'a b; c="d"'],
	])('finds nothing wrong with %s: %j', (name, value) => {
		expect(findCustomHeaderFault(name, value)).toBeUndefined();
	});

	test.each([
		['', 'a', '"" is not a valid header name'],
		['X Tenant', 'a', '"X Tenant" is not a valid header name'],
		['X-Tenant:', 'a', '"X-Tenant:" is not a valid header name'],
		['X\nA', 'a', '"X?A" is not a valid header name'],
		['Host', 'a', 'n8n sets the header "Host" itself'],
		['TRANSFER-ENCODING', 'a', 'sets the header "TRANSFER-ENCODING" itself'],
		['X-A', 'b\nc', 'The value of the header "X-A" has a line break at position 2'],
		['X-A', 'b\u200b', 'The value of the header "X-A" has an invisible character at position 2'],
		['X-A', '🔑', 'The value of the header "X-A" has a character that is not ASCII'],
	])('says why %j: %j cannot be sent', (name, value, message) => {
		expect(findCustomHeaderFault(name, value)).toContain(message);
	});
});
