import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'acuity',
	name: 'Acuity Scheduling',
	description: 'X-Acuity-Signature: a base64 HMAC of the body',
	searchWords: ['appointments', 'Squarespace Scheduling'],
	category: 'forms',
	evidence: 'official page',
	source: 'https://developers.acuityscheduling.com/docs/webhooks',
	scheme: {
		name: 'acuity',
		signatureHeader: 'X-Acuity-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'appointment.scheduled' },
		type: [{ body: 'action' }],
		// Two changes of an appointment have the same bytes, so nothing identifies a delivery.
		duplicateKey: [],
	},
	setup: {
		menu: 'Integrations → Webhooks, or POST /webhooks of the Acuity API',
		page: 'https://developers.acuityscheduling.com/docs/webhooks',
		secret: { name: 'API key', place: 'under Integrations → API' },
	},
	usualTypes: [
		'appointment.canceled',
		'appointment.changed',
		'appointment.rescheduled',
		'appointment.scheduled',
		'canceled',
		'changed',
		'order.completed',
		'rescheduled',
		'scheduled',
	],
	secretFacts: { isMadeByPlatform: true },
	formBodies: {},
});
