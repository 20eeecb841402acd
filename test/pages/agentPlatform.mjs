// The agent platform's own code, unchanged: "Example (Node.js)" of its page. See docs/platforms.md#agent-platform.
import crypto from 'node:crypto';

export function verifyWebhookSignature(payload, signature, secret) {
	const expectedSignature = crypto
		.createHmac('sha256', secret)
		.update(JSON.stringify(payload))
		.digest('hex');

	return crypto.timingSafeEqual(Buffer.from(signature), Buffer.from(expectedSignature));
}
