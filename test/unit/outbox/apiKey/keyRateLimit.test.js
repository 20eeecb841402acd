const { KeyRateLimit } = require('../../../../build/core/outbox/apiKey/keyRateLimit');

test('a key has so many requests in a minute, and others have their own', () => {
	const limit = new KeyRateLimit(10);
	expect([1, 2, 3].map(() => limit.count('a', 2, 0))).toEqual([0, 0, 60]);
	expect(limit.count('b', 2, 0)).toBe(0);
	expect(limit.count('a', 2, 59_001)).toBe(1);
	expect(limit.count('a', 2, 60_000)).toBe(0);
});

test('a key has its requests again after the clock was set back', () => {
	const limit = new KeyRateLimit(10);
	limit.count('a', 1, 3_600_000);
	expect(limit.count('a', 1, 3_600_001)).toBe(60);
	expect(limit.count('a', 1, 0)).toBe(0);
	expect(limit.count('a', 1, 1)).toBe(60);
});

test('no request passes if none is allowed', () => {
	expect(new KeyRateLimit(10).count('a', 0, 0)).toBe(60);
});

test('memory is bounded: the key that was counted first is forgotten', () => {
	const limit = new KeyRateLimit(2);
	limit.count('a', 1, 0);
	limit.count('b', 1, 1);
	limit.count('c', 1, 2);
	expect(limit.count('b', 1, 3)).toBeGreaterThan(0);
	expect(limit.count('a', 1, 3)).toBe(0);
});
