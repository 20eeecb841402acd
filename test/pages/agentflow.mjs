// AgentFlow's "Signature verification (pseudocode)", with Node's functions for those that the page only names.
// See docs/platforms.md#agentflow.
import crypto from 'node:crypto';

export function verifyAgentflowSignature(requestBody, timestamp, signatureHeader, secret) {
	if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
	const signedContent = `${timestamp}.${requestBody.toString('utf8')}`;
	const expected = `sha256=${crypto.createHmac('sha256', secret).update(signedContent).digest('hex')}`;
	return crypto.timingSafeEqual(Buffer.from(expected), Buffer.from(signatureHeader));
}
