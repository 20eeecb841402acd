import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'render',
	name: 'Render',
	description: 'webhook-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['deploys', 'services'],
	category: 'dev',
	evidence: 'official library',
	source: 'https://render.com/docs/webhooks',
	scheme: standardWebhooksScheme('render', 'webhook'),
	events: {
		example: { type: 'deploy_ended' },
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ header: 'webhook-id' }],
	},
	setup: {
		menu: 'your workspace → Integrations → Webhooks → Create Webhook',
		page: 'https://render.com/docs/webhooks',
		secret: {
			name: 'Signing secret',
			place: 'on the webhook’s page',
			format: 'begins with whsec_',
		},
	},
	usualTypes: [
		'autoscaling_ended',
		'autoscaling_started',
		'build_ended',
		'build_started',
		'cron_job_run_ended',
		'cron_job_run_started',
		'deploy_ended',
		'deploy_started',
		'job_run_ended',
		'maintenance_ended',
		'maintenance_started',
		'server_available',
		'server_failed',
		'server_restarted',
		'service_resumed',
		'service_suspended',
	],
	secretFacts: { isMadeByPlatform: true },
});
