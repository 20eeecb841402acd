import partition from 'lodash/partition';

import { compareNumbers } from '../lib/compareNumbers';
import { ExactNumber, stringifyExactJson } from '../lib/exactJson';
import { isObject, parsePath, getValuesAt } from '../lib/fieldPath';
import { countJsonBytes, isContainer, isValueNestedDeeper } from '../lib/jsonValue';
import { toSortedJson } from '../lib/sortedJson';

import { describeFound, shorten } from './foundValues';
import {
	findGroupMistake,
	findOperandMistake,
	findTextMistake,
	suggestOperator,
} from './conditionMistakes';

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
	/** `condition` is the first one that is not met, as text, e.g. `satisfaction_score lt 3, found 5`. */
	| { met: false; condition: string };

type Test = (data: unknown) => ConditionResult;
type ValueTest = (actual: unknown) => boolean;

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
 * Creates a function that compares values with one, as a sort function does.
 * @returns `undefined` if they have no order, e.g. a text and a number
 */
function createComparison(expected: unknown): (actual: unknown) => number | undefined {
	if (typeof expected !== 'string') return (actual) => compareNumbers(actual, expected);
	const expectedMs = parseDateMs(expected);
	return (actual) => {
		if (typeof actual !== 'string') return undefined;
		const actualMs = expectedMs === undefined ? undefined : parseDateMs(actual);
		if (expectedMs !== undefined && actualMs !== undefined) return actualMs - expectedMs;
		return actual < expected ? -1 : actual > expected ? 1 : 0;
	};
}

const hasKey = (record: object, key: string): boolean =>
	Object.prototype.hasOwnProperty.call(record, key);

const isExactNumber = (value: unknown): value is ExactNumber => value instanceof ExactNumber;

const isNumber = (value: unknown): boolean => typeof value === 'number' || isExactNumber(value);

const isPlainContainer = (value: unknown): value is object =>
	isContainer(value) && !isExactNumber(value);

function createEqualityTest(expected: unknown): ValueTest {
	const expectedMs = parseDateMs(expected);
	if (expectedMs !== undefined) return (actual) => parseDateMs(actual) === expectedMs;
	if (isNumber(expected)) return (actual) => compareNumbers(actual, expected) === 0;
	return isContainer(expected) ? createMembershipTest([expected]) : (actual) => actual === expected;
}

/** Tests whether a value equals one of many. A long list costs as little as a short one. */
function createMembershipTest(expected: unknown[]): ValueTest {
	const [containers, values] = partition(expected, isPlainContainer);
	const containerTexts = new Set(containers.map(toSortedJson));
	const plainValues = new Set(values);
	const timesMs = new Set(values.map(parseDateMs));
	const numbers = values.filter(isNumber);
	const hasExact = numbers.some(isExactNumber);
	return (actual) => {
		if (isExactNumber(actual) || (hasExact && typeof actual === 'number')) {
			return numbers.some((number) => compareNumbers(actual, number) === 0);
		}
		if (isContainer(actual)) {
			return containerTexts.size > 0 && containerTexts.has(toSortedJson(actual));
		}
		const actualMs = parseDateMs(actual);
		return actualMs === undefined ? plainValues.has(actual) : timesMs.has(actualMs);
	};
}

const createOrderTest =
	(matches: (order: number) => boolean) =>
	(expected: unknown): ValueTest => {
		const compareWithExpected = createComparison(expected);
		return (actual) => {
			const order = compareWithExpected(actual);
			return order !== undefined && matches(order);
		};
	};

function createContainsTest(expected: unknown): ValueTest {
	const isExpected = createEqualityTest(expected);
	return (actual) =>
		Array.isArray(actual)
			? actual.some(isExpected)
			: typeof actual === 'string' && typeof expected === 'string' && actual.includes(expected);
}

/** Applies a test to a value and, if it is a list, to each element. */
const includeElements =
	(createTest: (expected: unknown) => ValueTest) =>
	(expected: unknown): ValueTest => {
		const test = createTest(expected);
		return (actual) => test(actual) || (Array.isArray(actual) && actual.some(test));
	};

// A path can have many values: a path through a list, or a list at its end. A comparison is met if any of them
// meets it. `ne` and `nin` negate `eq` and `in`: they are met if no value meets those.
const COMPARISONS: Record<string, (expected: unknown) => ValueTest> = {
	eq: includeElements(createEqualityTest),
	lt: includeElements(createOrderTest((order) => order < 0)),
	lte: includeElements(createOrderTest((order) => order <= 0)),
	gt: includeElements(createOrderTest((order) => order > 0)),
	gte: includeElements(createOrderTest((order) => order >= 0)),
	in: includeElements((expected) => createMembershipTest(expected as unknown[])),
	contains: createContainsTest,
	startsWith: includeElements(
		(expected) => (actual) => typeof actual === 'string' && actual.startsWith(expected as string),
	),
	endsWith: includeElements(
		(expected) => (actual) => typeof actual === 'string' && actual.endsWith(expected as string),
	),
};
const NEGATIONS: Record<string, string> = { ne: 'eq', nin: 'in' };

