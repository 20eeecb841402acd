import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'moneybird',
	name: 'Moneybird',
	description: 'Moneybird-Signature: t= and v1=, a hex HMAC of timestamp and body',
	searchWords: ['invoices', 'accounting'],
	category: 'finance',
	evidence: 'official page',
	source: 'https://developer.moneybird.com/webhooks/verifying-signatures',
	scheme: {
		name: 'moneybird',
		signatureHeader: 'Moneybird-Signature',
		forms: [{ prefix: 'v1=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{timestamp}.{body}',
		timestamp: { signaturePart: 't=', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	// https://developer.moneybird.com/webhooks/payload
	events: {
		example: { type: 'sales_invoice_state_changed_to_paid' },
		type: [{ body: 'action' }],
		data: 'entity',
		// https://developer.moneybird.com/webhooks
		duplicateKey: [{ header: 'Idempotency-Key' }],
	},
	setup: {
		menu: 'the request POST /webhooks of Moneybird’s API',
		page: 'https://developer.moneybird.com/webhooks/getting-started',
		secret: { name: 'signing secret', place: 'which Moneybird made for your webhooks' },
		also: 'Moneybird creates a webhook only if its URL answers with 200: until you know the secret, use a URL token.',
	},
	// https://developer.moneybird.com/webhooks/subscribing-to-payment-updates
	usualTypes: [
		'contact_changed',
		'contact_created',
		'external_sales_invoice_state_changed',
		'external_sales_invoice_state_changed_to_paid',
		'payment_destroyed',
		'payment_registered',
		'sales_invoice_state_changed',
		'sales_invoice_state_changed_to_late',
		'sales_invoice_state_changed_to_paid',
	],
	secretFacts: { isMadeByPlatform: true },
});
