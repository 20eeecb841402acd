import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'mautic',
	name: 'Mautic',
	description: 'Webhook-Signature: a base64 HMAC of the body',
	searchWords: ['contacts', 'leads'],
	category: 'marketing',
	evidence: 'official page',
	source: 'https://github.com/mautic/mautic/blob/5.x/app/bundles/WebhookBundle/Http/Client.php',
	scheme: {
		name: 'mautic',
		signatureHeader: 'Webhook-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'mautic.form_on_submit' },
		// The type is the name of the field that has the events of that type.
		type: [{ fieldName: '' }],
		// Mautic documents no key, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Settings → Webhooks → New',
		page: 'https://docs.mautic.org/en/5.2/configuration/webhooks.html',
		secret: { name: 'Secret', place: 'which you choose, or keep, when you add the webhook' },
	},
	usualTypes: [
		'mautic.email_on_open',
		'mautic.email_on_send',
		'mautic.form_on_submit',
		'mautic.lead_channel_subscription_changed',
		'mautic.lead_points_change',
		'mautic.lead_post_delete',
		'mautic.lead_post_save_new',
		'mautic.lead_post_save_update',
		'mautic.page_on_hit',
	],
});
