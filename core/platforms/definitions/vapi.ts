import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'vapi',
	name: 'Vapi',
	description: 'Authorization: Bearer and a token, or X-Vapi-Secret: a token',
	searchWords: ['voice agents', 'calls', 'tool calls'],
	category: 'ai',
	evidence: 'official page',
	source: 'https://docs.vapi.ai/server-url/server-authentication',
	authentication: { methods: ['bearer', 'headerToken'], require: 'any' },
	headerToken: { names: ['X-Vapi-Secret'] },
	events: {
		example: { type: 'end-of-call-report' },
		type: [{ body: 'message.type' }],
		data: 'message',
		time: { body: 'message.timestamp' },
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Integrations → Server Configuration → Add Custom Credential → Bearer Token',
		page: 'https://docs.vapi.ai/server-url/server-authentication',
		secret: { name: 'Token', place: 'which you choose when you add the credential' },
		also: 'Set the option "Respond" for the types assistant-request and tool-calls: Vapi waits for your answer.',
	},
	// https://docs.vapi.ai/server-url/events
	usualTypes: [
		'assistant-request',
		'conversation-update',
		'end-of-call-report',
		'hang',
		'model-output',
		'speech-update',
		'status-update',
		'tool-calls',
		'transcript',
		'transfer-destination-request',
		'user-interrupted',
	],
});
