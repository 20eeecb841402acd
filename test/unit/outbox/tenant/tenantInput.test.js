const {
	createTenant,
	findTenantIdFault,
	updateTenant,
} = require('../../../../build/core/outbox/tenant/tenantInput');

const create = (id, input = {}) => createTenant(id, input, 0);

describe('a tenant’s ID', () => {
	test.each(['acme', 'A.b_c:d-9', '7', '__proto__', 'x'.repeat(100)])('can be %s', (id) => {
		expect(findTenantIdFault(id)).toBeUndefined();
		expect(create(id).id).toBe(id);
	});

	test.each(['', ' acme', 'a b', '=acme', 'a/b', 'Ä', 'x'.repeat(101), 'a\n'])(
		'cannot be %j',
		(id) => {
			expect(() => create(id)).toThrow('is not a tenant ID. Use 1 to 100 letters');
		},
	);

	test.each(['.', '..'])('cannot be "%s", which clients of the API drop from a URL', (id) => {
		expect(() => create(id)).toThrow('which URLs cannot have. Use an ID with a letter or a digit');
	});
});

describe('a tenant', () => {
	test('keeps what an update does not name', () => {
		const tenant = create('acme', {
			name: 'Acme',
			limits: { max_endpoints: 3, retention_days: 1 },
		});
		const updated = updateTenant(tenant, { status: 'disabled', limits: { max_endpoints: null } });
		expect(updated).toEqual({ ...tenant, status: 'disabled', limits: { retention_days: 1 } });
	});

	test.each([
		['a name on two lines', { name: 'a\nb' }, '"Name" has a line break'],
		['more metadata than 4 KB', { metadata: { a: 'x'.repeat(4100) } }, '"Metadata" has more than'],
		[
			'a fraction of an endpoint',
			{ limits: { max_endpoints: 1.5 } },
			'"Max Endpoints" must be a whole',
		],
		['negative days', { limits: { retention_days: -1 } }, '"Max Age (Days)" must be a number'],
	])('cannot have %s', (_, input, message) => {
		expect(() => create('acme', input)).toThrow(message);
	});

	test('cannot be disabled if it is the default', () => {
		expect(() => create('default', { status: 'disabled' })).toThrow('cannot be disabled');
		expect(create('default', { limits: { max_endpoints: 5 } }).limits).toEqual({
			max_endpoints: 5,
		});
	});
});
