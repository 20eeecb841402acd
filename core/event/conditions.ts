import isEqual from 'lodash/isEqual';

import { isObject, parsePath, getValuesAt } from '../lib/fieldPath';

/**
 * AgenticFlow's webhook conditions (spec/agenticflow.txt, "Conditional Webhooks"), e.g.
 * `{"satisfaction_score": {"lt": 3}, "message_count": {"gt": 10}}`: all must hold.
 *
 * The page shows `lt` and `gt`; the other operators are ours.
 */
export type Conditions = Record<string, unknown>;

/** Conditions that cannot be read. The message says which part, and what would do. */
export class InvalidConditionsError extends Error {
	override readonly name = 'InvalidConditionsError';
}

export type ConditionResult =
	| { met: true }
	/** `condition`: the first one that did not hold, as text, e.g. `satisfaction_score lt 3`. */
	| { met: false; condition: string };

type Test = (data: unknown) => ConditionResult;
type Comparison = (actual: unknown, expected: unknown) => boolean;

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

function dateMs(value: unknown): number | undefined {
	if (typeof value !== 'string') return undefined;
	const match = ISO_DATE.exec(value);
	if (match === null) return undefined;
	// A time without a zone would be read in the machine's own.
	const time = Date.parse(match[1] === undefined && value.includes('T') ? `${value}Z` : value);
	return Number.isNaN(time) ? undefined : time;
}

/** Negative, zero or positive; `undefined` where the two have no order, e.g. a text and a number. */
function order(a: unknown, b: unknown): number | undefined {
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	if (typeof a !== 'string' || typeof b !== 'string') return undefined;
	const [dateA, dateB] = [dateMs(a), dateMs(b)];
	if (dateA !== undefined && dateB !== undefined) return dateA - dateB;
	return a < b ? -1 : a > b ? 1 : 0;
}

const equal: Comparison = (actual, expected) => {
	const [a, b] = [dateMs(actual), dateMs(expected)];
	return a !== undefined && b !== undefined ? a === b : isEqual(actual, expected);
};

const ordered =
	(holds: (order: number) => boolean): Comparison =>
	(actual, expected) => {
		const result = order(actual, expected);
		return result !== undefined && holds(result);
	};

// A path that goes through an array has many values: a comparison holds where it holds for any of
// them. `ne` and `nin` are the negations of `eq` and `in`: they hold where it holds for none.
const COMPARISONS: Record<string, Comparison> = {
	eq: equal,
	lt: ordered((result) => result < 0),
	lte: ordered((result) => result <= 0),
	gt: ordered((result) => result > 0),
	gte: ordered((result) => result >= 0),
	in: (actual, expected) => (expected as unknown[]).some((candidate) => equal(actual, candidate)),
	contains: (actual, expected) =>
		Array.isArray(actual)
			? actual.some((element) => equal(element, expected))
			: typeof actual === 'string' && typeof expected === 'string' && actual.includes(expected),
	startsWith: (actual, expected) =>
		typeof actual === 'string' && actual.startsWith(expected as string),
	endsWith: (actual, expected) => typeof actual === 'string' && actual.endsWith(expected as string),
};
const NEGATIONS: Record<string, string> = { ne: 'eq', nin: 'in' };

/** The operators that a condition on a field may use. */
export const OPERATORS = [...Object.keys(COMPARISONS), ...Object.keys(NEGATIONS), 'exists', 'not'];

const MAX_DEPTH = 20;

function operand(path: string, operator: string, expected: unknown): void {
	const fail = (needs: string): never => {
		throw new InvalidConditionsError(
			`The condition "${path}" needs ${needs} for the operator "${operator}", e.g. {"${path}": ${
				{
					in: '{"in": ["open", "new"]}',
					nin: '{"nin": ["spam"]}',
					exists: '{"exists": true}',
					startsWith: '{"startsWith": "order_"}',
					endsWith: '{"endsWith": ".com"}',
				}[operator]
			}}.`,
		);
	};
	if ((operator === 'in' || operator === 'nin') && !Array.isArray(expected)) fail('a list');
	if (operator === 'exists' && typeof expected !== 'boolean') fail('true or false');
	if ((operator === 'startsWith' || operator === 'endsWith') && typeof expected !== 'string') {
		fail('a text');
	}
}

