import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'onfleet',
	name: 'Onfleet',
	description: 'X-Onfleet-Signature: a hex HMAC-SHA512 of the body',
	searchWords: ['deliveries', 'last mile', 'drivers'],
	category: 'commerce',
	evidence: 'official page',
	source: 'https://docs.onfleet.com/reference/secrets',
	scheme: {
		name: 'onfleet',
		signatureHeader: 'X-Onfleet-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha512', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'hex',
	},
	events: {
		example: { type: 'taskCompleted' },
		type: [{ body: 'triggerName' }],
		data: 'data',
		time: { body: 'time' },
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Settings → API and Webhooks → Create webhook',
		page: 'https://docs.onfleet.com/reference/webhooks',
		secret: {
			name: 'webhook secret',
			place: 'under Settings → API and Webhooks',
			format: 'is hex',
		},
		also: 'Publish the workflow before you create the webhook: Onfleet then checks the URL, and this trigger answers.',
	},
	// https://docs.onfleet.com/reference/webhooks
	usualTypes: [
		'taskArrival',
		'taskAssigned',
		'taskCompleted',
		'taskCreated',
		'taskDelayed',
		'taskDeleted',
		'taskEta',
		'taskFailed',
		'taskStarted',
		'taskUnassigned',
		'taskUpdated',
		'workerCreated',
		'workerDeleted',
		'workerDuty',
	],
	// https://www.rubydoc.info/gems/ruby-onfleet/1.0.1/Onfleet/Webhooks
	retriedForHours: 24,
	secretFacts: { isMadeByPlatform: true },
	// https://docs.onfleet.com/reference/validation
	handshakes: [
		{
			method: 'GET',
			requires: [{ query: 'check' }],
			isUnsigned: true,
			statusCode: 200,
			reply: { text: '{query.check}' },
		},
	],
});
