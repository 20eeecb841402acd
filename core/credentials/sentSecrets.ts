import { createMask } from '../lib/maskSecrets';
import type { AttemptResult } from '../sending/attemptOutcome';

import { readText, type CredentialFields } from './credentialFields';
import { PROTECTION_FIELD, toBasicPair } from './endpointAuthentication';

/**
 * Lists the secrets that requests with a Sending credential contain, as they are sent. What only signs them is
 * not among them.
 */
function listSentSecrets(fields: CredentialFields): string[] {
	if (readText(fields, PROTECTION_FIELD) === 'signed') return [];
	switch (readText(fields, 'authentication')) {
		case 'bearer':
		case 'headerToken':
		case 'urlToken':
			return [readText(fields, 'token')];
		case 'basic': {
			const password = readText(fields, 'password');
			return [password, toBasicPair(readText(fields, 'user'), password)];
		}
		case 'awsSigV4':
			return [readText(fields, 'sessionToken')];
		default:
			return [];
	}
}

/** Hides secrets in the result of an attempt: an answer may repeat what was sent. */
export function hideSecrets(result: AttemptResult, secrets: string[]): AttemptResult {
	if (secrets.length === 0) return result;
	const mask = createMask(secrets);
	if (result.kind === 'error') return { ...result, message: mask(result.message) };
	const maskValue = (value: unknown): unknown => {
		if (Array.isArray(value)) return value.map(maskValue);
		return typeof value === 'string' ? mask(value) : value;
	};
	const headers = Object.entries(result.headers).map(([name, value]) => [name, maskValue(value)]);
	return {
		...result,
		headers: Object.fromEntries(headers) as Record<string, unknown>,
		body: mask(result.body, result.bodyTruncated),
	};
}

/** Hides the secrets of a Sending credential in the result of an attempt that was made with it. */
export const hideSentSecrets = (result: AttemptResult, fields: CredentialFields): AttemptResult =>
	hideSecrets(result, listSentSecrets(fields));
