import isEqual from 'lodash/isEqual';

import { isObject, parsePath, getValuesAt } from '../lib/fieldPath';

/**
 * Conditions on an event's data, all of which must be met, e.g.
 * `{"satisfaction_score": {"lt": 3}, "message_count": {"gt": 10}}`. AgenticFlow documents `lt` and `gt`
 * (docs/platforms.md#agenticflow); all other operators are additions of this project.
 */
export type Conditions = Record<string, unknown>;

/** Invalid conditions. The message names the invalid part and shows a valid one. */
export class InvalidConditionsError extends Error {
	override readonly name = 'InvalidConditionsError';
}

export type ConditionResult =
	| { met: true }
	/** `condition` is the first one that is not met, as text, e.g. `satisfaction_score lt 3`. */
	| { met: false; condition: string };

type Test = (data: unknown) => ConditionResult;
type Comparison = (actual: unknown, expected: unknown) => boolean;

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Parses an ISO 8601 date or time; `undefined` for anything else. */
function parseDateMs(value: unknown): number | undefined {
	if (typeof value !== 'string') return undefined;
	const match = ISO_DATE.exec(value);
	if (match === null) return undefined;
	// Without a zone, Date.parse would use the machine's.
	const time = Date.parse(match[1] === undefined && value.includes('T') ? `${value}Z` : value);
	return Number.isNaN(time) ? undefined : time;
}

/**
 * Compares two values as a sort function does.
 * @returns `undefined` if they have no order, e.g. a text and a number
 */
function compareValues(a: unknown, b: unknown): number | undefined {
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	if (typeof a !== 'string' || typeof b !== 'string') return undefined;
	const [dateA, dateB] = [parseDateMs(a), parseDateMs(b)];
	if (dateA !== undefined && dateB !== undefined) return dateA - dateB;
	return a < b ? -1 : a > b ? 1 : 0;
}

const isEqualValue: Comparison = (actual, expected) => {
	const [a, b] = [parseDateMs(actual), parseDateMs(expected)];
	return a !== undefined && b !== undefined ? a === b : isEqual(actual, expected);
};

const createOrderComparison =
	(matches: (order: number) => boolean): Comparison =>
	(actual, expected) => {
		const order = compareValues(actual, expected);
		return order !== undefined && matches(order);
	};

// A path through an array has many values: a comparison is met if any of them meets it. `ne` and `nin` negate
// `eq` and `in`: they are met if no value meets those.
const COMPARISONS: Record<string, Comparison> = {
	eq: isEqualValue,
	lt: createOrderComparison((order) => order < 0),
	lte: createOrderComparison((order) => order <= 0),
	gt: createOrderComparison((order) => order > 0),
	gte: createOrderComparison((order) => order >= 0),
	in: (actual, expected) =>
		(expected as unknown[]).some((candidate) => isEqualValue(actual, candidate)),
	contains: (actual, expected) =>
		Array.isArray(actual)
			? actual.some((element) => isEqualValue(element, expected))
			: typeof actual === 'string' && typeof expected === 'string' && actual.includes(expected),
	startsWith: (actual, expected) =>
		typeof actual === 'string' && actual.startsWith(expected as string),
	endsWith: (actual, expected) => typeof actual === 'string' && actual.endsWith(expected as string),
};
const NEGATIONS: Record<string, string> = { ne: 'eq', nin: 'in' };

/** All operators that a condition on a field may use. */
export const OPERATORS = [...Object.keys(COMPARISONS), ...Object.keys(NEGATIONS), 'exists', 'not'];

const MAX_DEPTH = 20;

/** Operators that need a value of a certain type, with an example. */
const OPERANDS: Record<
	string,
	{ isValid: (value: unknown) => boolean; type: string; example: string }
> = {
	in: { isValid: Array.isArray, type: 'a list', example: '{"in": ["open", "new"]}' },
	nin: { isValid: Array.isArray, type: 'a list', example: '{"nin": ["spam"]}' },
	exists: {
		isValid: (value) => typeof value === 'boolean',
		type: 'true or false',
		example: '{"exists": true}',
	},
	startsWith: {
		isValid: (value) => typeof value === 'string',
		type: 'a text',
		example: '{"startsWith": "order_"}',
	},
	endsWith: {
		isValid: (value) => typeof value === 'string',
		type: 'a text',
		example: '{"endsWith": ".com"}',
	},
};

