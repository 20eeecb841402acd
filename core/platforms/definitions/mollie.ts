import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'mollie',
	name: 'Mollie',
	description: 'X-Mollie-Signature: sha256= and a hex HMAC of the body',
	searchWords: ['payments', 'invoices'],
	category: 'payments',
	evidence: 'official page',
	source: 'https://docs.mollie.com/reference/webhooks-new',
	// https://github.com/mollie/mollie-api-php/blob/master/src/Webhooks/SignatureValidator.php
	scheme: {
		name: 'mollie',
		signatureHeader: 'X-Mollie-Signature',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		// One header for each secret while the secret changes.
		separator: ',',
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'payment-link.paid' },
		type: [{ body: 'type' }],
		time: { body: 'createdAt' },
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'the webhook settings of Mollie’s dashboard',
		page: 'https://docs.mollie.com/reference/webhooks-new',
		secret: { name: 'signing secret', place: 'of the webhook, in Mollie’s dashboard' },
		also: 'Use next-gen webhooks: Mollie does not sign the classic ones, the webhookUrl of a payment.',
	},
	usualTypes: [
		'balance-transaction.created',
		'payment-link.paid',
		'profile.blocked',
		'profile.created',
		'profile.deleted',
		'profile.verified',
		'sales-invoice.canceled',
		'sales-invoice.created',
		'sales-invoice.issued',
		'sales-invoice.paid',
	],
	secretFacts: { isMadeByPlatform: true },
});
