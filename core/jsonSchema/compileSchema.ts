import { isObject } from '../lib/fieldPath';
import { countJsonBytes, findJsonFault, isValueNestedDeeper } from '../lib/jsonValue';
import { returnError } from '../lib/returnError';

import { COMBINING_WORDS } from './combiningWords';
import { CONTAINER_WORDS } from './containerWords';
import { beginsDocument, findReference } from './localReference';
import { findLoops, markLoose } from './schemaGraph';
import { joinKeys, toSchemaProblem, type SchemaProblem } from './schemaProblem';
import { CheckRun, checkNode, TooMuchWorkError, type SchemaNode } from './schemaNode';
import { VALUE_WORDS } from './valueWords';
import { InvalidSchemaError, type WordContext, type WordReader } from './wordContext';

export { InvalidSchemaError } from './wordContext';

/** The words that are checked, in the order in which a value is checked. */
const WORDS = new Map<string, WordReader>(
	Object.entries({ ...VALUE_WORDS, ...CONTAINER_WORDS, ...COMBINING_WORDS }),
);

/** Words that describe a schema, and check nothing. */
const ANNOTATIONS = new Set([
	...['$schema', '$id', '$comment', '$anchor', '$vocabulary', 'title', 'description', 'default'],
	...['example', 'examples', 'deprecated', 'readOnly', 'writeOnly'],
	...['contentEncoding', 'contentMediaType', 'contentSchema'],
]);

/** Largest schema. */
export const MAX_SCHEMA_BYTES = 100_000;

const MAX_SCHEMA_LEVELS = 100;

/** Most words that are told. */
const MAX_IGNORED_WORDS = 100;

/** A schema that values can be checked against. */
export interface CompiledSchema {
	/**
	 * Checks a value.
	 * @param value JSON, with an `ExactNumber` for each number that JavaScript would round
	 * @returns the first problems, at most five; none for a value that matches
	 */
	findProblems: (value: unknown) => SchemaProblem[];
	/** The first hundred words that are not checked, each with its path, e.g. `properties.code.pattern`. */
	ignoredWords: string[];
}

type Keys = Array<string | number>;

/** Part of a schema that is to be compiled. */
interface Part {
	node: SchemaNode;
	schema: unknown;
	keys: Keys;
	/** `true` if it is in a part with an `$id` of its own. */
	isInOtherDocument: boolean;
}

/** Compiles a schema part by part, without recursion: references may make any cycle. */
class SchemaCompiler {
	readonly ignoredWords: string[] = [];

	readonly nodes: SchemaNode[] = [];

	private readonly nodesBySchema = new Map<object, SchemaNode>();

	private readonly remaining: Part[] = [];

	/** `true` if words next to a reference do not count. */
	private readonly isBeforeDraft2019: boolean;

	constructor(private readonly root: unknown) {
		const { $schema } = isObject(root) ? root : {};
		this.isBeforeDraft2019 = typeof $schema === 'string' && /\bdraft-0[467]\b/.test($schema);
	}

	/** @throws InvalidSchemaError */
	compile(): SchemaNode {
		const node = this.add(this.root, [], false);
		for (let part = this.remaining.pop(); part !== undefined; part = this.remaining.pop()) {
			this.compilePart(part);
		}
		return node;
	}

	/** Returns the node of a schema, which is compiled later if it is new. */
	private add(schema: unknown, keys: Keys, isInOtherDocument: boolean): SchemaNode {
		const known = isObject(schema) ? this.nodesBySchema.get(schema) : undefined;
		if (known !== undefined) return known;
		const node = { path: joinKeys(keys), checks: [], inPlace: [], below: [], isLoose: false };
		if (isObject(schema)) this.nodesBySchema.set(schema, node);
		this.nodes.push(node);
		this.remaining.push({ node, schema, keys, isInOtherDocument });
		return node;
	}

	/** @throws InvalidSchemaError */
	private compilePart(part: Part): void {
		const { keys, node, schema } = part;
		if (schema === true) return;
		if (schema === false) {
			node.checks.push((received, place) => [
				{ place, fault: 'is not allowed', expected: 'no value', received },
			]);
			return;
		}
		if (!isObject(schema)) {
			throw new InvalidSchemaError(
				`${keys.length === 0 ? 'The schema' : `In the schema, "${node.path}"`} must be a JSON object, e.g. {"type": "object"}.`,
			);
		}
		const isOnlyReference = this.isBeforeDraft2019 && Object.hasOwn(schema, '$ref');
		for (const [word, read] of WORDS) {
			if (!Object.hasOwn(schema, word) || (isOnlyReference && word !== '$ref')) continue;
			const check = read(this.createContext(part, schema, word));
			if (check !== undefined) node.checks.push(check);
		}
		if (isOnlyReference) return;
		for (const word of Object.keys(schema)) {
			if (!WORDS.has(word) && !ANNOTATIONS.has(word) && !word.startsWith('x-')) {
				this.ignore(part, word);
			}
		}
	}

