import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'sentry',
	name: 'Sentry',
	description: 'Sentry-Hook-Signature: a hex HMAC of the body',
	searchWords: ['errors', 'issues', 'alerts'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://docs.sentry.io/integrations/integration-platform/webhooks/',
	scheme: {
		name: 'sentry',
		signatureHeader: 'Sentry-Hook-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'issue.created' },
		type: [{ joined: [{ header: 'Sentry-Hook-Resource' }, { body: 'action' }], with: '.' }],
		data: 'data',
		// The page does not say that a retry has the same one. An issue that is resolved again has the same body.
		duplicateKey: [{ header: 'Request-ID' }],
		hasRepeatingBodies: true,
	},
	setup: {
		// https://docs.sentry.io/integrations/integration-platform/internal-integration/
		menu: 'Settings → Developer Settings → your integration',
		page: 'https://docs.sentry.io/integrations/integration-platform/webhooks/',
		secret: { name: 'Client Secret', place: 'on the integration’s page' },
	},
	usualTypes: [
		'comment.created',
		'comment.deleted',
		'comment.updated',
		'error.created',
		'event_alert.triggered',
		'installation.created',
		'installation.deleted',
		'issue.archived',
		'issue.assigned',
		'issue.created',
		'issue.resolved',
		'issue.unresolved',
		'metric_alert.critical',
		'metric_alert.resolved',
		'metric_alert.warning',
	],
	secretFacts: { isMadeByPlatform: true },
});
