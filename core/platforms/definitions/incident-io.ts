import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'incident-io',
	name: 'incident.io',
	description: 'webhook-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['incidents', 'alerts', 'on-call'],
	category: 'dev',
	evidence: 'official library',
	source: 'https://docs.incident.io/integrations/webhooks',
	scheme: standardWebhooksScheme('incident-io', 'webhook'),
	events: {
		example: { type: 'public_incident.incident_created_v2' },
		// The event's data is in the field that is named after its type.
		type: [{ body: 'event_type' }],
		duplicateKey: [{ header: 'webhook-id' }],
	},
	setup: {
		menu: 'Settings → Webhooks → Add Endpoint',
		page: 'https://docs.incident.io/integrations/webhooks',
		secret: {
			name: 'Signing Secret',
			place: 'on the endpoint’s page',
			format: 'begins with whsec_',
		},
	},
	usualTypes: [
		'private_incident.incident_created_v2',
		'private_incident.incident_updated_v2',
		'public_alert.alert_created_v1',
		'public_incident.action_created_v1',
		'public_incident.action_updated_v1',
		'public_incident.follow_up_created_v1',
		'public_incident.follow_up_updated_v1',
		'public_incident.incident_created_v2',
		'public_incident.incident_status_updated_v2',
		'public_incident.incident_updated_v2',
	],
	retriedForHours: 24,
	secretFacts: { isMadeByPlatform: true, prefix: 'whsec_' },
});
