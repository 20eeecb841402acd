import { digestJson } from '../lib/digestJson';
import { toSortedJson } from '../lib/sortedJson';
import { insertEndpointOnce } from '../outbox/endpoint/createOnce';
import type { ApiScope } from '../outbox/endpoint/repository';
import type { Endpoint } from '../outbox/model';
import type { OutboxPorts } from '../outbox/ports';

import { InvalidFieldError } from './fieldErrors';

/** A request's Idempotency-Key, and a digest that identifies its caller. */
export interface RequestIdempotency {
	key: string;
	caller: string;
}

/** A key was used before, for a request with another body. */
export class ReusedKeyError extends Error {
	override readonly name = 'ReusedKeyError';
}

/**
 * Returns the value of a header Idempotency-Key without surrounding spaces.
 * @throws InvalidFieldError for a key that is empty, longer than 255 characters or not printable ASCII
 */
export function requireIdempotencyKey(key: string): string {
	if (/^[\x20-\x7e]{1,255}$/.test(key) && key.trim() !== '') return key.trim();
	const expected = '1 to 255 printable ASCII characters';
	throw new InvalidFieldError(`Header 'Idempotency-Key' must have ${expected}`, {
		field: 'Idempotency-Key',
		expected,
		received: key.trim() === '' ? 'empty string' : 'another value',
	});
}

/**
 * Computes the digest of a key that is stored: the same for two requests of one caller with one key.
 * @throws InvalidFieldError for a key that {@link requireIdempotencyKey} rejects
 */
export const computeCreationKey = (
	platformId: string,
	{ caller, key }: RequestIdempotency,
): string => digestJson([platformId, caller, requireIdempotencyKey(key)]);

/** Computes a digest of a request's body that is the same whatever the order of its fields. */
export const computeBodyDigest = (body: unknown): string => digestJson(toSortedJson(body));

/**
 * Inserts a webhook, unless it was created by an earlier request with the same Idempotency-Key.
 * @returns the webhook that was created
 * @throws InvalidFieldError, ReusedKeyError, UidTakenError
 */
export async function insertWebhook(
	ports: OutboxPorts,
	scope: ApiScope,
	endpoint: Endpoint,
	{ body, idempotency }: { body: unknown; idempotency?: RequestIdempotency },
): Promise<Endpoint> {
	if (idempotency === undefined) return await insertEndpointOnce(ports, endpoint, scope);
	const creationKey = computeCreationKey(scope.platformId, idempotency);
	const creationDigest = computeBodyDigest(body);
	const secrets = { ...endpoint.secrets, creationDigest };
	const inserted = await insertEndpointOnce(ports, { ...endpoint, creationKey, secrets }, scope);
	if (inserted.secrets.creationDigest === creationDigest) return inserted;
	throw new ReusedKeyError(
		'This Idempotency-Key was used for another webhook. Send the same body again, or use a new key.',
	);
}
