import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'mux',
	name: 'Mux',
	description: 'Mux-Signature: t= and v1=, a hex HMAC of timestamp and body',
	searchWords: ['video', 'live streams'],
	category: 'ai',
	evidence: 'official page',
	source: 'https://www.mux.com/docs/core/verify-webhook-signatures',
	scheme: {
		name: 'mux',
		signatureHeader: 'Mux-Signature',
		forms: [{ prefix: 'v1=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{timestamp}.{body}',
		// 5 minutes, as Mux's own library allows (@mux/mux-node@15.3.0)
		timestamp: { signaturePart: 't=', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'video.asset.ready' },
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'created_at' },
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'Settings → Webhooks → Create new webhook',
		page: 'https://www.mux.com/docs/core/listen-for-webhooks',
		secret: { name: 'Signing Secret', place: 'which the list of webhooks shows' },
		also: 'A webhook belongs to one environment of Mux, e.g. Production.',
	},
	// @mux/mux-node@15.3.0, src/resources/webhooks/webhooks.ts
	usualTypes: [
		'video.asset.created',
		'video.asset.deleted',
		'video.asset.errored',
		'video.asset.live_stream_completed',
		'video.asset.master.ready',
		'video.asset.ready',
		'video.asset.static_rendition.ready',
		'video.asset.track.ready',
		'video.asset.updated',
		'video.live_stream.active',
		'video.live_stream.connected',
		'video.live_stream.created',
		'video.live_stream.disconnected',
		'video.live_stream.idle',
		'video.live_stream.recording',
		'video.upload.asset_created',
		'video.upload.cancelled',
		'video.upload.created',
		'video.upload.errored',
	],
	// https://www.mux.com/docs/core/listen-for-webhooks
	retriedForHours: 24,
	secretFacts: { isMadeByPlatform: true },
});
