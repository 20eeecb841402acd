import { stringifyExactJson } from '../lib/exactJson';
import { isObject } from '../lib/fieldPath';

import type { Conditions } from './conditions';
import { shorten } from './foundValues';

/** Words for the operators of `compileConditions`. */
const WORDS: Record<string, string> = {
	eq: 'is',
	ne: 'is not',
	lt: 'is less than',
	lte: 'is at most',
	gt: 'is more than',
	gte: 'is at least',
	in: 'is one of',
	nin: 'is none of',
	contains: 'contains',
	startsWith: 'begins with',
	endsWith: 'ends with',
};

/** Longest value in a sentence. */
const MAX_VALUE = 100;

const writeValue = (value: unknown): string =>
	shorten(
		Array.isArray(value)
			? value.map((entry) => stringifyExactJson(entry)).join(', ')
			: stringifyExactJson(value),
		MAX_VALUE,
	);

function describeField(path: string, expected: unknown): string[] {
	const operators = isObject(expected) ? expected : { eq: expected };
	return Object.entries(operators).map(([operator, value]) => {
		if (operator === 'exists') return `${path} ${value === true ? 'exists' : 'does not exist'}`;
		if (operator === 'not') return `not (${describeField(path, value).join(' and ')})`;
		return `${path} ${WORDS[operator] ?? operator} ${writeValue(value)}`;
	});
}

const describeGroup = (conditions: unknown): string =>
	describeConditions(isObject(conditions) ? conditions : {}).join(' and ');

/**
 * Describes conditions in words, one phrase for each that must be met, e.g. `amount is at least 100`.
 * @param conditions as `compileConditions` takes them
 */
export function describeConditions(conditions: Conditions): string[] {
	return Object.entries(conditions).flatMap(([key, value]) => {
		if (key === 'and' && Array.isArray(value)) return value.map(describeGroup);
		if (key === 'or' && Array.isArray(value)) return [`(${value.map(describeGroup).join(' or ')})`];
		if (key === 'not') return [`not (${describeGroup(value)})`];
		return describeField(key, value);
	});
}
