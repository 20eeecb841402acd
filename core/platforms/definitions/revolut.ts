import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'revolut',
	name: 'Revolut',
	description: 'Revolut-Signature: v1= and a hex HMAC of timestamp and body',
	searchWords: ['payments', 'transactions', 'banking'],
	category: 'finance',
	evidence: 'official vector',
	source:
		'https://developer.revolut.com/docs/guides/manage-accounts/webhooks/verify-the-payload-signature',
	scheme: {
		name: 'revolut',
		signatureHeader: 'Revolut-Signature',
		forms: [{ prefix: 'v1=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: 'v1.{timestamp}.{body}',
		timestamp: { header: 'Revolut-Request-Timestamp', unit: 'ms', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'TransactionStateChanged' },
		type: [{ body: 'event' }],
		data: 'data',
		time: { body: 'timestamp' },
		// Revolut documents no ID of a request. Events of the Merchant API have only the order’s ID, and no time.
		duplicateKey: [{ header: 'Revolut-Request-Timestamp' }, { digest: 'body' }],
	},
	setup: {
		menu: 'the Create a webhook endpoint of Revolut’s Business or Merchant API',
		page: 'https://developer.revolut.com/docs/guides/manage-accounts/webhooks/about-webhooks',
		secret: {
			name: 'signing secret',
			place: 'in the API’s response when you create or retrieve the webhook',
			format: 'begins with wsk_',
		},
	},
	usualTypes: [
		'ORDER_AUTHORISED',
		'ORDER_CANCELLED',
		'ORDER_COMPLETED',
		'ORDER_PAYMENT_AUTHENTICATED',
		'ORDER_PAYMENT_DECLINED',
		'ORDER_PAYMENT_FAILED',
		'PayoutLinkCreated',
		'PayoutLinkStateChanged',
		'TransactionCreated',
		'TransactionStateChanged',
	],
	secretFacts: { isMadeByPlatform: true, prefix: 'wsk_' },
});
