// spec/agenticflow.txt, "Verification Example (Node.js)", as it stands there.
import crypto from 'node:crypto';

export function verifyWebhookSignature(payload, signature, secret) {
	const expectedSignature = crypto.createHmac('sha256', secret).update(payload).digest('hex');
	const providedSignature = signature.replace('sha256=', '');
	return crypto.timingSafeEqual(Buffer.from(expectedSignature), Buffer.from(providedSignature));
}
