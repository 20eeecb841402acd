import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'buildkite',
	name: 'Buildkite',
	description: 'X-Buildkite-Signature: timestamp= and signature=, a hex HMAC of timestamp and body',
	searchWords: ['builds', 'jobs', 'ci'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://buildkite.com/docs/apis/webhooks/pipelines#webhook-signature',
	scheme: {
		name: 'buildkite',
		signatureHeader: 'X-Buildkite-Signature',
		forms: [{ prefix: 'signature=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{timestamp}.{body}',
		timestamp: { signaturePart: 'timestamp=', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'build.finished' },
		// The X-Buildkite-Event header has the same type, but is not signed.
		type: [{ body: 'event' }],
		// Buildkite documents no ID of a request.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Settings → Notification Services → Add, beside Webhook',
		page: 'https://buildkite.com/docs/apis/webhooks/pipelines',
		secret: { name: 'Token', place: 'on the webhook’s page' },
		also: 'Have the token sent as an X-Buildkite-Signature, not as an X-Buildkite-Token.',
	},
	usualTypes: [
		'agent.connected',
		'agent.disconnected',
		'agent.lost',
		'agent.stopped',
		'build.failing',
		'build.finished',
		'build.running',
		'build.scheduled',
		'build.skipped',
		'job.activated',
		'job.finished',
		'job.scheduled',
		'job.started',
		'ping',
	],
});
