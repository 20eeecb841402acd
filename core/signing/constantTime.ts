import { hash, timingSafeEqual } from 'crypto';

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

/** Returns whether two texts are equal, in a time that depends on neither's content nor on a shared prefix. */
export function safeEqual(a: string, b: string): boolean {
	return timingSafeEqual(digest(a), digest(b));
}

/**
 * Returns whether `candidate` is one of the secrets. Compares it with every secret, so that the time does
 * not reveal which of them it is.
 */
export function safeIncludes(secrets: string[], candidate: string): boolean {
	let isFound = false;
	for (const secret of secrets) {
		if (safeEqual(secret, candidate)) isFound = true;
	}
	return isFound;
}
