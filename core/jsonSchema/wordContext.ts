import { isObject } from '../lib/fieldPath';

import { isNumber, isWhole, type JsonNumber } from './decimals';
import type { SchemaNode, WordCheck } from './schemaNode';

/** A JSON Schema that cannot be used. The message names the place in the schema, and says what it must be. */
export class InvalidSchemaError extends Error {
	override readonly name = 'InvalidSchemaError';
}

/** One word of a schema, e.g. `minimum`, for the function that reads it. */
export interface WordContext {
	/** The schema that has the word. */
	schema: Record<string, unknown>;
	word: string;
	value: unknown;
	/** Returns a schema in this word that applies to the same value. @throws InvalidSchemaError */
	compileInPlace: (schema: unknown, ...keys: Array<string | number>) => SchemaNode;
	/** Returns a schema in this word that applies to fields or entries. @throws InvalidSchemaError */
	compileBelow: (schema: unknown, ...keys: Array<string | number>) => SchemaNode;
	/** Checks a schema that only references lead to. @throws InvalidSchemaError */
	define: (schema: unknown, ...keys: Array<string | number>) => void;
	/** Returns the schema that a reference leads to. @throws InvalidSchemaError */
	resolve: (reference: string) => SchemaNode;
	/** Tells that the word is not checked. */
	ignore: () => void;
	/** @throws InvalidSchemaError saying that the word `must be` something else */
	mustBe: (expected: string) => InvalidSchemaError;
}

/** Reads a word of a schema. @returns `undefined` if there is nothing to check @throws InvalidSchemaError */
export type WordReader = (context: WordContext) => WordCheck | undefined;

/** @throws InvalidSchemaError */
export function readNumber({ mustBe, value }: WordContext): JsonNumber {
	if (!isNumber(value)) throw mustBe('a number');
	return value;
}

/** Reads a number of characters, entries or fields. @throws InvalidSchemaError */
export function readCount({ mustBe, value }: WordContext): number {
	const count = isNumber(value) && isWhole(value) ? Number(value) : -1;
	if (count < 0) throw mustBe('a whole number, 0 or more');
	return count;
}

/** @throws InvalidSchemaError */
export function readList({ mustBe, value }: WordContext): unknown[] {
	if (!Array.isArray(value) || value.length === 0) throw mustBe('a list with at least one entry');
	return value as unknown[];
}

/** @throws InvalidSchemaError */
export function readObject({ mustBe, value }: WordContext): Record<string, unknown> {
	if (!isObject(value)) throw mustBe('a JSON object');
	return value;
}
