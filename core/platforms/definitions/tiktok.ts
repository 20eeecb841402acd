import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'tiktok',
	name: 'TikTok',
	description: 'TikTok-Signature: t= and s=, a hex HMAC of timestamp and body',
	searchWords: ['videos', 'posts'],
	category: 'social',
	evidence: 'official page',
	source: 'https://developers.tiktok.com/doc/webhooks-verification',
	scheme: {
		name: 'tiktok',
		signatureHeader: 'TikTok-Signature',
		forms: [{ prefix: 's=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{timestamp}.{body}',
		timestamp: { signaturePart: 't=', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'post.publish.complete' },
		// The event's data, "content", is JSON in a string.
		type: [{ body: 'event' }],
		time: { body: 'create_time' },
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'TikTok for Developers → Manage apps → your app → Products → Webhooks',
		page: 'https://developers.tiktok.com/doc/webhooks-overview',
		secret: { name: 'Client secret', place: 'on the app’s page' },
	},
	// https://developers.tiktok.com/doc/webhooks-events
	usualTypes: [
		'authorization.removed',
		'portability.download.ready',
		'post.publish.complete',
		'post.publish.failed',
		'post.publish.inbox_delivered',
		'post.publish.no_longer_publicaly_available',
		'post.publish.publicly_available',
		'video.publish.completed',
		'video.upload.failed',
	],
	secretFacts: { isMadeByPlatform: true },
});
