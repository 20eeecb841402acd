import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'slack',
	name: 'Slack',
	description: 'X-Slack-Signature: v0= and a hex HMAC of timestamp and body',
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
		// An event, an interaction or a slash command.
		type: [{ body: 'event.type' }, { body: 'type' }, { body: 'command' }],
		data: 'event',
		time: { body: 'event_time' },
		duplicateKey: [{ body: 'event_id' }],
	},
	// Slash commands are forms; interactions are forms with JSON in the field payload.
	formBodies: { jsonField: 'payload' },
	handshakes: [
		{
			when: { type: 'url_verification' },
			statusCode: 200,
			reply: { challenge: '{body.challenge}' },
		},
	],
});