function compileField(path: string, expected: unknown, depth: number): Test[] {
	const keys = parsePath(path);
	const operators = isObject(expected) ? expected : { eq: expected };
	if (Object.keys(operators).length === 0) {
		throw new InvalidConditionsError(
			`The condition "${path}" is empty. Give it a value or an operator: ${OPERATORS.join(', ')}.`,
		);
	}
	return Object.entries(operators).map(([operator, value]): Test => {
		operand(path, operator, value);
		const condition = `${path} ${operator} ${JSON.stringify(value)}`;
		const result = (met: boolean): ConditionResult => (met ? { met } : { met, condition });

		if (operator === 'not') {
			const inner = allOf(compileField(path, value, nested(depth)));
			return (data) => result(!inner(data).met);
		}
		if (operator === 'exists') {
			return (data) => result(getValuesAt(data, keys).length > 0 === value);
		}
		const negated = Object.prototype.hasOwnProperty.call(NEGATIONS, operator);
		const name = negated ? NEGATIONS[operator] : operator;
		if (!Object.prototype.hasOwnProperty.call(COMPARISONS, name)) {
			throw new InvalidConditionsError(
				`The condition "${path}" has the unknown operator "${operator}". Use one of: ${OPERATORS.join(', ')}. To compare with an object, write {"eq": {…}}.`,
			);
		}
		const comparison = COMPARISONS[name];
		return (data) =>
			result(getValuesAt(data, keys).some((actual) => comparison(actual, value)) !== negated);
	});
}

function nested(depth: number): number {
	if (depth >= MAX_DEPTH) {
		throw new InvalidConditionsError(`Conditions may be nested ${MAX_DEPTH} levels deep at most.`);
	}
	return depth + 1;
}

function allOf(tests: Test[]): Test {
	return (data) => {
		for (const test of tests) {
			const result = test(data);
			if (!result.met) return result;
		}
		return { met: true };
	};
}

function compileGroup(conditions: unknown, depth: number): Test {
	if (!isObject(conditions)) {
		throw new InvalidConditionsError(
			'Conditions must be a JSON object, e.g. {"satisfaction_score": {"lt": 3}}.',
		);
	}
	const branches = (key: string, value: unknown): Test[] => {
		if (!Array.isArray(value) || value.length === 0) {
			throw new InvalidConditionsError(
				`"${key}" needs a list of conditions with at least one entry.`,
			);
		}
		return value.map((entry) => compileGroup(entry, nested(depth)));
	};
	return allOf(
		Object.entries(conditions).flatMap(([key, value]): Test[] => {
			if (key === 'and') return branches(key, value);
			if (key === 'or') {
				const tests = branches(key, value);
				return [
					(data) =>
						tests.some((test) => test(data).met)
							? { met: true }
							: { met: false, condition: `or ${JSON.stringify(value)}` },
				];
			}
			if (key === 'not') {
				const test = compileGroup(value, nested(depth));
				return [
					(data) =>
						test(data).met
							? { met: false, condition: `not ${JSON.stringify(value)}` }
							: { met: true },
				];
			}
			return compileField(key, value, depth);
		}),
	);
}

/**
 * Makes a function that tests an event's data against conditions. A plain value means equality;
 * `and`, `or` and `not` take conditions instead of a field. Types are compared as they are, and
 * two texts that are both ISO 8601 dates are compared as dates.
 * @throws InvalidConditionsError when made and not when used
 * @throws InvalidPathError for a field path that is empty or is not data
 */
export function compileConditions(conditions: Conditions): (data: unknown) => ConditionResult {
	return compileGroup(conditions, 0);
}
