import { createHash } from 'crypto';
import type { IWebhookFunctions } from 'n8n-workflow';

import { Deduplicator } from '../../../core/receiving/deduplicator';

// Some 20 MB at most, shared by all workflows of this process.
const REMEMBERED = 100_000;

const received = new Deduplicator(REMEMBERED);

/**
 * Claims a delivery for this request, until it is answered: with success it is remembered for
 * `windowMs`, otherwise its next repeat is a new one.
 * @param key absent where nothing tells a repeat from a new delivery
 */
export async function startDelivery(
	context: IWebhookFunctions,
	key: string | undefined,
	windowMs: number,
): Promise<'first' | 'duplicate' | 'busy'> {
	// A person who listens for a test event sends the same one again on purpose.
	if (key === undefined || windowMs <= 0 || context.getMode() === 'manual') return 'first';
	// A digest, so that what is remembered has a bounded size whatever a sender's key is.
	const scope = `${context.getWorkflow().id ?? ''} ${context.getNode().id} ${key}`;
	const digest = createHash('sha256').update(scope).digest('base64');
	const claim = await received.claim(digest, windowMs, () => Date.now());
	if (claim.result !== 'first') return claim.result;
	const response = context.getResponseObject();
	response.once('finish', () => {
		claim.settle(response.statusCode >= 200 && response.statusCode < 300);
	});
	response.once('close', () => {
		claim.settle(false);
	});
	return 'first';
}
