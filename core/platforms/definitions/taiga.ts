import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'taiga',
	name: 'Taiga',
	description: 'X-TAIGA-WEBHOOK-SIGNATURE: a hex HMAC-SHA1 of the body',
	searchWords: ['user stories', 'issues'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://docs.taiga.io/webhooks.html',
	scheme: {
		name: 'taiga',
		// https://github.com/taigaio/taiga-back/blob/main/taiga/webhooks/tasks.py
		signatureHeader: 'X-TAIGA-WEBHOOK-SIGNATURE',
		forms: [{ prefix: '', algorithm: 'hmac-sha1', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'userstory.create' },
		type: [{ joined: [{ body: 'type' }, { body: 'action' }], with: '.' }],
		data: 'data',
		time: { body: 'date' },
		// Taiga documents no key, but a delivery that is sent again has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'your project → Settings → Integrations → Webhooks',
		page: 'https://docs.taiga.io/webhooks.html',
		secret: { name: 'Secret key', place: 'which you choose when you add the webhook' },
		test: 'Click the test icon of the webhook.',
	},
	usualTypes: [
		'issue.change',
		'issue.create',
		'issue.delete',
		'milestone.change',
		'milestone.create',
		'milestone.delete',
		'task.change',
		'task.create',
		'task.delete',
		'test.test',
		'userstory.change',
		'userstory.create',
		'userstory.delete',
		'wikipage.change',
		'wikipage.create',
		'wikipage.delete',
	],
});
