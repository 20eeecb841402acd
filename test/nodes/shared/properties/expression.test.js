/** The expressions in the descriptions, which n8n evaluates outside this package's modules. */
const { createContext, runInContext } = require('node:vm');

const { ExpressionParser } = require('n8n-workflow');

const { toExpression } = require('../../../../build/nodes/shared/properties/expression');
const { evaluate, NODES } = require('../../../harness/contexts');
const { CASES, fillInDefaults, listOptions } = require('../../operations');

/** Returns all expressions within a value. */
function listExpressions(value) {
	if (typeof value === 'string') return value.startsWith('={{') ? [value] : [];
	return typeof value === 'object' && value !== null
		? Object.values(value).flatMap(listExpressions)
		: [];
}

/** Returns the expressions of a description that call a function of ours, outside of its parameters. */
const listFunctionCalls = (type) =>
	listExpressions({ ...NODES[type].description, properties: undefined }).filter((expression) =>
		expression.startsWith('={{ ('),
	);

/** Evaluates an expression with the language's built-ins and parameters only, before a run. */
function evaluateInEmptyRealm(expression, parameters) {
	const realm = createContext({
		$executionId: undefined,
		$parameter: parameters,
		$rawParameter: parameters,
	});
	const result = runInContext(`(${expression.slice(3, -2)})`, realm);
	return result === undefined ? undefined : JSON.parse(JSON.stringify(result));
}

describe('toExpression', () => {
	test('passes parameters, data and functions to the function', () => {
		const expression = toExpression(
			({ name }, data, functions) => functions['a/b'](name) + data.suffix,
			{ suffix: '!' },
			'$rawParameter',
			{ 'a/b': (text) => text.toUpperCase() },
		);
		expect(evaluateInEmptyRealm(expression, { name: 'x' })).toBe('X!');
	});

	test('keeps closing braces apart, so that n8n finds the end of the expression', () => {
		const expression = toExpression(() => 1, { a: { b: { c: 1 } } }, '$parameter', {
			a: () => ({ b: {} }),
		});
		expect(expression.indexOf('}}')).toBe(expression.length - 2);
	});
});

describe('the expressions of the descriptions', () => {
	test('end where n8n’s editor expects them to end', () => {
		const expressions = listExpressions(Object.values(NODES).map(({ description }) => description));
		expect(expressions.length).toBeGreaterThan(10);
		for (const expression of expressions) {
			const parts = ExpressionParser.splitExpression(expression.slice(1));
			expect(parts.map(({ text, type }) => (type === 'code' ? type : text))).toEqual(['', 'code']);
		}
	});

	test.each(CASES)(
		'have the same result in an empty realm and in n8n for %s',
		(_, { resource, value }) => {
			const parameters = fillInDefaults('agentWebhook', { resource, operation: value });
			const expressions = listFunctionCalls('agentWebhook');
			expect(expressions.length).toBeGreaterThan(3);
			for (const expression of expressions) {
				expect(evaluateInEmptyRealm(expression, parameters)).toEqual(
					evaluate('agentWebhook', parameters, expression),
				);
			}
		},
	);

	test.each(
		listOptions(NODES.agentWebhookTrigger.description, 'platform').map(({ value }) => [value]),
	)(
		'have the same result in an empty realm and in n8n for a trigger of the platform %s',
		(platform) => {
			const parameters = fillInDefaults('agentWebhookTrigger', { platform, path: 'a' });
			const expressions = listFunctionCalls('agentWebhookTrigger');
			expect(expressions.length).toBeGreaterThan(3);
			for (const expression of expressions) {
				expect(evaluateInEmptyRealm(expression, parameters)).toEqual(
					evaluate('agentWebhookTrigger', parameters, expression),
				);
			}
		},
	);
});
