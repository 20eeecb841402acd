import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'ms-teams',
	name: 'Microsoft Teams (Outgoing Webhook)',
	description: 'Authorization: HMAC and a base64 HMAC of the body',
	searchWords: ['chat', 'messages', 'mentions'],
	category: 'comms',
	evidence: 'official page',
	source:
		'https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook',
	scheme: {
		name: 'ms-teams',
		signatureHeader: 'Authorization',
		forms: [{ prefix: 'HMAC ', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'base64',
	},
	events: {
		example: { type: 'message' },
		type: [{ body: 'type' }],
		time: { body: 'timestamp' },
		// The ID of a message is unique in its conversation.
		duplicateKey: [{ body: 'conversation.id' }, { body: 'id' }],
	},
	setup: {
		menu: 'your team → Manage team → Apps → Create an Outgoing Webhook',
		page: 'https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook',
		secret: {
			name: 'security token',
			place: 'which Teams shows when you create the webhook',
			format: 'is base64',
		},
		test: 'Mention the webhook by its name in a channel of the team.',
	},
	usualTypes: ['message'],
	secretFacts: { isMadeByPlatform: true },
	// Teams shows the reply in the conversation, and an error if there is none.
	acceptedReplies: [
		{
			statusCode: 200,
			body: '{"type":"message","text":"Received"}',
			contentType: 'application/json; charset=utf-8',
		},
	],
});
