import type { ICredentialDataDecryptedObject, IWebhookFunctions } from 'n8n-workflow';

/** So long, in ms, a change of a credential may take to hold. */
const FRESH_MS = 5000;

interface Reading {
	untilMs: number;
	fields: Promise<ICredentialDataDecryptedObject>;
}

const readings = new Map<string, Reading>();

function forgetOld(nowMs: number): void {
	for (const [key, { untilMs }] of readings) if (untilMs <= nowMs) readings.delete(key);
}

/**
 * What callers must know. Under the expression engine `vm`, n8n builds an isolate to read a credential
 * for a request, beside the one that the request has: so requests that come at once, or within five
 * seconds, share one reading.
 */
export async function getCachedInboundCredential(
	context: IWebhookFunctions,
): Promise<ICredentialDataDecryptedObject> {
	const { credentials, id } = context.getNode();
	const credential = credentials?.agentWebhookInboundApi?.id ?? '';
	const key = `${context.getWorkflow().id ?? ''} ${id} ${credential}`;
	const nowMs = Date.now();
	const known = readings.get(key);
	if (known !== undefined && known.untilMs > nowMs) return await known.fields;
	forgetOld(nowMs);
	const fields = context.getCredentials('agentWebhookInboundApi');
	readings.set(key, { untilMs: nowMs + FRESH_MS, fields });
	const [read] = await Promise.allSettled([fields]);
	// A fault is told to each request anew, until it is mended.
	if (read.status === 'rejected' && readings.get(key)?.fields === fields) readings.delete(key);
	return await fields;
}
