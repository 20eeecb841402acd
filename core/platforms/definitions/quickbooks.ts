import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'quickbooks',
	name: 'QuickBooks Online',
	description: 'intuit-signature: a base64 HMAC of the body',
	searchWords: ['Intuit', 'accounting', 'invoices'],
	category: 'finance',
	evidence: 'official page',
	source: 'https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks',
	scheme: {
		name: 'quickbooks',
		signatureHeader: 'intuit-signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'qbo.invoice.created.v1' },
		// A request contains a list of CloudEvents
		// (https://blogs.intuit.com/2025/11/12/upcoming-change-to-webhooks-payload-structure/).
		type: [{ body: 'type' }],
		time: { body: 'time' },
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'Intuit Developer → your app → Webhooks',
		page: 'https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks/configure-webhooks',
		secret: {
			name: 'Verifier token',
			place: 'which Show Verifier Token displays on the Webhooks page',
		},
	},
	usualTypes: [
		'qbo.account.created.v1',
		'qbo.bill.created.v1',
		'qbo.bill.updated.v1',
		'qbo.customer.created.v1',
		'qbo.customer.merged.v1',
		'qbo.customer.updated.v1',
		'qbo.invoice.created.v1',
		'qbo.invoice.deleted.v1',
		'qbo.invoice.updated.v1',
		'qbo.payment.created.v1',
		'qbo.payment.updated.v1',
		'qbo.vendor.created.v1',
		'qbo.vendor.updated.v1',
	],
	secretFacts: { isMadeByPlatform: true },
});
