import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'grafana',
	name: 'Grafana Alerting',
	description: 'X-Grafana-Alerting-Signature: a hex HMAC of the body',
	searchWords: ['alerts', 'contact points'],
	category: 'dev',
	evidence: 'official page',
	source:
		'https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/',
	scheme: {
		name: 'grafana',
		signatureHeader: 'X-Grafana-Alerting-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'firing' },
		type: [{ body: 'status' }],
		// A reminder of an alert may have the same bytes as the alert, so nothing identifies a delivery.
		duplicateKey: [],
	},
	setup: {
		menu: 'Alerting → Contact points → Add contact point → Webhook',
		page: 'https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/',
		secret: {
			name: 'Secret',
			place: 'which you choose under Optional Webhook settings → HMAC Signature',
		},
		also: 'Leave the fields Header and Timestamp Header of HMAC Signature empty.',
	},
	usualTypes: ['firing', 'resolved'],
});
