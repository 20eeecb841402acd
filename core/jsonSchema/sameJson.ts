import { compareNumbers } from '../lib/compareNumbers';
import { isContainer } from '../lib/jsonValue';

import { isNumber } from './decimals';
import type { CheckRun } from './schemaNode';

/** Returns whether two JSON values are equal, whatever the order of their keys. @throws TooMuchWorkError */
export function isSameJson(a: unknown, b: unknown, run: CheckRun): boolean {
	run.spend(1);
	if (isNumber(a) || isNumber(b)) return compareNumbers(a, b) === 0;
	if (!isContainer(a) || !isContainer(b)) return a === b;
	if (Array.isArray(a) || Array.isArray(b)) {
		return (
			Array.isArray(a) &&
			Array.isArray(b) &&
			a.length === b.length &&
			a.every((entry, index) => isSameJson(entry, b[index], run))
		);
	}
	const [first, second] = [a as Record<string, unknown>, b as Record<string, unknown>];
	const keys = Object.keys(first);
	return (
		keys.length === Object.keys(second).length &&
		keys.every((key) => Object.hasOwn(second, key) && isSameJson(first[key], second[key], run))
	);
}
