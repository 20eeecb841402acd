const { compileConditions } = require('../../../build/core/event/conditions');

const getError = (conditions) => {
	try {
		compileConditions(conditions);
	} catch (error) {
		return error;
	}
	return undefined;
};

describe('a text that looks like an operator', () => {
	test.each([
		['< 3', '{"lt": 3}'],
		['<3', '{"lt": 3}'],
		['<= 3.5', '{"lte": 3.5}'],
		['≤ 3', '{"lte": 3}'],
		['> -1', '{"gt": -1}'],
		['>= 10', '{"gte": 10}'],
		['=> 10', '{"gte": 10}'],
		['!= x', '{"ne": "x"}'],
		["!== 'x y'", '{"ne": "x y"}'],
		['<> null', '{"ne": null}'],
		['!spam', '{"ne": "spam"}'],
		['== true', '{"eq": true}'],
		['= "paid"', '{"eq": "paid"}'],
		[' > 2024-01-15 ', '{"gt": "2024-01-15"}'],
		['$gt 3', '{"gt": 3}'],
		['$in: a', '{"in": "a"}'],
		['gte 3', '{"gte": 3}'],
		['lt: 3', '{"lt": 3}'],
		['greater than 3', '{"gt": 3}'],
		['less than or equal to 3', '{"lte": 3}'],
		['at least 3', '{"gte": 3}'],
		['lt 2024-01-15', '{"lt": "2024-01-15"}'],
		['eq paid', '{"eq": "paid"}'],
		['contains foo', '{"contains": "foo"}'],
		['Contains: "foo bar"', '{"contains": "foo bar"}'],
		['startsWith order_', '{"startsWith": "order_"}'],
		['starts with order_', '{"startsWith": "order_"}'],
		['ends with .com', '{"endsWith": ".com"}'],
		['in a, b', '{"in": ["a","b"]}'],
		['not in [1, 2]', '{"nin": [1,2]}'],
		['one of "a", "b"', '{"in": ["a","b"]}'],
		['between 3 and 5', '{"gte": 3, "lte": 5}'],
		['between 2024-01-01 and 2024-02-01', '{"gte": "2024-01-01", "lte": "2024-02-01"}'],
		['is null', '{"eq": null}'],
		['not null', '{"exists": true, "ne": null}'],
		['is not empty', '{"exists": true, "ne": null}'],
		['order_*', '{"startsWith": "order_"}'],
		['*.com', '{"endsWith": ".com"}'],
		['*vip*', '{"contains": "vip"}'],
	])('%j is rejected with the form %s', (text, form) => {
		const error = getError({ 'order.score': text });
		expect(error).toMatchObject({ name: 'InvalidConditionsError' });
		expect(error.message).toContain('looks like an operator');
		expect(error.message).toContain(`Write {"order.score": ${form}}.`);
		expect(error.message).toContain(`write {"order.score": {"eq": ${JSON.stringify(text)}}}`);
		expect(getError({ or: [{ not: { a: text } }] })).toBeDefined();
	});

	test.each([
		[['< 3'], '{"score": {"lt": 3}}', '["< 3"]'],
		[
			['new', 'vip*', 1],
			'{"or": [{"score": {"eq": "new"}}, {"score": {"startsWith": "vip"}}, {"score": {"eq": 1}}]}',
			'["new","vip*",1]',
		],
	])('is found in the list %j too', (list, form, json) => {
		const { message } = getError({ score: list });
		expect(message).toContain('looks like an operator');
		expect(message).toContain(
			`Write ${form}. To compare with the text itself, write {"score": {"eq": ${json}}}.`,
		);
		expect(getError({ score: ['new', 'not 3', 1] })).toBeUndefined();
	});

	test('can still be compared with as text', () => {
		for (const text of ['< 3', '!= x', 'order_*', 'between 3 and 5', '$gt 3']) {
			for (const operators of [{ eq: text }, { in: [text] }, { not: { eq: text } }]) {
				expect(getError({ a: operators })).toBeUndefined();
			}
			expect(compileConditions({ a: { eq: text } })({ a: text })).toEqual({ met: true });
		}
	});

	test.each([
		'in progress',
		'not started',
		'between jobs and school',
		'not 3',
		'in Berlin',
		'contains',
		'<b>',
		'<br/>',
		'</p> a',
		'>quoted',
		'exists',
		'empty',
		'over 18',
		'a < b',
		'-5',
		'<',
		'!',
		'***',
		'$5',
		'$ref',
		'#1',
		'/orders/*/items',
		'2024-01-15',
		'',
		`< ${'x'.repeat(200)}`,
	])('%j is an ordinary text', (text) => {
		expect(compileConditions({ a: text })({ a: text })).toEqual({ met: true });
	});
});

