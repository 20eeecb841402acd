import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'bitbucket',
	name: 'Bitbucket Cloud',
	description: 'X-Hub-Signature: sha256= and a hex HMAC of the body',
	searchWords: ['push', 'pull requests'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/',
	scheme: {
		name: 'bitbucket',
		signatureHeader: 'X-Hub-Signature',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'repo:push' },
		type: [{ header: 'X-Event-Key' }],
		// Bitbucket does not say whether a retry keeps its X-Request-UUID.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'your repository → Repository settings → Webhooks → Add webhook',
		page: 'https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/',
		secret: { name: 'Secret', place: 'which you choose or generate when you add the webhook' },
	},
	// https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/
	usualTypes: [
		'issue:comment_created',
		'issue:created',
		'issue:updated',
		'pullrequest:approved',
		'pullrequest:comment_created',
		'pullrequest:created',
		'pullrequest:fulfilled',
		'pullrequest:rejected',
		'pullrequest:unapproved',
		'pullrequest:updated',
		'repo:commit_comment_created',
		'repo:commit_status_created',
		'repo:commit_status_updated',
		'repo:fork',
		'repo:push',
		'repo:updated',
	],
});