	private ignore({ keys, node }: Part, word: string): void {
		node.isLoose = true;
		if (this.ignoredWords.length < MAX_IGNORED_WORDS) {
			this.ignoredWords.push(joinKeys([...keys, word]));
		}
	}

	private createContext(part: Part, schema: Record<string, unknown>, word: string): WordContext {
		const { keys, node } = part;
		const isInOtherDocument = part.isInOtherDocument || (keys.length > 0 && beginsDocument(schema));
		const add = (child: unknown, more: Keys): SchemaNode =>
			this.add(child, [...keys, word, ...more], isInOtherDocument);
		const path = joinKeys([...keys, word]);
		return {
			schema,
			word,
			value: schema[word],
			compileInPlace: (child, ...more) => {
				const added = add(child, more);
				node.inPlace.push(added);
				return added;
			},
			compileBelow: (child, ...more) => {
				const added = add(child, more);
				node.below.push(added);
				return added;
			},
			define: (child, ...more) => {
				add(child, more);
			},
			resolve: (reference) => {
				const target = isInOtherDocument ? undefined : findReference(this.root, reference);
				if (target === undefined) {
					throw new InvalidSchemaError(
						`In the schema, "${path}" leads to "${joinKeys([reference])}". References can only lead to a place in the same schema, e.g. #/$defs/address.`,
					);
				}
				const added = this.add(target.schema, target.keys, target.isInOtherDocument);
				node.inPlace.push(added);
				return added;
			},
			ignore: () => this.ignore(part, word),
			mustBe: (expected) => new InvalidSchemaError(`In the schema, "${path}" must be ${expected}.`),
		};
	}
}

/** @throws InvalidSchemaError */
function requireBounds(schema: unknown): void {
	const fault = findJsonFault(schema);
	if (fault !== undefined) throw new InvalidSchemaError(`The schema ${fault}.`);
	if (isValueNestedDeeper(schema, MAX_SCHEMA_LEVELS)) {
		throw new InvalidSchemaError(
			`The schema is nested more than ${MAX_SCHEMA_LEVELS} levels deep. Move parts of it to "$defs".`,
		);
	}
	const bytes = isObject(schema) ? countJsonBytes(schema) : 0;
	if (bytes > MAX_SCHEMA_BYTES) {
		throw new InvalidSchemaError(
			`The schema has ${bytes} bytes, but may have ${MAX_SCHEMA_BYTES}. Remove descriptions and examples from it.`,
		);
	}
}

const TOO_MUCH_WORK: SchemaProblem = {
	path: '',
	fault: 'has too many values to be checked against this schema',
	expected: 'fewer values',
	received: 'many values',
};

/**
 * Compiles a JSON Schema: a subset of draft 2020-12, which also reads draft-07. Takes no regular expressions.
 * docs/event-types.md lists the words.
 * @throws InvalidSchemaError for one that is not valid, leads out of itself, or is too large
 * @example
 * const { findProblems } = compileSchema({ required: ['total'] });
 * findProblems({}); // [{ path: 'total', fault: 'is missing', … }]
 */
export function compileSchema(schema: unknown): CompiledSchema {
	requireBounds(schema);
	const compiler = new SchemaCompiler(schema);
	const root = compiler.compile();
	const loop = findLoops(compiler.nodes);
	if (loop !== undefined) {
		throw new InvalidSchemaError(
			`In the schema, ${loop.path === '' ? 'a reference leads to the whole schema' : `references lead through "${loop.path}"`} again and again for the same value. Remove a reference.`,
		);
	}
	markLoose(compiler.nodes);
	return {
		ignoredWords: compiler.ignoredWords,
		findProblems: (value) => {
			const problems = returnError(TooMuchWorkError, () =>
				checkNode(root, value, undefined, new CheckRun()),
			);
			return problems instanceof TooMuchWorkError ? [TOO_MUCH_WORK] : problems.map(toSchemaProblem);
		},
	};
}

/** Compiles a JSON Schema, or returns what is wrong with it: see {@link compileSchema}. */
export const tryCompileSchema = (schema: unknown): CompiledSchema | InvalidSchemaError =>
	returnError(InvalidSchemaError, () => compileSchema(schema));
