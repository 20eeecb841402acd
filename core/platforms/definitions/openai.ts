import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'openai',
	name: 'OpenAI',
	description: 'webhook-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['ChatGPT', 'batches', 'background responses'],
	category: 'ai',
	evidence: 'official library',
	source: 'https://platform.openai.com/docs/guides/webhooks',
	scheme: standardWebhooksScheme('openai', 'webhook'),
	events: {
		example: { type: 'response.completed', data: { id: 'resp_abc123' } },
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'created_at' },
		duplicateKey: [{ header: 'webhook-id' }],
	},
	setup: {
		menu: 'Settings → Project → Webhooks → Create',
		page: 'https://platform.openai.com/docs/guides/webhooks',
		secret: {
			name: 'Signing secret',
			place: 'shown once when you create the webhook',
			format: 'begins with whsec_',
		},
	},
	// openai@6.49.0, src/resources/webhooks/webhooks.ts
	usualTypes: [
		'batch.cancelled',
		'batch.completed',
		'batch.expired',
		'batch.failed',
		'eval.run.canceled',
		'eval.run.failed',
		'eval.run.succeeded',
		'fine_tuning.job.cancelled',
		'fine_tuning.job.failed',
		'fine_tuning.job.succeeded',
		'realtime.call.incoming',
		'response.cancelled',
		'response.completed',
		'response.failed',
		'response.incomplete',
	],
	retriedForHours: 72,
	secretFacts: {
		isMadeByPlatform: true,
		prefix: 'whsec_',
		others: [{ prefix: 'sk-', name: 'API keys' }],
	},
});
