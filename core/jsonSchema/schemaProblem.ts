import { nameType } from '../http/validateBody';

import { ExactNumber } from '../lib/exactJson';

/** The place of a value: its key, and the place of the list or object that it is in; `undefined` for the whole value. */
export type Place = { key: string | number; within: Place; depth: number } | undefined;

/** Returns the number of keys that lead to a place. */
export const countKeys = (place: Place): number => place?.depth ?? 0;

/** Returns the place of a field or an entry. */
export const placeAt = (within: Place, key: string | number): Place => ({
	key,
	within,
	depth: countKeys(within) + 1,
});

/** A value that does not match its schema, while the check runs. */
export interface FoundProblem {
	place: Place;
	/** A predicate that follows the name of the value, e.g. `must be a number, but is text`. */
	fault: string;
	/** The requirement for the value, e.g. `a number`. */
	expected: string;
	received: unknown;
	/** `true` if the value may match other schemas instead: this one came closest. */
	isInClosest?: boolean;
}

/** A value that does not match its schema. */
export interface SchemaProblem {
	/** Dotted path of the value, e.g. `items.0.price`; empty for the whole value. */
	path: string;
	/** A predicate that follows the name of the value, e.g. `must be a number, but is text`. */
	fault: string;
	/** The requirement for the value, e.g. `a number`. */
	expected: string;
	/** The type of the value, e.g. `string`; `null` if it is missing. */
	received: string;
}

/** Most problems that one check reports. */
export const MAX_PROBLEMS = 5;

const MAX_KEY_LENGTH = 60;

const MAX_SHOWN_KEYS = 20;

const shortenKey = (key: string): string =>
	key.length > MAX_KEY_LENGTH ? `${key.slice(0, MAX_KEY_LENGTH)}…` : key;

/** Writes keys as a dotted path, with long keys cut off; a very long path without its middle. */
export function joinKeys(keys: Array<string | number>): string {
	const half = MAX_SHOWN_KEYS / 2;
	const shown =
		keys.length > MAX_SHOWN_KEYS ? [...keys.slice(0, half), '…', ...keys.slice(-half)] : keys;
	return shown.map((key) => shortenKey(String(key))).join('.');
}

/** Returns a place as a dotted path. */
function toPath(place: Place): string {
	const keys: Array<string | number> = [];
	for (let at = place; at !== undefined; at = at.within) keys.push(at.key);
	return joinKeys(keys.reverse());
}

/** Names the kind of a JSON value in words for people. */
export function nameKind(value: unknown): string {
	if (value === null) return 'null';
	if (typeof value === 'string') return 'text';
	if (typeof value === 'number' || value instanceof ExactNumber) return 'a number';
	if (typeof value === 'boolean') return String(value);
	return Array.isArray(value) ? 'a list' : 'an object';
}

/** Returns the problem of a value that must be something else. */
export const mustBe = (expected: string, received: unknown, place: Place): FoundProblem[] => [
	{ place, fault: `must be ${expected}`, expected, received },
];

/** Returns the name of a problem's value and what is wrong with it: `"total" must be a number, but is text`. */
export const describeProblem = (
	{ fault, path }: Pick<SchemaProblem, 'fault' | 'path'>,
	whole: string,
): string => (path === '' ? `${whole} ${fault}` : `"${path}" ${fault}`);

/** Returns a problem for those who did not run the check. */
export const toSchemaProblem = ({
	expected,
	fault,
	place,
	received,
}: FoundProblem): SchemaProblem => ({
	path: toPath(place),
	fault,
	expected,
	received: nameType(received instanceof ExactNumber ? 0 : received),
});
