import { hash, timingSafeEqual } from 'crypto';

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

/** Whether two texts are equal, in a time that depends on neither's content nor on a shared prefix. */
export function safeEqual(a: string, b: string): boolean {
	return timingSafeEqual(digest(a), digest(b));
}

/**
 * Whether `given` is one of `expected`. Every candidate is compared, so that the time
 * does not say which of them was met.
 */
export function safeIncludes(expected: string[], given: string): boolean {
	let found = false;
	for (const candidate of expected) {
		if (safeEqual(candidate, given)) found = true;
	}
	return found;
}
