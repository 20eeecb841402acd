import { ExactNumber } from '../lib/exactJson';
import { compareNumbers } from '../lib/compareNumbers';
import { isObject } from '../lib/fieldPath';
import { isContainer } from '../lib/jsonValue';

import { isMultiple, isNumber, isWhole, MAX_DIVISOR_DIGITS } from './decimals';
import { FORMATS } from './formats';
import { isSameJson } from './sameJson';
import { mustBe, nameKind } from './schemaProblem';
import { NO_PROBLEMS, type WordCheck } from './schemaNode';
import { readCount, readList, readNumber, type WordContext, type WordReader } from './wordContext';

/** The words of a schema for values of any type, for numbers and for text. */

interface JsonType {
	label: string;
	test: (value: unknown) => boolean;
}

const TYPES: Record<string, JsonType> = {
	string: { label: 'text', test: (value) => typeof value === 'string' },
	number: { label: 'a number', test: isNumber },
	integer: { label: 'a whole number', test: (value) => isNumber(value) && isWhole(value) },
	boolean: { label: 'true or false', test: (value) => typeof value === 'boolean' },
	array: { label: 'a list', test: Array.isArray },
	object: { label: 'an object', test: isObject },
	null: { label: 'null', test: (value) => value === null },
};

/** @throws InvalidSchemaError */
function readTypes({ mustBe: invalid, value }: WordContext): JsonType[] {
	const names: unknown[] = Array.isArray(value) ? value : [value];
	const types = names.map((name) =>
		typeof name === 'string' && Object.hasOwn(TYPES, name) ? TYPES[name] : undefined,
	);
	const known = types.filter((type) => type !== undefined);
	if (known.length === types.length && known.length > 0) return known;
	throw invalid(`one of ${Object.keys(TYPES).join(', ')}, or a list of these`);
}

const readType: WordReader = (context) => {
	const types = readTypes(context);
	const expected = types.map(({ label }) => label).join(' or ');
	return (received, place) =>
		types.some(({ test }) => test(received))
			? NO_PROBLEMS
			: [{ place, fault: `must be ${expected}, but is ${nameKind(received)}`, expected, received }];
};

const MAX_SHOWN_VALUES = 10;
const MAX_VALUE_LENGTH = 60;

/** Writes a value of a schema for people. */
function showValue(value: unknown): string {
	const text = value instanceof ExactNumber ? value.text : JSON.stringify(value);
	return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text;
}

/** Returns a check that a value is one of a list. */
function checkOneOf(values: unknown[], expected: string): WordCheck {
	const needsComparison = (value: unknown): boolean =>
		isContainer(value) || value instanceof ExactNumber;
	const simple = new Set(values.filter((value) => !needsComparison(value)));
	const compared = values.filter(needsComparison);
	return (value, place, run) => {
		const isListed =
			simple.has(value) || compared.some((allowed) => isSameJson(allowed, value, run));
		return isListed ? NO_PROBLEMS : mustBe(expected, value, place);
	};
}

const readEnum: WordReader = (context) => {
	const values = readList(context);
	const shown = values.slice(0, MAX_SHOWN_VALUES).map(showValue);
	const rest = values.length - shown.length;
	return checkOneOf(
		values,
		`one of ${shown.join(', ')}${rest > 0 ? ` and ${rest} other values` : ''}`,
	);
};

const readConst: WordReader = ({ value }) => checkOneOf([value], showValue(value));

/** Reads a word that compares numbers. */
const readLimit =
	(words: string, isWithin: (order: number) => boolean): WordReader =>
	(context) => {
		const limit = readNumber(context);
		const expected = `${words} ${String(limit)}`;
		return (value, place, run) => {
			if (!isNumber(value)) return NO_PROBLEMS;
			run.spend(value instanceof ExactNumber ? value.text.length : 0);
			return isWithin(compareNumbers(value, limit) ?? 0)
				? NO_PROBLEMS
				: mustBe(expected, value, place);
		};
	};

const readMultipleOf: WordReader = (context) => {
	const divisor = readNumber(context);
	const isPositive = (compareNumbers(divisor, 0) ?? 0) > 0;
	if (!isPositive || String(divisor).length > MAX_DIVISOR_DIGITS) {
		throw context.mustBe(`a number greater than 0 with at most ${MAX_DIVISOR_DIGITS} digits`);
	}
	return (value, place, run) => {
		if (!isNumber(value)) return NO_PROBLEMS;
		run.spend(10 + (value instanceof ExactNumber ? value.text.length : 0));
		return isMultiple(value, divisor)
			? NO_PROBLEMS
			: mustBe(`a multiple of ${String(divisor)}`, value, place);
	};
};

/** Characters that take about as much work as comparing two values. */
const CHARACTERS_PER_UNIT = 32;

/** Counts characters as people do: one outside of the Basic Multilingual Plane is one, not two. */
function countCharacters(text: string): number {
	let count = text.length;
	for (let index = 0; index < text.length; index += 1) {
		// A pair of code units is one character.
		if ((text.codePointAt(index) ?? 0) > 0xffff) {
			count -= 1;
			index += 1;
		}
	}
	return count;
}

const readLength =
	(words: string, isWithin: (length: number, limit: number) => boolean): WordReader =>
	(context) => {
		const limit = readCount(context);
		const expected = `text of ${words} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
		return (value, place, run) => {
			if (typeof value !== 'string') return NO_PROBLEMS;
			run.spend(value.length / CHARACTERS_PER_UNIT);
			return isWithin(countCharacters(value), limit) ? NO_PROBLEMS : mustBe(expected, value, place);
		};
	};

const readFormat: WordReader = ({ ignore, mustBe: invalid, value: name }) => {
	if (typeof name !== 'string') throw invalid('text');
	if (!Object.hasOwn(FORMATS, name)) {
		ignore();
		return undefined;
	}
	const { label, test } = FORMATS[name];
	return (value, place, run) => {
		if (typeof value !== 'string') return NO_PROBLEMS;
		run.spend(value.length / CHARACTERS_PER_UNIT);
		return test(value) ? NO_PROBLEMS : mustBe(label, value, place);
	};
};

export const VALUE_WORDS: Record<string, WordReader> = {
	type: readType,
	enum: readEnum,
	const: readConst,
	minimum: readLimit('at least', (order) => order >= 0),
	maximum: readLimit('at most', (order) => order <= 0),
	exclusiveMinimum: readLimit('more than', (order) => order > 0),
	exclusiveMaximum: readLimit('less than', (order) => order < 0),
	multipleOf: readMultipleOf,
	minLength: readLength('at least', (length, limit) => length >= limit),
	maxLength: readLength('at most', (length, limit) => length <= limit),
	format: readFormat,
};
