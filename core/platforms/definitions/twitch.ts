import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'twitch',
	name: 'Twitch',
	description: 'Twitch-Eventsub-Message-Signature: sha256= and a hex HMAC of ID, time and body',
	searchWords: ['EventSub', 'streams'],
	category: 'social',
	evidence: 'official page',
	source:
		'https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#verifying-the-event-message',
	scheme: {
		name: 'twitch',
		signatureHeader: 'Twitch-Eventsub-Message-Signature',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{id}{timestamp}{body}',
		idHeader: 'Twitch-Eventsub-Message-Id',
		// A message that is older than ten minutes is to be ignored.
		timestamp: {
			header: 'Twitch-Eventsub-Message-Timestamp',
			unit: 'iso',
			toleranceSeconds: 600,
		},
		secretFormat: 'text',
	},
	events: {
		example: { type: 'stream.online' },
		// The header Twitch-Eventsub-Subscription-Type has the same type, but is not signed.
		type: [{ body: 'subscription.type' }],
		data: 'event',
		time: { header: 'Twitch-Eventsub-Message-Timestamp' },
		duplicateKey: [{ header: 'Twitch-Eventsub-Message-Id' }],
	},
	setup: {
		menu: 'the API: POST `/helix/eventsub/subscriptions` with `transport`',
		page: 'https://dev.twitch.tv/docs/eventsub/handling-webhook-events/',
		secret: {
			name: 'secret',
			place: 'which you choose in `transport`',
			format: 'has 10 to 100 ASCII characters',
		},
		also: 'Publish the workflow first: Twitch verifies the URL as you subscribe, and this trigger answers.',
		test: 'Run `twitch event trigger` of the Twitch CLI with `-F` and the URL, and `-s` and the secret.',
	},
	// https://dev.twitch.tv/docs/eventsub/eventsub-subscription-types/
	usualTypes: [
		'channel.chat.message',
		'channel.cheer',
		'channel.channel_points_custom_reward_redemption.add',
		'channel.follow',
		'channel.raid',
		'channel.subscribe',
		'channel.subscription.message',
		'channel.update',
		'stream.offline',
		'stream.online',
	],
	handshakes: [
		{
			when: { challenge: { present: true }, event: null },
			requires: [{ header: 'Twitch-Eventsub-Message-Type' }],
			statusCode: 200,
			reply: { text: '{body.challenge}' },
		},
	],
});
