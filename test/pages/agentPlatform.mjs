// spec/agent-platform.txt, "Example (Node.js)", as it stands there.
import crypto from 'node:crypto';

export function verifyWebhookSignature(payload, signature, secret) {
	const expectedSignature = crypto
		.createHmac('sha256', secret)
		.update(JSON.stringify(payload))
		.digest('hex');

	return crypto.timingSafeEqual(Buffer.from(signature), Buffer.from(expectedSignature));
}
