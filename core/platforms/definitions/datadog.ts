import { UNSIGNED } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'datadog',
	name: 'Datadog',
	description: 'no signature: a token in the URL, or in a header of your choice',
	searchWords: ['monitors', 'alerts', 'events'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://docs.datadoghq.com/integrations/webhooks/',
	authentication: UNSIGNED,
	// The payload that Datadog fills in unless its user changes it
	events: {
		example: { type: 'metric_alert_monitor' },
		type: [{ body: 'event_type' }],
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'Integrations → Webhooks → New',
		page: 'https://docs.datadoghq.com/integrations/webhooks/',
		also: 'Add the token to the URL or to Custom Headers, and keep event_type and id in the payload.',
	},
	usualTypes: [
		'event_alert',
		'log_alert',
		'metric_alert_monitor',
		'metric_slo_alert',
		'query_alert_monitor',
		'service_check',
	],
});
