import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'webflow',
	name: 'Webflow',
	description: 'x-webflow-signature: a hex HMAC of timestamp and body',
	searchWords: ['forms', 'cms', 'orders'],
	category: 'forms',
	evidence: 'official page',
	source: 'https://developers.webflow.com/data/docs/working-with-webhooks',
	scheme: {
		name: 'webflow',
		signatureHeader: 'x-webflow-signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{timestamp}:{body}',
		timestamp: { header: 'x-webflow-timestamp', unit: 'ms', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'form_submission' },
		type: [{ body: 'triggerType' }],
		data: 'payload',
		// Webflow documents no ID of a request.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the Create Webhook endpoint of Webflow’s API',
		page: 'https://developers.webflow.com/data/docs/working-with-webhooks',
		secret: {
			name: 'client secret',
			place: 'of the OAuth app that made the webhook, or secretKey in the response to an API token',
		},
		also: 'Create the webhook with the API: Webflow does not sign those that a site’s dashboard makes.',
	},
	// TriggerType of Webflow's own library (webflow-api@3.3.4)
	usualTypes: [
		'collection_item_changed',
		'collection_item_created',
		'collection_item_deleted',
		'collection_item_published',
		'collection_item_unpublished',
		'comment_created',
		'ecomm_inventory_changed',
		'ecomm_new_order',
		'ecomm_order_changed',
		'form_submission',
		'page_created',
		'page_deleted',
		'page_metadata_updated',
		'site_publish',
	],
	secretFacts: { isMadeByPlatform: true },
});
