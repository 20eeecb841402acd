import { EMPTY_REPLY, receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'slack',
	name: 'Slack',
	description: 'X-Slack-Signature: v0= and a hex HMAC of timestamp and body',
	searchWords: ['events API', 'interactions', 'slash commands'],
	category: 'comms',
	evidence: 'official vector',
	source: 'https://docs.slack.dev/authentication/verifying-requests-from-slack',
	scheme: {
		name: 'slack',
		signatureHeader: 'X-Slack-Signature',
		forms: [{ prefix: 'v0=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: 'v0:{timestamp}:{body}',
		timestamp: { header: 'X-Slack-Request-Timestamp', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'app_mention' },
		// An event, an interaction or a slash command.
		type: [{ body: 'event.type' }, { body: 'type' }, { body: 'command' }],
		data: 'event',
		time: { body: 'event_time' },
		duplicateKey: [{ body: 'event_id' }],
	},
	setup: {
		menu: 'your app → Event Subscriptions → Request URL',
		page: 'https://docs.slack.dev/apis/events-api/using-http-request-urls',
		secret: { name: 'Signing Secret', place: 'under Basic Information → App Credentials' },
		also: 'Publish the workflow first: Slack verifies the URL as you enter it, and this trigger answers.',
		test: 'In a channel that has the app, do what you subscribed to, for example mention the app.',
	},
	// Slack's own types (@slack/types@3.2.0, events); the last four are interactions
	// (https://docs.slack.dev/reference/interaction-payloads and, for both kinds of shortcuts,
	// https://api.slack.com/reference/interaction-payloads/shortcuts)
	usualTypes: [
		'app_home_opened',
		'app_mention',
		'app_uninstalled',
		'assistant_thread_started',
		'channel_archive',
		'channel_created',
		'channel_deleted',
		'channel_rename',
		'emoji_changed',
		'file_created',
		'file_shared',
		'link_shared',
		'member_joined_channel',
		'member_left_channel',
		'message',
		'pin_added',
		'reaction_added',
		'reaction_removed',
		'team_join',
		'tokens_revoked',
		'user_change',
		'block_actions',
		'message_action',
		'shortcut',
		'view_submission',
	],
	// Slack treats a body as a command to a modal or as a message to the user, and an empty one as a receipt
	// (https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response).
	acceptedReplies: [EMPTY_REPLY],
	// Slash commands are forms; interactions are forms with JSON in the field payload.
	formBodies: { jsonField: 'payload' },
	handshakes: [
		{
			when: { type: 'url_verification' },
			statusCode: 200,
			reply: { challenge: '{body.challenge}' },
		},
		// Slack's check of the certificate before it calls a slash command
		// (https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling).
		{ when: { ssl_check: '1' }, statusCode: 200 },
	],
	// https://docs.slack.dev/reference/events/tokens_revoked, https://docs.slack.dev/reference/methods/tooling.tokens.rotate
	// and the README of @slack/socket-mode
	secretFacts: {
		isMadeByPlatform: true,
		others: [
			{ prefix: 'xoxb-', name: 'bot tokens' },
			{ prefix: 'xoxp-', name: 'user tokens' },
			{ prefix: 'xapp-', name: 'app-level tokens' },
			{ prefix: 'xoxe', name: 'configuration and rotated tokens' },
		],
	},
});
