const fc = require('fast-check');

const {
	expandEventTypes,
	matchesEventTypes,
	parseEventTypes,
	requireEventTypePatterns,
} = require('../../../build/core/event/eventTypes');
const { measureCpuMs } = require('../../harness/cpuTime');

describe('parseEventTypes', () => {
	test.each([
		['push', ['push']],
		['push, pull_request', ['push', 'pull_request']],
		['push;issues', ['push', 'issues']],
		['push\nissues\r\n  release ', ['push', 'issues', 'release']],
		['push | issues', ['push', 'issues']],
		['push、issues，release；fork', ['push', 'issues', 'release', 'fork']],
		['{push,issues}', ['push', 'issues']],
		['{"push"; "issues"}', ['push', 'issues']],
		['push\u200b, \ufeffissues', ['push', 'issues']],
		['"push, issues"', ['push', 'issues']],
		['["push,issues", "order paid"]', ['push', 'issues', 'order paid']],
		[['issues,push'], ['issues', 'push']],
		[
			['issues\npush\u200b', 'order paid; {fork}'],
			['issues', 'push', 'order paid', 'fork'],
		],
		['"push"', ['push']],
		["'push','issues'", ['push', 'issues']],
		['“push”, ‘issues’', ['push', 'issues']],
		['`push`', ['push']],
		['["push", "issues"]', ['push', 'issues']],
		["['push', 'issues']", ['push', 'issues']],
		['[push, issues]', ['push', 'issues']],
		['[\n"push",\n"issues",\n]', ['push', 'issues']],
		['- push\n- issues', ['push', 'issues']],
		['"order paid", order.created', ['order paid', 'order.created']],
		['["order paid"]', ['order paid']],
		['invoice.*, *', ['invoice.*', '*']],
		['push, push', ['push']],
		[
			'/deploy orders/create contact.creation in-progress',
			['/deploy', 'orders/create', 'contact.creation', 'in-progress'],
		],
		['', []],
		[' , ;\n', []],
		[undefined, []],
		[
			['push', ' issues '],
			['push', 'issues'],
		],
		['[1, {"a": 2}, "b"]', ['1', 'b']],
	])('reads %j as %j', (text, expected) => {
		expect(parseEventTypes(text)).toEqual(expected);
	});

	test('reads any list of types in the same way, however it is written', () => {
		const type = fc.stringMatching(/^[a-z][a-z0-9_./:-]{0,20}[a-z0-9*]$/);
		fc.assert(
			fc.property(fc.uniqueArray(type, { minLength: 1 }), (types) => {
				for (const text of [
					types.join(', '),
					types.join(';'),
					types.join('\n'),
					JSON.stringify(types),
					types.map((entry) => `'${entry}'`).join(' '),
				]) {
					expect(parseEventTypes(text)).toEqual(types);
				}
			}),
		);
	});
});

describe('matchesEventTypes', () => {
	test.each([
		[[], 'anything', true],
		[['push'], 'push', true],
		[['Push'], 'push', true],
		[['issue'], 'Issue', true],
		[['push'], 'pushed', false],
		[['*'], 'anything', true],
		[['invoice.*'], 'invoice.paid', true],
		[['Invoice.*'], 'invoice.PAID', true],
		[['invoice.*'], 'invoice', false],
		[['invoice.*'], 'invoices.paid', false],
		[['order.*', 'push'], 'push', true],
		[['a.b'], 'axb', false],
		[['.*'], 'push', false],
		[['order.*.created'], 'order.item.created', true],
		[['order.*.created'], 'order..created', true],
		[['order.*.created'], 'order.created', false],
		[['*.Failed'], 'payment.failed', true],
		[['*.failed'], 'payment.failed.again', false],
		[['a*b*c'], 'a-b-b-c', true],
		[['a*b*c'], 'acb', false],
		[['*ab*ab*'], 'xabx', false],
		[['aa*aa'], 'aaa', false],
		[['**'], '', true],
	])('with %j matches %s: %s', (patterns, type, expected) => {
		expect(matchesEventTypes(patterns, type)).toBe(expected);
	});
});

test('matchesEventTypes takes linear time for a type that nearly matches', () => {
	const type = 'a'.repeat(1_000_000);
	const ms = measureCpuMs(() =>
		expect(matchesEventTypes([`${'a*'.repeat(50)}b`], type)).toBe(false),
	);
	expect(ms).toBeLessThan(1000);
});

test('requireEventTypePatterns accepts types of any form, with a * anywhere', () => {
	const types = ['push', '/deploy', 'order paid', 'invoice.*', '*.failed', 'a*b', '*'];
	expect(requireEventTypePatterns(types)).toBe(types);
});

test.each([
	[['*'], ['order.created', 'order.paid', 'user.created']],
	[['order.*'], ['order.created', 'order.paid']],
	[
		['Order.Paid', 'order.*'],
		['order.paid', 'order.created'],
	],
	[['*.created'], ['order.created', 'user.created']],
	[['order.refunded'], ['order.refunded']],
	[['invoice.*'], []],
])('expandEventTypes replaces %j by the documented types %j', (patterns, expected) => {
	const documented = ['order.created', 'order.paid', 'user.created'];
	expect(expandEventTypes(patterns, documented)).toEqual(expected);
});

test.each(['p?sh', '!push', '/push/', '/^push$/i', '^push', 'push$', '$', '$json.type', '${type}'])(
	'requireEventTypePatterns rejects a pattern of another kind: %s',
	(pattern) => {
		expect(() => requireEventTypePatterns(['issues', pattern])).toThrow('e.g. order.*');
	},
);

test.each([
	'$pageview',
	'$*',
	'orders/create',
	'/deploy',
	'order paid',
	'meeting.started',
	'C++',
	'a-b_c:d',
])('requireEventTypePatterns accepts %s', (pattern) => {
	expect(requireEventTypePatterns([pattern])).toEqual([pattern]);
});
