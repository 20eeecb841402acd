import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'zendesk',
	name: 'Zendesk',
	description: 'X-Zendesk-Webhook-Signature: a base64 HMAC of timestamp and body',
	searchWords: ['tickets', 'support'],
	category: 'comms',
	evidence: 'official page',
	source: 'https://developer.zendesk.com/documentation/webhooks/verifying/',
	scheme: {
		name: 'zendesk',
		signatureHeader: 'X-Zendesk-Webhook-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{timestamp}{body}',
		timestamp: {
			header: 'X-Zendesk-Webhook-Signature-Timestamp',
			unit: 'iso',
			toleranceSeconds: 300,
		},
		secretFormat: 'text',
	},
	events: {
		example: { type: 'zen:event-type:ticket.created' },
		// The body of a webhook that a trigger or an automation calls is what its author wrote.
		type: [{ body: 'type' }],
		time: { body: 'time' },
		duplicateKey: [{ header: 'X-Zendesk-Webhook-Invocation-Id' }],
	},
	setup: {
		menu: 'Admin Center → Apps and integrations → Webhooks → Actions → Create webhook',
		page: 'https://developer.zendesk.com/documentation/webhooks/creating-and-monitoring-webhooks/',
		secret: { name: 'Signing secret', place: 'on the webhook’s page, once it is saved' },
		also: 'Choose the request method POST and the request format JSON.',
	},
	// https://developer.zendesk.com/api-reference/webhooks/event-types/webhook-event-types/
	usualTypes: [
		'zen:event-type:organization.created',
		'zen:event-type:organization.deleted',
		'zen:event-type:ticket.agent_assignment_changed',
		'zen:event-type:ticket.comment_added',
		'zen:event-type:ticket.created',
		'zen:event-type:ticket.priority_changed',
		'zen:event-type:ticket.status_changed',
		'zen:event-type:ticket.tags_changed',
		'zen:event-type:user.created',
		'zen:event-type:user.deleted',
	],
	secretFacts: { isMadeByPlatform: true },
});
