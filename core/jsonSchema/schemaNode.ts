import { MAX_PROBLEMS, type FoundProblem, type Place } from './schemaProblem';

/** The check takes more work than it may: the value or the schema is made for it. */
export class TooMuchWorkError extends Error {
	override readonly name = 'TooMuchWorkError';
}

/** Units of work in one check: comparing two short values is one. All of them take less than a second. */
const MAX_WORK = 1_000_000;

/** Schemas within each other that one check may be in: JavaScript's stack has room for some more. */
const MAX_DEPTH = 1200;

/** Counts the work of one check, so that no schema and no value can make it take long. */
export class CheckRun {
	private work = 0;

	private depth = 0;

	/** @throws TooMuchWorkError */
	spend(units: number): void {
		this.work += units;
		if (this.work > MAX_WORK) throw new TooMuchWorkError();
	}

	/** @throws TooMuchWorkError */
	enter(): void {
		this.spend(1);
		this.depth += 1;
		if (this.depth > MAX_DEPTH) throw new TooMuchWorkError();
	}

	leave(): void {
		this.depth -= 1;
	}
}

/** Checks a value against one word of a schema, e.g. `minimum`. */
export type WordCheck = (value: unknown, place: Place, run: CheckRun) => FoundProblem[];

/** A compiled schema, or a part of one that is a schema too. Schemas that refer to themselves make cycles. */
export interface SchemaNode {
	/** Where it is in the schema, e.g. `properties.total`. */
	path: string;
	/** The words in the order in which they are checked: the type comes first. */
	checks: WordCheck[];
	/** Schemas that apply to the same value. */
	inPlace: SchemaNode[];
	/** Schemas that apply to fields or entries of the value. */
	below: SchemaNode[];
	/** `true` if it, or one that it leads to, has a word that is not checked: it then matches too much. */
	isLoose: boolean;
}

export const NO_PROBLEMS: FoundProblem[] = [];

/** Collects the problems that a function finds with each entry, up to the most that are reported. */
export function collectProblems<T>(
	entries: Iterable<T>,
	find: (entry: T) => FoundProblem[],
): FoundProblem[] {
	let problems = NO_PROBLEMS;
	for (const entry of entries) {
		const found = find(entry);
		if (found.length > 0) problems = [...problems, ...found];
		if (problems.length >= MAX_PROBLEMS) return problems.slice(0, MAX_PROBLEMS);
	}
	return problems;
}

/** Checks a value against a schema. @throws TooMuchWorkError */
export function checkNode(
	{ checks }: SchemaNode,
	value: unknown,
	place: Place,
	run: CheckRun,
): FoundProblem[] {
	run.enter();
	const problems = collectProblems(checks, (check) => check(value, place, run));
	run.leave();
	return problems;
}
