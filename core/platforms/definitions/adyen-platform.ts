import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'adyen-platform',
	name: 'Adyen (Platforms)',
	description: 'HmacSignature: a base64 HMAC of the body',
	searchWords: ['Balance Platform', 'transfers', 'Management API'],
	category: 'payments',
	evidence: 'official page',
	source:
		'https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures',
	scheme: {
		name: 'adyen-platform',
		signatureHeader: 'HmacSignature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'hex',
	},
	events: {
		example: { type: 'balancePlatform.transfer.updated' },
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Customer Area → Developers → Webhooks → + Webhook',
		page: 'https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures',
		secret: {
			name: 'HMAC key',
			place: 'which you generate under Security on the webhook’s page',
			format: 'has 64 hex characters',
		},
	},
	usualTypes: [
		'balancePlatform.accountHolder.created',
		'balancePlatform.accountHolder.updated',
		'balancePlatform.balanceAccount.created',
		'balancePlatform.payment.created',
		'balancePlatform.report.created',
		'balancePlatform.transfer.created',
		'balancePlatform.transfer.updated',
		'balancePlatform.transaction.created',
		'merchant.created',
		'merchant.updated',
		'paymentMethod.created',
	],
	secretFacts: { isMadeByPlatform: true },
});
