import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'mailerlite',
	name: 'MailerLite',
	description: 'Signature: a hex HMAC of the body',
	searchWords: ['email marketing', 'subscribers', 'campaigns'],
	category: 'marketing',
	evidence: 'official page',
	source: 'https://developers.mailerlite.com/docs/webhooks',
	scheme: {
		name: 'mailerlite',
		signatureHeader: 'Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'subscriber.created' },
		// A request of a webhook that batches contains a list of events.
		type: [{ body: 'events.type' }, { body: 'type' }],
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Integrations → Webhooks, or POST /api/webhooks of the MailerLite API',
		page: 'https://developers.mailerlite.com/docs/webhooks',
		secret: { name: 'secret', place: 'which the API returns with the webhook' },
	},
	usualTypes: [
		'campaign.sent',
		'subscriber.added_through_form',
		'subscriber.added_to_group',
		'subscriber.automation_completed',
		'subscriber.automation_triggered',
		'subscriber.bounced',
		'subscriber.created',
		'subscriber.removed_from_group',
		'subscriber.spam_reported',
		'subscriber.unsubscribed',
		'subscriber.updated',
	],
	retriedForHours: 1,
	secretFacts: { isMadeByPlatform: true },
});
