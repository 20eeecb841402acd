const { createHmac, hkdfSync } = require('node:crypto');

const fc = require('fast-check');

const { createApiKeys, KEY_RIGHTS } = require('../../../../build/core/outbox/apiKey/apiKeyToken');

const [KEY, OLDER] = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'];
const NOW = Date.parse('2025-01-15T10:00:00.000Z');
const FACTS = {
	id: 'key_1',
	tenantId: 'acme',
	rights: ['read', 'send'],
	issuedAtMs: NOW,
	expiresAtMs: NOW + 1000,
	epoch: 3,
	isPortal: false,
};

const keys = createApiKeys('orders', [KEY]);

test('a key says what it allows', () => {
	expect(keys.verify(keys.create(FACTS), NOW)).toEqual({ facts: FACTS });
	const all = { ...FACTS, tenantId: null, expiresAtMs: null, rights: [...KEY_RIGHTS] };
	expect(keys.verify(keys.create(all), NOW)).toEqual({ facts: all });
});

test('a key is authenticated by an HMAC whose key is derived from the encryption key and the outbox’s name', () => {
	const [, payload, mac] = /^agw_([\w-]+)\.([\w-]+)$/.exec(keys.create(FACTS));
	const info = '["agent-webhooks api keys","orders"]';
	const derived = Buffer.from(hkdfSync('sha256', KEY, '', info, 32));
	expect(mac).toBe(createHmac('sha256', derived).update(payload).digest('base64url'));
});

test('an earlier encryption key still verifies, and a lost one does not', () => {
	const token = createApiKeys('orders', [OLDER]).create(FACTS);
	expect(createApiKeys('orders', [KEY, OLDER]).verify(token, NOW)).toEqual({ facts: FACTS });
	expect(keys.verify(token, NOW)).toEqual({ fault: 'invalid' });
	expect(createApiKeys('orders', [KEY, OLDER]).create(FACTS)).toBe(keys.create(FACTS));
});

test('a key of one outbox is invalid in another with the same encryption keys', () => {
	for (const name of ['orders_2', 'order', 'agent_webhook']) {
		const others = createApiKeys(name, [KEY, OLDER]);
		expect(others.verify(keys.create(FACTS), NOW)).toEqual({ fault: 'invalid' });
		expect(keys.verify(others.create(FACTS), NOW)).toEqual({ fault: 'invalid' });
	}
});

test('a key is valid until its end', () => {
	const token = keys.create(FACTS);
	expect(keys.verify(token, NOW + 999)).toEqual({ facts: FACTS });
	expect(keys.verify(token, NOW + 1000)).toEqual({ fault: 'expired' });
});

test('a key that was altered in any character is rejected', () => {
	const token = keys.create(FACTS);
	fc.assert(
		fc.property(fc.nat(token.length - 1), fc.constantFrom(...'Aa0-_.Zz9='), (index, character) => {
			fc.pre(token[index] !== character);
			const altered = token.slice(0, index) + character + token.slice(index + 1);
			expect(keys.verify(altered, NOW)).toHaveProperty('fault');
		}),
	);
});

test('a key has one spelling, although two bits of its last character do not count', () => {
	const token = keys.create(FACTS);
	const spellings = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
		.map((last) => token.slice(0, -1) + last)
		.filter((spelling) => 'facts' in keys.verify(spelling, NOW));
	expect(spellings).toEqual([token]);
});

test('facts cannot be put before the HMAC of others', () => {
	const mac = keys.create(FACTS).split('.')[1];
	const [wider] = keys.create({ ...FACTS, tenantId: null }).split('.');
	expect(keys.verify(`${wider}.${mac}`, NOW)).toEqual({ fault: 'invalid' });
});

test.each([
	['an empty text', ''],
	['another service’s key', 'testsk_abc.eu'],
	['a text of a megabyte', `agw_${'A'.repeat(1e6)}.${'A'.repeat(43)}`],
	['a key with another key behind it', `${keys.create(FACTS)} ${keys.create(FACTS)}`],
])('%s is malformed', (_, token) => {
	expect(keys.verify(token, NOW)).toEqual({ fault: 'malformed' });
});
