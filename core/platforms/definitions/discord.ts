import { EMPTY_REPLY, receiveOnlyPlatform } from '../receiveOnly';

const JSON_TYPE = 'application/json';

/** Shows the user that an answer will follow. */
const DEFERRED_MESSAGE = { statusCode: 200, body: '{"type":5}', contentType: JSON_TYPE } as const;

export const platform = receiveOnlyPlatform({
	id: 'discord',
	name: 'Discord',
	description: 'X-Signature-Ed25519: a hex Ed25519 signature of timestamp and body',
	searchWords: ['interactions'],
	category: 'comms',
	evidence: 'official page',
	source:
		'https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers',
	scheme: {
		name: 'discord',
		signatureHeader: 'X-Signature-Ed25519',
		forms: [{ prefix: '', algorithm: 'ed25519', encoding: 'hex' }],
		content: '{timestamp}{body}',
		timestamp: { header: 'X-Signature-Timestamp', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'publicKey',
	},
	events: {
		type: [{ body: 'event.type' }, { body: 'data.name' }],
		data: 'event.data',
		time: { body: 'event.timestamp' },
		// Interactions have an ID; webhook events have none.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Developer Portal → your app → General Information → Interactions Endpoint URL (for events: Webhooks → Endpoint)',
		page: 'https://docs.discord.com/developers/interactions/overview#configuring-an-interactions-endpoint-url',
		secret: {
			name: 'Public Key',
			place: 'on the app’s General Information page',
			format: 'has 64 hex characters',
		},
		also: 'Publish the workflow first: Discord verifies the URL when you save it, and this trigger answers.',
		test: 'Run one of the app’s commands in Discord.',
	},
	// https://docs.discord.com/developers/events/webhook-events#event-types; interactions have the name of their command
	usualTypes: [
		'APPLICATION_AUTHORIZED',
		'APPLICATION_DEAUTHORIZED',
		'ENTITLEMENT_CREATE',
		'ENTITLEMENT_DELETE',
		'ENTITLEMENT_UPDATE',
		'GAME_DIRECT_MESSAGE_CREATE',
		'GAME_DIRECT_MESSAGE_DELETE',
		'GAME_DIRECT_MESSAGE_UPDATE',
		'LOBBY_MESSAGE_CREATE',
		'LOBBY_MESSAGE_DELETE',
		'LOBBY_MESSAGE_UPDATE',
	],
	secretFacts: { isMadeByPlatform: true },
	// An interaction needs the type of its reply
	// (https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object).
	// The workflow then answers the user with the interaction's token, for up to 15 minutes.
	acceptedReplies: [
		{ when: { type: 2, event: null }, ...DEFERRED_MESSAGE },
		{ when: { type: 3, event: null }, statusCode: 200, body: '{"type":6}', contentType: JSON_TYPE },
		{
			when: { type: 4, event: null },
			statusCode: 200,
			body: '{"type":8,"data":{"choices":[]}}',
			contentType: JSON_TYPE,
		},
		{ when: { type: 5, event: null }, ...DEFERRED_MESSAGE },
		// https://docs.discord.com/developers/events/webhook-events#responding-to-events
		{ ...EMPTY_REPLY, statusCode: 204 },
	],
	handshakes: [
		// A ping to an interactions endpoint has type 1, and one to a webhook events endpoint has type 0.
		// Webhook events have type 1 too, but also an event.
		{ when: { type: 1, event: null }, statusCode: 200, reply: { type: 1 } },
		{ when: { type: 0, event: null }, statusCode: 204 },
	],
});
