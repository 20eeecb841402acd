import { HEADER_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'huggingface',
	name: 'Hugging Face',
	description: 'X-Webhook-Secret: the webhook’s secret',
	searchWords: ['models', 'datasets', 'Spaces'],
	category: 'ai',
	evidence: 'official page',
	source: 'https://huggingface.co/docs/hub/webhooks',
	authentication: HEADER_TOKEN,
	headerToken: { names: ['X-Webhook-Secret'] },
	events: {
		example: { type: 'repo.content.update' },
		type: [{ joined: [{ body: 'event.scope' }, { body: 'event.action' }], with: '.' }],
		// A discussion that is closed, opened and closed again has the same bytes, so nothing identifies a delivery.
		duplicateKey: [],
	},
	setup: {
		menu: 'Settings → Webhooks → Add a new webhook',
		page: 'https://huggingface.co/docs/hub/webhooks',
		secret: { name: 'Secret', place: 'which you choose in the webhook’s settings' },
	},
	usualTypes: [
		'discussion.comment.create',
		'discussion.comment.update',
		'discussion.create',
		'discussion.delete',
		'discussion.update',
		'repo.config.update',
		'repo.content.update',
		'repo.create',
		'repo.delete',
		'repo.move',
		'repo.update',
	],
});
