import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'extend',
	name: 'Extend',
	description: 'x-extend-request-signature: a hex HMAC of timestamp and body',
	searchWords: ['document processing', 'OCR'],
	category: 'ai',
	evidence: 'official page',
	// wrapper/webhooks/Webhooks.js of Extend's own SDK (extend-ai@1.17.0)
	source: 'https://docs.extend.ai/webhooks/configuration',
	scheme: {
		name: 'extend',
		signatureHeader: 'x-extend-request-signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: 'v0:{timestamp}:{body}',
		timestamp: { header: 'x-extend-request-timestamp', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'workflow_run.completed' },
		type: [{ body: 'eventType' }],
		data: 'payload',
		duplicateKey: [{ body: 'eventId' }],
	},
	setup: {
		menu: 'Developers → Webhooks',
		page: 'https://docs.extend.ai/webhooks/configuration',
		secret: {
			name: 'signing secret',
			place: 'of the webhook endpoint',
			format: 'begins with wss_',
		},
	},
	// WebhookEvent of the SDK
	usualTypes: [
		'batch_parse_run.processed',
		'batch_processor_run.processed',
		'classify_run.failed',
		'classify_run.processed',
		'edit_run.processed',
		'extract_run.failed',
		'extract_run.processed',
		'parse_run.failed',
		'parse_run.processed',
		'split_run.processed',
		'workflow_run.cancelled',
		'workflow_run.completed',
		'workflow_run.failed',
		'workflow_run.needs_review',
		'workflow_run.rejected',
	],
	secretFacts: { isMadeByPlatform: true, prefix: 'wss_' },
});
