import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'pagerduty',
	name: 'PagerDuty',
	description: 'X-PagerDuty-Signature: v1= and a hex HMAC of the body, one for each secret',
	searchWords: ['incidents', 'on-call'],
	category: 'dev',
	evidence: 'official vector',
	source: 'https://github.com/PagerDuty/developer-docs/blob/main/docs/webhooks/04-Signatures.md',
	scheme: {
		name: 'pagerduty',
		signatureHeader: 'X-PagerDuty-Signature',
		forms: [{ prefix: 'v1=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{body}',
		secretFormat: 'text',
	},
	// https://github.com/PagerDuty/developer-docs/blob/main/docs/webhooks/01-Overview.md
	events: {
		example: { type: 'incident.triggered' },
		type: [{ body: 'event.event_type' }],
		data: 'event.data',
		time: { body: 'event.occurred_at' },
		duplicateKey: [{ body: 'event.id' }],
	},
	setup: {
		menu: 'Integrations → Generic Webhooks (v3) → New Webhook',
		page: 'https://support.pagerduty.com/docs/webhooks',
		secret: { name: 'signing secret', place: 'which PagerDuty shows when you add the webhook' },
	},
	usualTypes: [
		'incident.acknowledged',
		'incident.annotated',
		'incident.delegated',
		'incident.escalated',
		'incident.priority_updated',
		'incident.reassigned',
		'incident.reopened',
		'incident.resolved',
		'incident.responder.added',
		'incident.responder.replied',
		'incident.status_update_published',
		'incident.triggered',
		'incident.unacknowledged',
		'service.created',
		'service.deleted',
		'service.updated',
	],
	secretFacts: { isMadeByPlatform: true },
	// https://github.com/PagerDuty/developer-docs/blob/main/docs/webhooks/02-Behavior.md: about 20 minutes
	retriedForHours: 1,
});
