import { receiveOnlyPlatform } from '../receiveOnly';

/** https://linear.app/developers/webhooks */
const RETRIED_FOR_SECONDS = 60 + 3600 + 6 * 3600;

export const platform = receiveOnlyPlatform({
	id: 'linear',
	name: 'Linear',
	description: 'Linear-Signature: a hex HMAC of the body, which contains the timestamp',
	searchWords: ['issues'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://linear.app/developers/webhooks#securing-webhooks',
	scheme: {
		name: 'linear',
		signatureHeader: 'Linear-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		// Within a minute of the time of sending. Linear retries after a minute, an hour and six hours, with the
		// same bytes; the duplicate window recognizes those that were received before.
		timestamp: {
			bodyField: 'webhookTimestamp',
			unit: 'ms',
			toleranceSeconds: 60 + RETRIED_FOR_SECONDS,
		},
		secretFormat: 'text',
	},
	events: {
		example: { type: 'Issue' },
		type: [{ header: 'Linear-Event' }],
		data: 'data',
		time: { body: 'createdAt' },
		duplicateKey: [{ header: 'Linear-Delivery' }],
	},
	setup: {
		menu: 'Settings → API → New webhook',
		page: 'https://linear.app/developers/webhooks',
		secret: { name: 'Signing secret', place: 'on the webhook’s page' },
		test: 'Change an issue in a team that the webhook covers.',
	},
	// LinearWebhookEventType of Linear's own SDK (@linear/sdk@98.0.0)
	usualTypes: [
		'Attachment',
		'Comment',
		'Customer',
		'CustomerNeed',
		'Cycle',
		'Document',
		'Initiative',
		'InitiativeUpdate',
		'Issue',
		'IssueLabel',
		'IssueSLA',
		'Project',
		'ProjectUpdate',
		'Reaction',
		'User',
	],
	// No page of Linear's that was read tells the beginnings; secret scanners (gitleaks, for lin_api_) and public
	// integrations agree on them.
	// Webhooks made with the API may have a secret of one's own.
	secretFacts: {
		ownPrefixes: ['lin_wh_'],
		others: [
			{ prefix: 'lin_api_', name: 'API keys' },
			{ prefix: 'lin_oauth_', name: 'OAuth tokens' },
		],
	},
});
