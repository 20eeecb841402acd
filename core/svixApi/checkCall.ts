import type { ApiKeyFacts, ApiKeys, KeyFault, KeyRight } from '../outbox/apiKey/apiKeyToken';
import type { KeyRateLimit } from '../outbox/apiKey/keyRateLimit';

import { SvixApiError } from './svixErrors';
import { getOperation, type OperationId } from './svixRoutes';

/** Checks that need no table: the trigger rejects a call by them before anything runs. */

const FAULTS: Record<KeyFault, string> = {
	expired: 'The key has expired',
	invalid: 'Invalid key',
	malformed: 'Invalid key',
};

const unauthorized = (detail: string): SvixApiError =>
	new SvixApiError(401, 'authentication_failed', detail, { 'WWW-Authenticate': 'Bearer' });

/** Reads the key from the header Authorization. @throws SvixApiError 401 */
function readKey(authorization: unknown): string {
	const [, key] = /^bearer[ \t]+(\S+)$/i.exec(String(authorization ?? '')) ?? [];
	if (key === undefined)
		throw unauthorized('The Authorization header with a Bearer key is missing');
	return key;
}

/** @throws SvixApiError 401 */
function verifyKey(authorization: unknown, keys: ApiKeys, nowMs: number): ApiKeyFacts {
	const verification = keys.verify(readKey(authorization), nowMs);
	if ('fault' in verification) throw unauthorized(FAULTS[verification.fault]);
	return verification.facts;
}

/**
 * Checks that a key is that of a portal's link, for one tenant.
 * @throws SvixApiError 401 or 403
 */
export function requirePortalKey(authorization: unknown, keys: ApiKeys, nowMs: number): void {
	const { isPortal, tenantId } = verifyKey(authorization, keys, nowMs);
	if (isPortal && tenantId !== null) return;
	throw new SvixApiError(403, 'forbidden', 'This path is for the keys of portal links');
}

/** Requests that keys may make. */
export interface KeyLimits {
	rateLimit: KeyRateLimit;
	/** Names the API, so that a key has a count of its own at each. */
	api: string;
	maxPerMinute: number;
}

/** Returns whether a key's rights include one. Who may manage may replay, too. */
export const allows = (rights: KeyRight[], right: KeyRight): boolean =>
	rights.includes(right) || (right === 'replay' && rights.includes('manage'));

/**
 * Checks whether a call's key may ask for an operation.
 * @throws SvixApiError 401, 403 or 429
 */
export function checkCall(
	operation: OperationId,
	authorization: unknown,
	keys: ApiKeys,
	{ api, maxPerMinute, rateLimit }: KeyLimits,
	nowMs: number,
): ApiKeyFacts {
	const facts = verifyKey(authorization, keys, nowMs);
	const waitSeconds = rateLimit.count(`${api} ${facts.id}`, maxPerMinute, nowMs);
	if (waitSeconds > 0) {
		throw new SvixApiError(429, 'rate_limit', `More than ${maxPerMinute} requests in a minute`, {
			'Retry-After': String(waitSeconds),
		});
	}
	const { isForAll, right } = getOperation(operation);
	if (right !== null && !allows(facts.rights, right)) {
		throw new SvixApiError(403, 'forbidden', `The key lacks the right "${right}"`);
	}
	if (isForAll && facts.tenantId !== null) {
		throw new SvixApiError(403, 'forbidden', 'This needs a key for all tenants');
	}
	return facts;
}
