import { isObject } from '../lib/fieldPath';
import { toSortedJson } from '../lib/sortedJson';

import { mustBe, placeAt, type FoundProblem, type Place } from './schemaProblem';
import { checkNode, collectProblems, NO_PROBLEMS, type WordCheck } from './schemaNode';
import { readCount, readList, readObject, type WordContext, type WordReader } from './wordContext';

/** The words of a schema for objects and lists. */

const checkObject =
	(check: (value: Record<string, unknown>, ...more: WordTail) => FoundProblem[]): WordCheck =>
	(value, ...more) =>
		isObject(value) ? check(value, ...more) : NO_PROBLEMS;

const checkList =
	(check: (value: unknown[], ...more: WordTail) => FoundProblem[]): WordCheck =>
	(value, ...more) =>
		Array.isArray(value) ? check(value as unknown[], ...more) : NO_PROBLEMS;

type WordTail = [place: Place, run: Parameters<WordCheck>[2]];

const readRequired: WordReader = ({ mustBe: invalid, value }) => {
	if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) {
		throw invalid('a list of field names');
	}
	const names = value as string[];
	return checkObject((object, within, run) => {
		run.spend(names.length);
		return collectProblems(names, (name) =>
			Object.hasOwn(object, name)
				? NO_PROBLEMS
				: [
						{
							place: placeAt(within, name),
							fault: 'is missing',
							expected: 'a value',
							received: undefined,
						},
					],
		);
	});
};

const readProperties: WordReader = (context) => {
	const fields = Object.entries(readObject(context)).map(
		([name, schema]) => [name, context.compileBelow(schema, name)] as const,
	);
	return checkObject((object, within, run) => {
		run.spend(fields.length);
		return collectProblems(fields, ([key, node]) =>
			Object.hasOwn(object, key)
				? checkNode(node, object[key], placeAt(within, key), run)
				: NO_PROBLEMS,
		);
	});
};

const UNKNOWN_FIELD = { fault: 'is not a known field', expected: 'known fields only' };

const readAdditionalProperties: WordReader = ({ compileBelow, ignore, schema, value }) => {
	const node = compileBelow(value);
	if (Object.hasOwn(schema, 'patternProperties')) {
		// Nobody knows which fields it leaves over.
		ignore();
		return undefined;
	}
	const declared = new Set(isObject(schema.properties) ? Object.keys(schema.properties) : []);
	return checkObject((object, within, run) => {
		const keys = Object.keys(object);
		run.spend(keys.length);
		return collectProblems(keys, (key) => {
			if (declared.has(key)) return NO_PROBLEMS;
			const received = object[key];
			const place = placeAt(within, key);
			return value === false
				? [{ place, received, ...UNKNOWN_FIELD }]
				: checkNode(node, received, place, run);
		});
	});
};

/** Checks the entries of a list from an index on against one schema. */
const checkEntries =
	(node: ReturnType<WordContext['compileBelow']>, start: number): WordCheck =>
	(value, within, run) =>
		checkList((list) =>
			collectProblems(list.slice(start).entries(), ([index, entry]) =>
				checkNode(node, entry, placeAt(within, start + index), run),
			),
		)(value, within, run);

/** Reads a list of schemas, each for the entry at its index. */
const readPrefix: WordReader = (context) => {
	const nodes = readList(context).map((schema, index) => context.compileBelow(schema, index));
	return checkList((list, within, run) =>
		collectProblems(nodes.slice(0, list.length).entries(), ([key, node]) =>
			checkNode(node, list[key], placeAt(within, key), run),
		),
	);
};

/** Reads `items`: draft-07 writes the list of `prefixItems` there. */
const readItems: WordReader = (context) => {
	const { compileBelow, schema, value } = context;
	if (Array.isArray(value)) return value.length === 0 ? undefined : readPrefix(context);
	const { prefixItems } = schema;
	return checkEntries(compileBelow(value), Array.isArray(prefixItems) ? prefixItems.length : 0);
};

/** Reads `additionalItems` of draft-07, which counts next to a list in `items` only. */
const readAdditionalItems: WordReader = ({ compileBelow, schema: { items }, value }) => {
	const node = compileBelow(value);
	return Array.isArray(items) ? checkEntries(node, items.length) : undefined;
};

/** Characters of JSON that take about as much work as comparing two values. */
const CHARACTERS_PER_UNIT = 8;

const readUniqueItems: WordReader = ({ mustBe: invalid, value }) => {
	if (typeof value !== 'boolean') throw invalid('true or false');
	if (!value) return undefined;
	return checkList((list, place, run) => {
		const seen = new Set<string>();
		for (const entry of list) {
			const text = toSortedJson(entry);
			run.spend(1 + text.length / CHARACTERS_PER_UNIT);
			if (seen.has(text)) return mustBe('a list without duplicates', list, place);
			seen.add(text);
		}
		return NO_PROBLEMS;
	});
};

const countNoun = (count: number, one: string, many: string): string =>
	`${count} ${count === 1 ? one : many}`;

const readMinItems: WordReader = (context) => {
	const min = readCount(context);
	const expected = `a list of at least ${countNoun(min, 'entry', 'entries')}`;
	return checkList((list, place) =>
		list.length >= min ? NO_PROBLEMS : mustBe(expected, list, place),
	);
};

const readMaxItems: WordReader = (context) => {
	const max = readCount(context);
	const expected = `a list of at most ${countNoun(max, 'entry', 'entries')}`;
	return checkList((list, place) =>
		list.length <= max ? NO_PROBLEMS : mustBe(expected, list, place),
	);
};

const readFieldCount =
	(words: string, isWithin: (count: number, limit: number) => boolean): WordReader =>
	(context) => {
		const limit = readCount(context);
		const expected = `an object with ${words} ${countNoun(limit, 'field', 'fields')}`;
		return checkObject((object, place, run) => {
			const count = Object.keys(object).length;
			run.spend(count);
			return isWithin(count, limit) ? NO_PROBLEMS : mustBe(expected, object, place);
		});
	};

export const CONTAINER_WORDS: Record<string, WordReader> = {
	required: readRequired,
	properties: readProperties,
	additionalProperties: readAdditionalProperties,
	minProperties: readFieldCount('at least', (count, limit) => count >= limit),
	maxProperties: readFieldCount('at most', (count, limit) => count <= limit),
	prefixItems: readPrefix,
	items: readItems,
	additionalItems: readAdditionalItems,
	minItems: readMinItems,
	maxItems: readMaxItems,
	uniqueItems: readUniqueItems,
};
