import { createHash } from 'crypto';

/**
 * Computes the SHA-256 digest of a value's JSON, as hex.
 * @example
 * digestJson(['acme', 1]) === digestJson(['acme', 1]); // true
 */
export const digestJson = (value: unknown): string =>
	createHash('sha256').update(JSON.stringify(value)).digest('hex');
