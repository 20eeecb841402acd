const fs = require('node:fs');
const path = require('node:path');

const { presentTenant } = require('../../../../build/core/outbox/tenant/presentTenant');
const { createTenant } = require('../../../../build/core/outbox/tenant/tenantInput');

const SCHEMAS = path.join(__dirname, '../../../../nodes/AgentWebhook/__schema__/v1.0.0/tenant');

describe('the item of a tenant', () => {
	test.each(['get', 'getAll', 'update'])(
		'has no field that the output schema of %s lacks',
		(operation) => {
			const schema = fs.readFileSync(path.join(SCHEMAS, `${operation}.json`), 'utf8');
			const tenant = { ...createTenant('acme', { name: 'Acme' }, 0), uid: 'acme-1' };
			const item = presentTenant(tenant);
			expect(item).toMatchObject({ uid: 'acme-1', id: 'acme' });
			expect(Object.keys(JSON.parse(schema).properties)).toEqual(Object.keys(item));
		},
	);

	test('has the fields of the output schema of create, which gives a tenant no uid', () => {
		const schema = fs.readFileSync(path.join(SCHEMAS, 'create.json'), 'utf8');
		const item = presentTenant(createTenant('acme', { name: 'Acme' }, 0));
		expect(Object.keys(JSON.parse(schema).properties)).toEqual(Object.keys(item));
	});

	test('has no uid if the tenant has none', () => {
		expect(presentTenant(createTenant('acme', {}, 0))).not.toHaveProperty('uid');
	});
});
