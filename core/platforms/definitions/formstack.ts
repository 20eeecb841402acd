import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'formstack',
	name: 'Formstack Forms',
	description: 'X-FS-Signature: sha256= and a hex HMAC of the body',
	category: 'forms',
	evidence: 'official page',
	source: 'https://developers.formstack.com/reference/createwebhook-1',
	scheme: {
		name: 'formstack',
		// Formstack no longer documents the algorithm; a delivery that was captured on 2026-09-25 shows it
		// (https://github.com/hookdeck/webhook-skills/blob/main/skills/formstack-webhooks/references/verification.md).
		signatureHeader: 'X-FS-Signature',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		type: [],
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'your form → Settings → Emails and Actions → Send Data to an External URL (WebHook)',
		page: 'https://developers.formstack.com/docs/webhook-setup',
		secret: { name: 'HMAC Key', place: 'which you choose in the webhook’s settings' },
		also: 'Leave "Custom HMAC Header" empty.',
	},
	formBodies: {},
});
