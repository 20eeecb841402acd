import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'cal-com',
	name: 'Cal.com',
	description: 'X-Cal-Signature-256: a hex HMAC of the body',
	searchWords: ['bookings', 'meetings', 'calendar'],
	category: 'forms',
	evidence: 'official page',
	source: 'https://cal.com/docs/developing/guides/automation/webhooks',
	scheme: {
		name: 'cal-com',
		signatureHeader: 'X-Cal-Signature-256',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'BOOKING_CREATED' },
		type: [{ body: 'triggerEvent' }],
		data: 'payload',
		time: { body: 'createdAt' },
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Settings → Developer → Webhooks',
		page: 'https://cal.com/docs/developing/guides/automation/webhooks',
		secret: { name: 'Secret', place: 'which you choose when you add the webhook' },
		also: 'Leave the custom payload template off: without it, the event type is in the body.',
	},
	usualTypes: [
		'BOOKING_CANCELLED',
		'BOOKING_CREATED',
		'BOOKING_PAID',
		'BOOKING_PAYMENT_INITIATED',
		'BOOKING_REJECTED',
		'BOOKING_REQUESTED',
		'BOOKING_RESCHEDULED',
		'FORM_SUBMITTED',
		'MEETING_ENDED',
		'MEETING_STARTED',
		'RECORDING_READY',
	],
});
