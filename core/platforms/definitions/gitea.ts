import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'gitea',
	name: 'Gitea and Forgejo',
	description: 'X-Gitea-Signature: a hex HMAC of the body',
	searchWords: ['Codeberg', 'push', 'pull requests'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://docs.gitea.com/usage/repository/webhooks',
	// https://github.com/go-gitea/gitea/blob/main/services/webhook/deliver.go
	scheme: {
		name: 'gitea',
		signatureHeader: 'X-Gitea-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'push' },
		type: [{ header: 'X-Gitea-Event' }],
		duplicateKey: [{ header: 'X-Gitea-Delivery' }],
	},
	setup: {
		menu: 'your repository → Settings → Webhooks → Add Webhook, of the kind Gitea or Forgejo',
		page: 'https://docs.gitea.com/usage/repository/webhooks',
		secret: { name: 'Secret', place: 'which you choose when you add the webhook' },
		also: 'Choose the HTTP method POST and the content type application/json.',
	},
	// https://github.com/go-gitea/gitea/blob/main/modules/webhook/type.go
	usualTypes: [
		'create',
		'delete',
		'fork',
		'issue_comment',
		'issues',
		'package',
		'pull_request',
		'push',
		'release',
		'repository',
		'wiki',
	],
});
