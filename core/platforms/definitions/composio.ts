import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'composio',
	name: 'Composio',
	description: 'webhook-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['agents', 'triggers', 'tools'],
	category: 'agents',
	evidence: 'official page',
	source: 'https://docs.composio.dev/docs/using-triggers',
	// verifyWebhook of Composio's own library (@composio/core@0.17.0). Unlike Standard Webhooks, the key is the
	// secret's text.
	scheme: {
		name: 'composio',
		signatureHeader: 'webhook-signature',
		forms: [{ prefix: 'v1,', algorithm: 'hmac-sha256', encoding: 'base64' }],
		separator: ' ',
		content: '{id}.{timestamp}.{body}',
		idHeader: 'webhook-id',
		timestamp: { header: 'webhook-timestamp', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'GMAIL_NEW_GMAIL_MESSAGE' },
		// Trigger messages name their trigger; other events have only a type.
		type: [{ body: 'metadata.trigger_slug' }, { body: 'type' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ header: 'webhook-id' }],
	},
	setup: {
		menu: 'the webhook settings of your Composio project',
		page: 'https://docs.composio.dev/docs/using-triggers',
		secret: { name: 'webhook secret', place: 'of the project' },
	},
	usualTypes: [
		'composio.connected_account.expired',
		'GITHUB_COMMIT_EVENT',
		'GMAIL_NEW_GMAIL_MESSAGE',
		'SLACK_RECEIVE_MESSAGE',
	],
	secretFacts: { isMadeByPlatform: true },
});
