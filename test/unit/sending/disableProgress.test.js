const {
	computeDisableProgress,
	findWarningShare,
} = require('../../../build/core/sending/disableProgress');

const DAY = 86_400_000;
const START = Date.parse('2025-01-15T10:00:00.000Z');
const health = (consecutiveFailures) => ({
	status: 'active',
	failingSince: '2025-01-15T10:00:00.000Z',
	consecutiveFailures,
});

test.each([
	['consecutiveFailures', { count: 10 }, 1, 0.1],
	['consecutiveFailures', { count: 10 }, 9, 0.9],
	['consecutiveFailures', { count: 10 }, 50, 1],
])(
	'computeDisableProgress counts failures by the rule %s: %j',
	(rule, more, failures, progress) => {
		expect(computeDisableProgress({ rule, ...more }, health(failures), { atMs: START })).toBe(
			progress,
		);
	},
);

test('computeDisableProgress measures the time since the first failure', () => {
	const rule = { rule: 'failingFor', days: 4 };
	const at = (atMs) => computeDisableProgress(rule, health(3), { atMs });
	expect([at(START), at(START + DAY), at(START + 3 * DAY), at(START + 9 * DAY)]).toEqual([
		0, 0.25, 0.75, 1,
	]);
	// A clock that was set back.
	expect(at(START - DAY)).toBe(0);
	const well = { status: 'active', failingSince: null, consecutiveFailures: 0 };
	expect(computeDisableProgress(rule, well, { atMs: START })).toBe(0);
});

test('computeDisableProgress takes the share of the delivery’s attempts if these disable the endpoint', () => {
	const rule = { rule: 'exhausted' };
	const observation = { atMs: START, attemptsShare: 0.6 };
	expect(computeDisableProgress(rule, health(3), observation)).toBe(0.6);
	expect(computeDisableProgress(rule, health(3), { atMs: START })).toBe(0);
});

test('computeDisableProgress has no progress if nothing disables the endpoint', () => {
	expect(computeDisableProgress({ rule: 'never' }, health(999), { atMs: START })).toBeUndefined();
});

test.each([
	[0, 0],
	[0.49, 0],
	[0.5, 0.5],
	[0.74, 0.5],
	[0.75, 0.75],
	[0.9, 0.9],
	[1, 0.9],
])('findWarningShare turns %d into %d', (progress, share) => {
	expect(findWarningShare(progress)).toBe(share);
});
