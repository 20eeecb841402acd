import type { IWebhookFunctions } from 'n8n-workflow';

import { parseInboundCredential, type InboundCredential } from '../../../core/credentials/inbound';

/** Cache lifetime: an edited credential takes effect within this time. */
const CACHE_TTL_MS = 5000;

interface CacheEntry {
	expiresAtMs: number;
	credential: Promise<InboundCredential>;
}

/** The Receiving credentials of all triggers in this process, parsed. */
const cache = new Map<string, CacheEntry>();

function evictExpired(nowMs: number): void {
	for (const [key, { expiresAtMs }] of cache) if (expiresAtMs <= nowMs) cache.delete(key);
}

/**
 * Reads and parses the Receiving credential, at most once every five seconds for each trigger. With the expression
 * engine `vm`, n8n builds an additional isolate whenever a webhook reads a credential.
 */
export async function getCachedInboundCredential(
	context: IWebhookFunctions,
): Promise<InboundCredential> {
	const { credentials, id } = context.getNode();
	const credentialId = credentials?.agentWebhookInboundApi?.id ?? '';
	const key = `${context.getWorkflow().id ?? ''} ${id} ${credentialId}`;
	const nowMs = Date.now();
	const cached = cache.get(key);
	if (cached !== undefined && cached.expiresAtMs > nowMs) return await cached.credential;
	evictExpired(nowMs);
	const credential = context.getCredentials('agentWebhookInboundApi').then(parseInboundCredential);
	cache.set(key, { expiresAtMs: nowMs + CACHE_TTL_MS, credential });
	return await credential.catch((error: unknown) => {
		// Don't cache failures: every request retries until the credential is fixed.
		if (cache.get(key)?.credential === credential) cache.delete(key);
		throw error;
	});
}