test.each([
	[{ score: { lt: '3' } }, 'Write the number without quotes: {"score": {"lt": 3}}.'],
	[{ score: { gte: ' 0.5 ' } }, '{"score": {"gte": 0.5}}'],
	[{ score: { gt: '> 3' } }, 'Write {"score": {"gt": 3}}.'],
	[{ score: { not: { lt: '3' } } }, '{"score": {"lt": 3}}'],
])('%j is rejected, since texts and numbers have no order', (conditions, form) => {
	expect(getError(conditions).message).toContain(form);
});

test.each([
	['$gt', 3, '{"score": {"gt": 3}}'],
	['>=', 3, '{"score": {"gte": 3}}'],
	['==', 'x', '{"score": {"eq": "x"}}'],
	['GT', 3, '{"score": {"gt": 3}}'],
	['equals', 'x', '{"score": {"eq": "x"}}'],
	['not_in', ['x'], '{"score": {"nin": ["x"]}}'],
	['starts_with', 'x', '{"score": {"startsWith": "x"}}'],
	['lessThanOrEqualTo', 3, '{"score": {"lte": 3}}'],
	['between', [1, 9], '{"score": {"gte": 1, "lte": 9}}'],
	['between', 'x', '{"score": {"gte": 3, "lte": 5}}'],
	['$regex', '^a', 'Use contains, startsWith or endsWith'],
])('the operator "%s" with %j is rejected with the right form', (name, value, form) => {
	const { message } = getError({ score: { [name]: value } });
	expect(message).toContain(`unknown operator "${name}"`);
	expect(message).toContain(form);
});

test.each([
	[{ lt: { score: 3 } }, 'Write the field first: {"score": {"lt": 3}}.'],
	[{ $gt: 3 }, 'Write the field first, e.g. {"amount": {"gt": 3}}.'],
	[{ $or: [{ a: 1 }] }, 'Write {"or": [{"a":1}]}.'],
	[{ AND: [{ a: 1 }] }, 'Write {"and": [{"a":1}]}.'],
	[{ $not: { a: 1 } }, 'Write {"not": {"a":1}}.'],
	[{ 'score <': 3 }, 'Write {"score": {"lt": 3}}.'],
	[{ 'score>=': 3 }, 'Write {"score": {"gte": 3}}.'],
	[{ score__lt: 3 }, 'Write {"score": {"lt": 3}}.'],
	[{ field: 'score', operator: '<', value: 3 }, 'Write {"score": {"lt": 3}}.'],
	[{ or: [{ field: 'score', op: 'equals', value: 3 }] }, 'Write {"score": {"eq": 3}}.'],
])('%j is rejected with the right form', (conditions, form) => {
	expect(getError(conditions).message).toContain(form);
});

test.each([
	{ field: 'score', value: 3 },
	{ field: 'score', operator: 'Ms. Smith', value: 3 },
	{ OR: { gt: 3 } },
	{ $schema: 'x' },
	{ first__name: 'x' },
	{ in: 3 },
])('%j is a condition on fields of these names', (conditions) => {
	expect(getError(conditions)).toBeUndefined();
});

test('an error does not repeat a long value', () => {
	const { message } = getError({ score: { $in: Array(100).fill('long value') } });
	expect(message).toContain('{"score": {"in": …}}');
});
