import { HEADER_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'cloudflare-notifications',
	name: 'Cloudflare Notifications',
	description: 'cf-webhook-auth: the webhook’s secret',
	searchWords: ['alerts', 'ddos', 'health checks'],
	category: 'cloud',
	evidence: 'official page',
	source: 'https://developers.cloudflare.com/notifications/get-started/configure-webhooks/',
	authentication: HEADER_TOKEN,
	headerToken: { names: ['cf-webhook-auth'] },
	// https://developers.cloudflare.com/notifications/reference/webhook-payload-schema/
	events: {
		example: { type: 'health_check_status_notification' },
		type: [{ body: 'alert_type' }],
		data: 'data',
		time: { body: 'ts' },
		// Several notifications have one alert_correlation_id.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Notifications → Destinations → Webhooks → Create',
		page: 'https://developers.cloudflare.com/notifications/get-started/configure-webhooks/',
		secret: { name: 'Secret', place: 'which you choose when you create the webhook' },
		test: 'Click Save and Test.',
	},
	usualTypes: [
		'access_custom_certificate_expiration_type',
		'advanced_ddos_attack_l4_alert',
		'advanced_ddos_attack_l7_alert',
		'dedicated_ssl_certificate_event_type',
		'health_check_status_notification',
		'http_alert_origin_error',
		'workers_alert',
		'workers_observability_alert',
	],
});
