import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'semaphore',
	name: 'Semaphore CI',
	description: 'X-Semaphore-Signature-256: a hex HMAC of the body',
	searchWords: ['pipelines', 'builds'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://docs.semaphore.io/using-semaphore/notifications',
	scheme: {
		name: 'semaphore',
		// notifications/lib/notifications/workers/webhook.ex of https://github.com/semaphoreio/semaphore
		signatureHeader: 'X-Semaphore-Signature-256',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'passed' },
		// A notification comes when a pipeline is done; it has no type other than the result.
		type: [{ body: 'pipeline.result' }],
		time: { body: 'pipeline.done_at' },
		duplicateKey: [{ header: 'X-Semaphore-Webhook-Id' }],
	},
	setup: {
		menu: 'Notifications → New Notification',
		page: 'https://docs.semaphore.io/using-semaphore/notifications',
		secret: {
			name: 'WEBHOOK_SECRET',
			place: 'the variable of an organization secret, whose name you enter in the notification',
		},
	},
	usualTypes: ['canceled', 'failed', 'passed', 'stopped'],
});
