import uniq from 'lodash/uniq';

import { countKeys, mustBe, type FoundProblem, type Place } from './schemaProblem';
import { checkNode, collectProblems, NO_PROBLEMS, type SchemaNode } from './schemaNode';
import { readList, readObject, type WordContext, type WordReader } from './wordContext';

/** The words of a schema that contain other schemas for the same value. */

const compileAll = (context: WordContext): SchemaNode[] =>
	readList(context).map((schema, index) => context.compileInPlace(schema, index));

const readAllOf: WordReader = (context) => {
	const nodes = compileAll(context);
	return (value, place, run) =>
		collectProblems(nodes, (node) => checkNode(node, value, place, run));
};

const MAX_EXPECTED_LENGTH = 300;

/** Says why a value matches none of several schemas: what each expects, or what the closest one lacks. */
function describeMismatch(failures: FoundProblem[], value: unknown, place: Place): FoundProblem[] {
	const depth = countKeys(place);
	const deepest = failures.reduce((best, failure) =>
		countKeys(failure.place) > countKeys(best.place) ? failure : best,
	);
	if (countKeys(deepest.place) === depth) {
		const expected = uniq(failures.map((failure) => failure.expected)).join(', or ');
		const isShort = expected.length <= MAX_EXPECTED_LENGTH;
		return mustBe(isShort ? expected : 'a value that one of its schemas allows', value, place);
	}
	const { fault, isInClosest } = deepest;
	return isInClosest
		? [deepest]
		: [
				{
					...deepest,
					fault: `${fault} (in the closest of ${failures.length} schemas)`,
					isInClosest: true,
				},
			];
}

const readAnyOf: WordReader = (context) => {
	const nodes = compileAll(context);
	return (value, place, run) => {
		const failures: FoundProblem[] = [];
		for (const node of nodes) {
			const problems = checkNode(node, value, place, run);
			if (problems.length === 0) return NO_PROBLEMS;
			failures.push(problems[0]);
		}
		return describeMismatch(failures, value, place);
	};
};

/** Reads `oneOf`. A schema with words that are not checked may match too much, so it does not count as a second match. */
const readOneOf: WordReader = (context) => {
	const nodes = compileAll(context);
	return (value, place, run) => {
		const failures: FoundProblem[] = [];
		let surelyMatched = 0;
		for (const node of nodes) {
			const [problem] = checkNode(node, value, place, run);
			if (problem !== undefined) failures.push(problem);
			else if (!node.isLoose) surelyMatched += 1;
		}
		if (failures.length === nodes.length) return describeMismatch(failures, value, place);
		if (surelyMatched <= 1) return NO_PROBLEMS;
		return [
			{
				place,
				fault: `matches ${surelyMatched} of its ${nodes.length} schemas, but must match exactly one`,
				expected: `a match of exactly one of ${nodes.length} schemas`,
				received: value,
			},
		];
	};
};

const readRef: WordReader = ({ mustBe: invalid, resolve, value }) => {
	if (typeof value !== 'string') throw invalid('text');
	const node = resolve(value);
	return (instance, place, run) => checkNode(node, instance, place, run);
};

/** Reads schemas that only references lead to: they are checked for mistakes. */
const readDefinitions: WordReader = (context) => {
	for (const [name, schema] of Object.entries(readObject(context))) {
		context.define(schema, name);
	}
	return undefined;
};

export const COMBINING_WORDS: Record<string, WordReader> = {
	$ref: readRef,
	allOf: readAllOf,
	anyOf: readAnyOf,
	oneOf: readOneOf,
	$defs: readDefinitions,
	definitions: readDefinitions,
};
