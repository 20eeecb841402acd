// UPTIQ's page shows no code, only these steps (docs/platforms.md#uptiq): "Converts the request body into a JSON string; uses the private key to
// generate a SHA-256 HMAC signature", and the key is in the downloaded JSON file.
import crypto from 'node:crypto';

export function verifySignature(body, signature, privateKey) {
	const expected = crypto
		.createHmac('sha256', privateKey)
		.update(JSON.stringify(body))
		.digest('hex');
	return crypto.timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}