const hasKey = (record: object, key: string): boolean =>
	Object.prototype.hasOwnProperty.call(record, key);

function checkOperand(path: string, operator: string, value: unknown): void {
	if (!hasKey(OPERANDS, operator)) return;
	const { example, isValid, type } = OPERANDS[operator];
	if (isValid(value)) return;
	throw new InvalidConditionsError(
		`The condition "${path}" needs ${type} for the operator "${operator}", e.g. {"${path}": ${example}}.`,
	);
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
		checkOperand(path, operator, value);
		const condition = `${path} ${operator} ${JSON.stringify(value)}`;
		const toResult = (met: boolean): ConditionResult => (met ? { met } : { met, condition });

		if (operator === 'not') {
			const inner = requireAll(compileField(path, value, increaseDepth(depth)));
			return (data) => toResult(!inner(data).met);
		}
		if (operator === 'exists') {
			return (data) => toResult(getValuesAt(data, keys).length > 0 === value);
		}
		const isNegated = hasKey(NEGATIONS, operator);
		const name = isNegated ? NEGATIONS[operator] : operator;
		if (!hasKey(COMPARISONS, name)) {
			throw new InvalidConditionsError(
				`The condition "${path}" has the unknown operator "${operator}". Use one of: ${OPERATORS.join(', ')}. To compare with an object, write {"eq": {…}}.`,
			);
		}
		const comparison = COMPARISONS[name];
		return (data) =>
			toResult(getValuesAt(data, keys).some((actual) => comparison(actual, value)) !== isNegated);
	});
}

function increaseDepth(depth: number): number {
	if (depth >= MAX_DEPTH) {
		throw new InvalidConditionsError(
			`Conditions may be nested at most ${MAX_DEPTH} levels deep. Remove some levels.`,
		);
	}
	return depth + 1;
}

/** Combines tests. The result is that of the first one that is not met. */
function requireAll(tests: Test[]): Test {
	return (data) => {
		for (const test of tests) {
			const result = test(data);
			if (!result.met) return result;
		}
		return { met: true };
	};
}

function compileBranches(key: string, value: unknown, depth: number): Test[] {
	if (!Array.isArray(value) || value.length === 0) {
		throw new InvalidConditionsError(
			`"${key}" needs a list of conditions with at least one entry.`,
		);
	}
	return value.map((entry) => compileGroup(entry, increaseDepth(depth)));
}

function compileEntry(key: string, value: unknown, depth: number): Test[] {
	if (key === 'and') return compileBranches(key, value, depth);
	if (key === 'or') {
		const branches = compileBranches(key, value, depth);
		const condition = `or ${JSON.stringify(value)}`;
		return [
			(data) =>
				branches.some((test) => test(data).met) ? { met: true } : { met: false, condition },
		];
	}
	if (key === 'not') {
		const test = compileGroup(value, increaseDepth(depth));
		const condition = `not ${JSON.stringify(value)}`;
		return [(data) => (test(data).met ? { met: false, condition } : { met: true })];
	}
	return compileField(key, value, depth);
}

function compileGroup(conditions: unknown, depth: number): Test {
	if (!isObject(conditions)) {
		throw new InvalidConditionsError(
			'Conditions must be a JSON object, e.g. {"satisfaction_score": {"lt": 3}}.',
		);
	}
	return requireAll(
		Object.entries(conditions).flatMap(([key, value]) => compileEntry(key, value, depth)),
	);
}

/**
 * Creates a function that tests an event's data against conditions. A plain value means equality;
 * `and`, `or` and `not` take conditions instead of a field. Types are compared without conversion, and
 * two texts that are both ISO 8601 dates are compared as dates.
 * @throws InvalidConditionsError when it is created, not when the function is called
 * @throws InvalidPathError for a field path with an empty key or one that is never data
 * @example
 * const test = compileConditions({ satisfaction_score: { lt: 3 } });
 * test({ satisfaction_score: 5 }); // { met: false, condition: 'satisfaction_score lt 3' }
 */
export function compileConditions(conditions: Conditions): (data: unknown) => ConditionResult {
	return compileGroup(conditions, 0);
}
