import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'wise',
	name: 'Wise',
	description: 'X-Signature-SHA256: a base64 RSA signature of the body',
	searchWords: ['transfers'],
	category: 'finance',
	evidence: 'official vector',
	source: 'https://docs.wise.com/guides/developer/webhooks/event-handling',
	scheme: {
		name: 'wise',
		// https://github.com/transferwise/digital-signatures-examples/tree/main/verify-webhook-signature
		signatureHeader: 'X-Signature-SHA256',
		forms: [{ prefix: '', algorithm: 'rsa-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'publicKey',
		// Of the production environment. Anyone can have the sandbox sign, so its key is not among these.
		publishedKeys: [
			[
				'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvO8vXV+JksBzZAY6GhSO',
				'XdoTCfhXaaiZ+qAbtaDBiu2AGkGVpmEygFmWP4Li9m5+Ni85BhVvZOodM9epgW3F',
				'bA5Q1SexvAF1PPjX4JpMstak/QhAgl1qMSqEevL8cmUeTgcMuVWCJmlge9h7B1CS',
				'D4rtlimGZozG39rUBDg6Qt2K+P4wBfLblL0k4C4YUdLnpGYEDIth+i8XsRpFlogx',
				'CAFyH9+knYsDbR43UJ9shtc42Ybd40Afihj8KnYKXzchyQ42aC8aZ/h5hyZ28yVy',
				'Oj3Vos0VdBIs/gAyJ/4yyQFCXYte64I7ssrlbGRaco4nKF3HmaNhxwyKyJafz19e',
				'HwIDAQAB',
			].join(''),
		],
	},
	events: {
		example: { type: 'transfers#state-change' },
		type: [{ body: 'event_type' }],
		data: 'data',
		time: { body: 'sent_at' },
		duplicateKey: [{ header: 'X-Delivery-Id' }],
	},
	setup: {
		menu: 'Settings → Developer tools → Webhooks',
		page: 'https://docs.wise.com/guides/developer/webhooks',
		secret: { name: 'public key', place: 'only for the sandbox; the production key is built in' },
		also: 'Wise signs for all its customers with one key: check in the workflow that an event is of your profile.',
	},
	usualTypes: [
		'balances#credit',
		'balances#update',
		'profiles#verification-state-change',
		'transfers#active-cases',
		'transfers#payout-failure',
		'transfers#state-change',
	],
});
