/** A credential's fields, as n8n passes them. */
export type CredentialFields = Record<string, unknown>;

/** A credential's field that must be filled in is empty. */
export class IncompleteCredentialError extends Error {
	override readonly name = 'IncompleteCredentialError';
}

/**
 * Reads a text field. A field that n8n hides, or that an expression sets to something else, counts as empty.
 * This runs for each request, so it does without zod, which takes longer than the HMAC.
 */
export function readText(fields: CredentialFields, name: string): string {
	const value = fields[name];
	return typeof value === 'string' ? value : '';
}
