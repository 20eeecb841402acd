import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'snyk',
	name: 'Snyk',
	description: 'X-Hub-Signature: sha256= and a hex HMAC of the body',
	searchWords: ['vulnerabilities'],
	category: 'dev',
	evidence: 'official page',
	source:
		'https://docs.snyk.io/snyk-api/using-specific-snyk-apis/webhooks-apis/validating-payloads',
	scheme: {
		name: 'snyk',
		signatureHeader: 'X-Hub-Signature',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	// https://docs.snyk.io/snyk-api/using-specific-snyk-apis/webhooks-apis/consuming-webhooks
	events: {
		example: { type: 'project_snapshot/v0' },
		type: [{ header: 'X-Snyk-Event' }],
		time: { header: 'X-Snyk-Timestamp' },
		duplicateKey: [{ header: 'X-Snyk-Transport-ID' }],
	},
	setup: {
		menu: 'the request POST /org/{orgId}/webhooks of Snyk’s API',
		page: 'https://docs.snyk.io/snyk-api/using-specific-snyk-apis/webhooks-apis',
		secret: { name: 'secret', place: 'which you choose when you create the webhook' },
	},
	usualTypes: ['ping/v0', 'project_snapshot/v0'],
});
