// AgenticFlow's own code, unchanged: "Verification Example (Node.js)" and "Slack Notifications" of its page.
// See docs/platforms.md#agenticflow.
import crypto from 'node:crypto';

export function verifyWebhookSignature(payload, signature, secret) {
	const expectedSignature = crypto.createHmac('sha256', secret).update(payload).digest('hex');
	const providedSignature = signature.replace('sha256=', '');
	return crypto.timingSafeEqual(Buffer.from(expectedSignature), Buffer.from(providedSignature));
}

/** Returns what the page's example posts to Slack. */
export function slackMessage({ event, data }) {
	if (event === 'workflow.execution.completed') {
		const message = {
			text: `Workflow ${data.workflow_id} completed successfully!`,
			attachments: [
				{
					color: data.status === 'success' ? 'good' : 'danger',
					fields: [
						{ title: 'Duration', value: `${data.duration_seconds}s`, short: true },
						{ title: 'Credits Used', value: data.credits_used, short: true },
					],
				},
			],
		};
		return JSON.stringify(message);
	}
}
