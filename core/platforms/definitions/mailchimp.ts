import { UNSIGNED } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'mailchimp',
	name: 'Mailchimp',
	description: 'no signature: a token in the URL of an audience’s webhook',
	searchWords: ['audience', 'subscribers'],
	category: 'marketing',
	evidence: 'official page',
	source: 'https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/',
	authentication: UNSIGNED,
	events: {
		example: { type: 'subscribe' },
		type: [{ body: 'type' }],
		time: { body: 'fired_at' },
		// Mailchimp documents no key, but a retry has the same fields.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Audience → Manage Audience → Settings → Webhooks → Create New Webhook',
		page: 'https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/',
		secret: { name: 'secret', place: 'which you add to the webhook’s URL' },
		also: 'Publish the workflow first: Mailchimp calls the URL as you save it, and this trigger answers.',
	},
	usualTypes: ['campaign', 'cleaned', 'profile', 'subscribe', 'unsubscribe', 'upemail'],
	formBodies: {},
	handshakes: [{ method: 'GET', statusCode: 200 }],
});
