const {
	issueKey,
	isKeyInForce,
	withdrawAllKeys,
	withdrawKey,
} = require('../../../../build/core/outbox/apiKey/keyStanding');
const { createTenant } = require('../../../../build/core/outbox/tenant/tenantInput');

const NOW = Date.parse('2025-01-15T10:00:00.000Z');
const DAY = 86_400_000;
const acme = createTenant('acme', {}, NOW);
const issue = (owner, more = {}, nowMs = NOW) =>
	issueKey(
		{ id: 'key_1', tenantId: 'acme', rights: ['read'], validMs: DAY, ...more },
		owner,
		nowMs,
	);

test('a key counts until it is withdrawn', () => {
	const key = issue(acme);
	expect(isKeyInForce(key, acme)).toBe(true);
	expect(isKeyInForce(key, withdrawKey(acme, 'key_1', NOW))).toBe(false);
	expect(isKeyInForce(key, withdrawKey(acme, 'key_2', NOW))).toBe(true);
});

test('withdrawing all keys leaves those alone that are issued afterwards', () => {
	const before = issue(acme);
	const later = withdrawAllKeys(withdrawKey(acme, 'key_9', NOW));
	expect(isKeyInForce(before, later)).toBe(false);
	expect(isKeyInForce(issue(later), later)).toBe(true);
	expect(later.withdrawnKeys).toEqual([]);
});

test('a tenant that was deleted and created again does not inherit the keys', () => {
	const again = createTenant('acme', {}, NOW + 1);
	expect(isKeyInForce(issue(acme), again)).toBe(false);
	expect(isKeyInForce(issue(again, {}, NOW + 1), again)).toBe(true);
});

test('a key counts although the machine that created its tenant has a clock that is ahead', () => {
	const key = issue(acme, {}, NOW - 50);
	expect(isKeyInForce(key, acme)).toBe(true);
	expect(key.expiresAtMs).toBe(NOW - 50 + DAY);
});

test('the keys of a tenant end when it is deleted', () => {
	expect(isKeyInForce(issue(acme), undefined)).toBe(false);
});

test('a key for all tenants counts, also after the default tenant is created', () => {
	const key = issue(undefined, { tenantId: null });
	expect(isKeyInForce(key, undefined)).toBe(true);
	expect(isKeyInForce(key, createTenant('default', {}, NOW + DAY))).toBe(true);
});

test('withdrawn keys are forgotten when they have expired, and not before', () => {
	const one = withdrawKey(acme, 'key_1', NOW, NOW + DAY);
	expect(withdrawKey(one, 'key_2', NOW + DAY - 1).withdrawnKeys).toHaveLength(2);
	expect(withdrawKey(one, 'key_2', NOW + DAY).withdrawnKeys).toEqual([
		{ id: 'key_2', until: null },
	]);
});

test('as many keys can be withdrawn one by one as the row has room for', () => {
	let tenant = acme;
	for (let n = 0; n < 500; n += 1) tenant = withdrawKey(tenant, `key_${n}`, NOW);
	expect(() => withdrawKey(tenant, 'key_more', NOW)).toThrow('Tenant → Withdraw All Keys');
	expect(withdrawKey(tenant, 'key_7', NOW).withdrawnKeys).toHaveLength(500);
});

test.each([
	['allows nothing', { rights: [] }, 'would allow nothing'],
	['is never valid', { validMs: 0 }, 'would never be valid'],
])('no key is issued that %s', (_, input, message) => {
	expect(() => issue(acme, input)).toThrow(message);
});

test('a key itself is not taken for its ID', () => {
	expect(() => withdrawKey(acme, 'agw_abc.def', NOW)).toThrow('is not the ID of a key');
});