/** All operators that a condition on a field may use. */
export const OPERATORS = [...Object.keys(COMPARISONS), ...Object.keys(NEGATIONS), 'exists', 'not'];

const MAX_DEPTH = 10;
const MAX_KILOBYTES = 16;
/** Ten groups, each with a list of conditions, and a value within its own limit. */
const MAX_JSON_LEVELS = 3 * MAX_DEPTH + 2;

/** Longest text of a condition in a result. */
const MAX_TEXT = 300;

/** Builds a result whose text is made only if it is read: most results are only tested. */
const buildUnmet = (describe: () => string): ConditionResult => ({
	met: false,
	get condition() {
		return shorten(describe(), 2 * MAX_TEXT);
	},
});

const TOO_DEEP = `Conditions may be nested at most ${MAX_DEPTH} levels deep. Remove some levels.`;

function rejectMistake(mistake: string | undefined): void {
	if (mistake !== undefined) throw new InvalidConditionsError(mistake);
}

function compileField(path: string, expected: unknown, depth: number): Test[] {
	const keys = parsePath(path);
	rejectMistake(findTextMistake(path, expected));
	const operators = isObject(expected) ? expected : { eq: expected };
	if (Object.keys(operators).length === 0) {
		throw new InvalidConditionsError(
			`The condition "${path}" is empty. Give it a value or an operator: ${OPERATORS.join(', ')}.`,
		);
	}
	return Object.entries(operators).map(([operator, value]): Test => {
		rejectMistake(findOperandMistake(path, operator, value));
		const condition = shorten(`${path} ${operator} ${stringifyExactJson(value)}`, MAX_TEXT);
		const toResult = (met: boolean, data: unknown): ConditionResult =>
			met
				? { met }
				: buildUnmet(() => `${condition}, found ${describeFound(getValuesAt(data, keys))}`);

		if (operator === 'not') {
			const inner = requireAll(compileField(path, value, increaseDepth(depth)));
			return (data) => toResult(!inner(data).met, data);
		}
		if (operator === 'exists') {
			return (data) => toResult(getValuesAt(data, keys).length > 0 === value, data);
		}
		const isNegated = hasKey(NEGATIONS, operator);
		const name = isNegated ? NEGATIONS[operator] : operator;
		if (!hasKey(COMPARISONS, name)) {
			throw new InvalidConditionsError(
				`The condition "${path}" has the unknown operator "${operator}". ${suggestOperator(path, operator, value) ?? `Use one of: ${OPERATORS.join(', ')}. To compare with an object, write {"eq": {…}}.`}`,
			);
		}
		if (isValueNestedDeeper(value, MAX_DEPTH)) throw new InvalidConditionsError(TOO_DEEP);
		const test = COMPARISONS[name](value);
		return (data) => toResult(getValuesAt(data, keys).some(test) !== isNegated, data);
	});
}

function increaseDepth(depth: number): number {
	if (depth >= MAX_DEPTH) {
		throw new InvalidConditionsError(TOO_DEEP);
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
		const describe = (data: unknown): string =>
			branches
				.map((test) => test(data))
				.flatMap((result) => (result.met ? [] : [result.condition]))
				.join('; ');
		return [
			(data) =>
				branches.some((test) => test(data).met)
					? { met: true }
					: buildUnmet(() => `none of: ${describe(data)}`),
		];
	}
	if (key === 'not') {
		const test = compileGroup(value, increaseDepth(depth));
		const condition = shorten(`not ${stringifyExactJson(value)}`, MAX_TEXT);
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
	rejectMistake(findGroupMistake(conditions));
	return requireAll(
		Object.entries(conditions).flatMap(([key, value]) => compileEntry(key, value, depth)),
	);
}

/**
 * Finds the limit that conditions exceed: they would be slow to compile, or overflow the stack.
 * @returns what is wrong and what to do; `undefined` for conditions within the limits
 */
export function findConditionExcess(conditions: Conditions): string | undefined {
	if (isValueNestedDeeper(conditions, MAX_JSON_LEVELS)) return TOO_DEEP;
	const bytes = countJsonBytes(conditions);
	return bytes > MAX_KILOBYTES * 1024
		? `The conditions are ${bytes} bytes long. Shorten them to at most ${MAX_KILOBYTES} KB.`
		: undefined;
}

/**
 * Creates a function that tests an event's data against conditions. A plain value means equality;
 * `and`, `or` and `not` take conditions instead of a field. Types are compared without conversion, and
 * two texts that are both ISO 8601 dates are compared as dates. Any element of a list counts.
 * @param conditions at most 16 KB of JSON and 10 levels
 * @throws InvalidConditionsError when it is created, not when the function is called
 * @throws InvalidPathError for a field path with an empty key or one that is never data
 * @example
 * const test = compileConditions({ satisfaction_score: { lt: 3 } });
 * test({ satisfaction_score: 5 }); // { met: false, condition: 'satisfaction_score lt 3, found 5' }
 */
export function compileConditions(conditions: Conditions): (data: unknown) => ConditionResult {
	const excess = findConditionExcess(conditions);
	if (excess !== undefined) throw new InvalidConditionsError(excess);
	return compileGroup(conditions, 0);
}
