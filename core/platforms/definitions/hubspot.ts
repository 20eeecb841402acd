import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'hubspot',
	name: 'HubSpot',
	description: 'X-HubSpot-Signature-v3: a base64 HMAC of method, URL, body and timestamp',
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
		// A request contains a list of events.
		type: [{ body: 'subscriptionType' }],
		// An event ID alone is not unique, and attemptNumber changes with each retry.
		duplicateKey: [{ body: 'eventId' }, { body: 'subscriptionId' }, { body: 'occurredAt' }],
	},
});
