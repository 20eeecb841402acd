import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'github',
	name: 'GitHub',
	description: 'X-Hub-Signature-256: sha256= and a hex HMAC of the body',
	searchWords: ['push', 'pull requests'],
	category: 'dev',
	evidence: 'official vector',
	source: 'https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries',
	scheme: {
		name: 'github',
		signatureHeader: 'X-Hub-Signature-256',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'push' },
		type: [{ header: 'X-GitHub-Event' }],
		duplicateKey: [{ header: 'X-GitHub-Delivery' }],
	},
	// https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
	secretFacts: {
		others: [
			...['ghp_', 'github_pat_'].map((prefix) => ({ prefix, name: 'personal access tokens' })),
			...['gho_', 'ghu_', 'ghs_', 'ghr_'].map((prefix) => ({ prefix, name: 'app tokens' })),
		],
	},
	setup: {
		menu: 'your repository → Settings → Webhooks → Add webhook',
		page: 'https://docs.github.com/en/webhooks/using-webhooks/creating-webhooks',
		secret: { name: 'Secret', place: 'which you choose when you add the webhook' },
		test: 'On the webhook’s page, under Recent Deliveries, open a delivery and click Redeliver.',
	},
	// GitHub's OpenAPI description (@octokit/openapi-webhooks-types@12.2.0)
	usualTypes: [
		'check_run',
		'check_suite',
		'create',
		'delete',
		'deployment',
		'deployment_status',
		'discussion',
		'fork',
		'issue_comment',
		'issues',
		'label',
		'member',
		'milestone',
		'ping',
		'public',
		'pull_request',
		'pull_request_review',
		'pull_request_review_comment',
		'push',
		'release',
		'repository',
		'secret_scanning_alert',
		'star',
		'status',
		'workflow_dispatch',
		'workflow_job',
		'workflow_run',
	],
	// https://docs.github.com/en/webhooks/using-webhooks/creating-webhooks: with this content type, the JSON is
	// sent as a form parameter named payload.
	formBodies: { jsonField: 'payload', isJsonFieldRequired: true },
});
