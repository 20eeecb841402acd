import { createHash } from 'crypto';
import type { IWebhookFunctions } from 'n8n-workflow';

import { Deduplicator, type DeliveryStart } from '../../../core/receiving/deduplicator';

// About 20 MB at most, shared by all workflows of this process.
const MAX_REMEMBERED_KEYS = 100_000;

/** The deliveries of all triggers in this process. */
const deduplicator = new Deduplicator(MAX_REMEMBERED_KEYS);

/**
 * Starts a delivery, or recognizes it as a duplicate. A delivery that is answered with success is
 * remembered for `windowMs`; after any other response, the next duplicate is processed.
 * @param key absent if duplicates cannot be recognized
 */
export async function startDelivery(
	context: IWebhookFunctions,
	key: string | undefined,
	windowMs: number,
): Promise<DeliveryStart['result']> {
	// A person who listens for a test event may send the same one again on purpose.
	if (key === undefined || windowMs <= 0 || context.getMode() === 'manual') return 'first';
	// A digest bounds the memory of each key, however long the sender makes it.
	const scopedKey = `${context.getWorkflow().id ?? ''} ${context.getNode().id} ${key}`;
	const digest = createHash('sha256').update(scopedKey).digest('base64');
	const start = await deduplicator.start(digest, windowMs, () => Date.now());
	if (start.result !== 'first') return start.result;
	const response = context.getResponseObject();
	response.once('finish', () => {
		start.complete(response.statusCode >= 200 && response.statusCode < 300);
	});
	response.once('close', () => {
		start.complete(false);
	});
	return 'first';
}
