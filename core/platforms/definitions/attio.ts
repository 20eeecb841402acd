import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'attio',
	name: 'Attio',
	description: 'Attio-Signature: a hex HMAC of the body',
	searchWords: ['crm', 'records', 'notes'],
	category: 'crm',
	evidence: 'official page',
	source: 'https://docs.attio.com/rest-api/guides/webhooks',
	scheme: {
		name: 'attio',
		signatureHeader: 'Attio-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'record.created' },
		// A request contains a list of events.
		type: [{ body: 'events.event_type' }],
		// The same for all retries of a message.
		duplicateKey: [{ header: 'Idempotency-Key' }],
		// The body of an update has only IDs
		hasRepeatingBodies: true,
	},
	setup: {
		menu: 'the developer settings of your workspace → your integration → Webhooks',
		page: 'https://docs.attio.com/rest-api/guides/webhooks',
		secret: {
			name: 'secret',
			place: 'in the developer settings, or in the API’s response when you create the webhook',
		},
	},
	usualTypes: [
		'call-recording.created',
		'comment.created',
		'comment.resolved',
		'list.created',
		'list-entry.created',
		'list-entry.deleted',
		'list-entry.updated',
		'note.created',
		'note.deleted',
		'note.updated',
		'record.created',
		'record.deleted',
		'record.merged',
		'record.updated',
		'task.created',
		'task.deleted',
		'task.updated',
		'workspace-member.created',
	],
	secretFacts: { isMadeByPlatform: true },
	// Ten retries in about three days
	retriedForHours: 72,
});
