import type { ICredentialDataDecryptedObject, IWebhookFunctions } from 'n8n-workflow';

import { parseInboundCredential, type InboundCredential } from '../../../core/credentials/inbound';
import { parseOutboxCredential } from '../../shared/outbox/openOutbox';

/** Cache lifetime: an edited credential takes effect within this time. */
const CACHE_TTL_MS = 5000;

interface CacheEntry {
	expiresAtMs: number;
	credential: Promise<unknown>;
}

/** The credentials of all triggers in this process, parsed. */
const cache = new Map<string, CacheEntry>();

function evictExpired(nowMs: number): void {
	for (const [key, { expiresAtMs }] of cache) if (expiresAtMs <= nowMs) cache.delete(key);
}

/**
 * Reads and parses a credential, at most once every five seconds for each trigger. With the expression engine
 * `vm`, n8n builds an additional isolate whenever a webhook reads a credential.
 */
async function readCached<T>(
	context: IWebhookFunctions,
	type: string,
	parse: (fields: ICredentialDataDecryptedObject) => T,
): Promise<T> {
	const { credentials, id } = context.getNode();
	const credentialId = credentials?.[type]?.id ?? '';
	const key = `${context.getWorkflow().id ?? ''} ${id} ${type} ${credentialId}`;
	const nowMs = Date.now();
	const cached = cache.get(key);
	if (cached !== undefined && cached.expiresAtMs > nowMs) return (await cached.credential) as T;
	evictExpired(nowMs);
	const credential = context
		.getCredentials<ICredentialDataDecryptedObject>(type)
		.then((fields) => parse(fields));
	cache.set(key, { expiresAtMs: nowMs + CACHE_TTL_MS, credential });
	return await credential.catch((error: unknown) => {
		// Don't cache failures: every request retries until the credential is fixed.
		if (cache.get(key)?.credential === credential) cache.delete(key);
		throw error;
	});
}

/** Reads the Receiving credential. */
export const getCachedInboundCredential = async (
	context: IWebhookFunctions,
): Promise<InboundCredential> =>
	await readCached(context, 'agentWebhookInboundApi', parseInboundCredential);

/** Reads the outbox's name and the encryption keys of the Outbox credential, the current one first. */
export const getCachedOutbox = async (
	context: IWebhookFunctions,
): Promise<ReturnType<typeof parseOutboxCredential>> =>
	await readCached(context, 'agentWebhookOutboxApi', parseOutboxCredential);
