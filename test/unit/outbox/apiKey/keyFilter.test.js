const {
	coversEvent,
	coversEventType,
	coversSubscription,
} = require('../../../../build/core/outbox/apiKey/keyFilter');
const { createApiKeys } = require('../../../../build/core/outbox/apiKey/apiKeyToken');
const { issueKey } = require('../../../../build/core/outbox/apiKey/keyStanding');
const { issueLinkKey } = require('../../../../build/core/outbox/apiKey/portalLink');

const BOTH = { eventTypes: ['a.b', 'a.c'], channels: ['blue'] };

test.each([
	[undefined, { type: 'x' }, true],
	[BOTH, { type: 'a.b', channels: ['blue', 'red'] }, true],
	[BOTH, { type: 'a.b', channels: ['red'] }, false],
	[BOTH, { type: 'a.b', channels: null }, false],
	[BOTH, { type: 'x', channels: ['blue'] }, false],
])('with the filter %j, the event %j is covered: %s', (filter, event, covered) => {
	expect(coversEvent(filter, event)).toBe(covered);
});

test.each([
	[undefined, { eventTypes: [], channels: [] }, true],
	[BOTH, { eventTypes: ['a.b'], channels: ['blue'] }, true],
	[BOTH, { eventTypes: [], channels: ['blue'] }, false],
	[BOTH, { eventTypes: ['a.b', 'x'], channels: ['blue'] }, false],
	[BOTH, { eventTypes: ['a.*'], channels: ['blue'] }, false],
	[BOTH, { eventTypes: ['a.b'], channels: [] }, false],
])('with the filter %j, the subscription %j is covered: %s', (filter, subscription, covered) => {
	expect(coversSubscription(filter, subscription)).toBe(covered);
});

test('a filter without event types covers every type', () => {
	expect(coversEventType({ eventTypes: [], channels: ['blue'] }, 'x')).toBe(true);
	expect(coversEventType(BOTH, 'x')).toBe(false);
});

const INPUT = { id: 'key_1', tenantId: 'acme', rights: ['read'], validMs: 1000 };

test('a key carries its filter in a form that earlier versions reject', () => {
	const facts = issueKey({ ...INPUT, filter: BOTH }, undefined, 1);
	const keys = createApiKeys('outbox', ['k'.repeat(40)]);
	const token = keys.create(facts);
	expect(keys.verify(token, 2)).toEqual({ facts });
	const [, payload] = /^agw_(.*)\./.exec(token);
	expect(JSON.parse(Buffer.from(payload, 'base64url'))[0]).toBe(2);
});

test('a filter that lets everything through is none', () => {
	const facts = issueKey({ ...INPUT, filter: { eventTypes: [], channels: [] } }, undefined, 1);
	expect(facts).not.toHaveProperty('filter');
});

test.each([
	[{ eventTypes: ['a.*'], channels: [] }, 'is not the name'],
	[{ eventTypes: [], channels: ['no channel'] }, 'is not the name'],
	[
		{ eventTypes: Array.from({ length: 21 }, (_, index) => `t${index}`), channels: [] },
		'more than 20',
	],
])('the filter %j is rejected', (filter, message) => {
	expect(() => issueKey({ ...INPUT, filter }, undefined, 1)).toThrow(message);
});

test('the longest link can be used', () => {
	const names = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(60, 'x'));
	const facts = issueLinkKey(
		{
			keyId: `key_${'x'.repeat(36)}`,
			tenantId: 'x'.repeat(100),
			rights: ['manage', 'replay', 'secrets'],
			validMs: 30 * 86_400_000,
			filter: { eventTypes: names, channels: names },
		},
		undefined,
		0,
	);
	expect(facts).toMatchObject({ expiresAtMs: 7 * 86_400_000, isPortal: true });
	const keys = createApiKeys('outbox', ['k'.repeat(40)]);
	expect(keys.verify(keys.create(facts), 1)).toEqual({ facts });
});

test('a link with more names than fit into a header is not made', () => {
	const names = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(256, 'x'));
	const facts = issueKey({ ...INPUT, filter: { eventTypes: names, channels: [] } }, undefined, 1);
	expect(() => createApiKeys('outbox', ['k'.repeat(40)]).create(facts)).toThrow(
		'The key would have more than 4096 characters. Name fewer event types or channels.',
	);
});
