import { receiveOnlyPlatform } from '../receiveOnly';

const ITEM = 'notificationItems.NotificationRequestItem';

export const platform = receiveOnlyPlatform({
	id: 'adyen',
	name: 'Adyen',
	description: 'additionalData.hmacSignature: a base64 HMAC of eight fields of the body',
	category: 'payments',
	evidence: 'official vector',
	source:
		'https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures',
	scheme: {
		name: 'adyen',
		signatureField: `${ITEM}.additionalData.hmacSignature`,
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: [
			'pspReference',
			'originalReference',
			'merchantAccountCode',
			'merchantReference',
			'amount.value',
			'amount.currency',
			'eventCode',
			'success',
		]
			.map((path) => `{body:${ITEM}.${path}}`)
			.join(':'),
		// The merchant chooses it; the other values have no colons.
		freeValue: `body:${ITEM}.merchantReference`,
		secretFormat: 'hex',
	},
	events: {
		example: { type: 'AUTHORISATION' },
		type: [{ body: `${ITEM}.eventCode` }],
		time: { body: `${ITEM}.eventDate` },
		duplicateKey: [
			{ body: `${ITEM}.pspReference` },
			{ body: `${ITEM}.eventCode` },
			{ body: `${ITEM}.success` },
		],
	},
	setup: {
		menu: 'Customer Area → Developers → Webhooks → Create new webhook → Standard webhook',
		page: 'https://docs.adyen.com/development-resources/webhooks/',
		secret: {
			name: 'HMAC key',
			place: 'which you generate under Security',
			format: 'has 64 hex characters',
		},
		also: 'Choose the method JSON.',
	},
	usualTypes: [
		'AUTHORISATION',
		'CANCELLATION',
		'CANCEL_OR_REFUND',
		'CAPTURE',
		'CAPTURE_FAILED',
		'CHARGEBACK',
		'NOTIFICATION_OF_CHARGEBACK',
		'REFUND',
		'REFUND_FAILED',
		'REPORT_AVAILABLE',
	],
	secretFacts: { isMadeByPlatform: true },
	acceptedReplies: [
		{ statusCode: 200, body: '[accepted]', contentType: 'text/plain; charset=utf-8' },
	],
});
