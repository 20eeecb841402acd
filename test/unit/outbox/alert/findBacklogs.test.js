const { findBacklogs } = require('../../../../build/core/outbox/alert/findBacklogs');

const NOW = Date.parse('2025-01-15T10:00:00.000Z');
const due = (tenant_id, next_attempt_at) => ({ tenant_id, next_attempt_at });

test('findBacklogs finds the tenants whose deliveries are due for 15 minutes', () => {
	const rows = [
		due('acme', '2025-01-15T09:59:00.000Z'),
		due('acme', '2025-01-15T09:45:00.000Z'),
		due('globex', '2025-01-15T09:45:00.001Z'),
	];
	expect(findBacklogs(rows, NOW)).toEqual([
		{ tenantId: 'acme', due: 2, oldestDueAt: '2025-01-15T09:45:00.000Z' },
	]);
	expect(findBacklogs(rows, NOW + 1)).toHaveLength(2);
	expect(findBacklogs([], NOW)).toEqual([]);
});
