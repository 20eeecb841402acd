import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'hubspot',
	name: 'HubSpot',
	description: 'X-HubSpot-Signature-v3: a base64 HMAC of method, URL, body and timestamp',
	searchWords: ['contacts'],
	category: 'crm',
	evidence: 'official vector',
	source: 'https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests',
	scheme: {
		name: 'hubspot',
		signatureHeader: 'X-HubSpot-Signature-v3',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{method}{url}{body}{timestamp}',
		timestamp: { header: 'X-HubSpot-Request-Timestamp', unit: 'ms', toleranceSeconds: 300 },
		secretFormat: 'text',
		unescapedInUrl: ":/?@!$'()*,;",
	},
	events: {
		example: { type: 'contact.creation' },
		// A request contains a list of events.
		type: [{ body: 'subscriptionType' }],
		// An event ID alone is not unique, and attemptNumber changes with each retry.
		duplicateKey: [{ body: 'eventId' }, { body: 'subscriptionId' }, { body: 'occurredAt' }],
	},
	setup: {
		// No legacy app can be created anymore (https://developers.hubspot.com/changelog/legacy-private-app-creation-sunset).
		menu: 'the webhooks file of your app’s project (targetUrl) or, for a legacy app, Development → Legacy apps → your app → Edit app → Webhooks → Target URL',
		page: 'https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks',
		secret: { name: 'Client secret', place: 'on the app’s Auth tab' },
		also: 'HubSpot signs the URL that it calls: if n8n is behind a proxy, set the option "Public URL" to that URL.',
	},
	// SubscriptionCreateRequestEventTypeEnum of HubSpot's own client (@hubspot/api-client@13.5.0, webhooks)
	usualTypes: [
		'company.associationChange',
		'company.creation',
		'company.deletion',
		'company.merge',
		'company.propertyChange',
		'contact.associationChange',
		'contact.creation',
		'contact.deletion',
		'contact.merge',
		'contact.privacyDeletion',
		'contact.propertyChange',
		'conversation.creation',
		'conversation.deletion',
		'conversation.newMessage',
		'conversation.propertyChange',
		'deal.associationChange',
		'deal.creation',
		'deal.deletion',
		'deal.merge',
		'deal.propertyChange',
		'line_item.creation',
		'object.associationChange',
		'object.creation',
		'object.deletion',
		'object.propertyChange',
		'product.creation',
		'ticket.associationChange',
		'ticket.creation',
		'ticket.deletion',
		'ticket.propertyChange',
	],
	// https://github.com/HubSpot/hubspot-sdk-php/blob/main/README.md
	secretFacts: {
		isMadeByPlatform: true,
		others: [{ prefix: 'pat-', name: 'access tokens' }],
	},
});
