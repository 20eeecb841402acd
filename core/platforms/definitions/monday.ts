import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'monday',
	name: 'monday.com',
	description: 'Authorization: a JSON Web Token (HS256), which does not cover the body',
	category: 'dev',
	evidence: 'official page',
	searchWords: ['boards', 'items'],
	source: 'https://developer.monday.com/apps/docs/authorization-header',
	scheme: {
		kind: 'jwt',
		name: 'monday',
		place: { header: 'Authorization' },
		algorithms: ['HS256'],
		secretFormat: 'text',
		maxAgeSeconds: 300,
		toleranceSeconds: 60,
	},
	events: {
		example: { type: 'create_pulse' },
		type: [{ body: 'event.type' }],
		data: 'event',
		time: { body: 'event.triggerTime' },
		duplicateKey: [{ body: 'event.triggerUuid' }],
	},
	setup: {
		menu: 'Developer Center → your app → Features, and create the webhook with the app’s OAuth token',
		page: 'https://developer.monday.com/api-reference/docs/webhooks',
		secret: { name: 'Signing Secret', place: 'on the app’s page in the Developer Center' },
		also: 'Webhooks that are made with a personal token are not signed.',
	},
	handshakes: [
		{
			when: { challenge: { present: true } },
			isUnsigned: true,
			statusCode: 200,
			reply: { challenge: '{body.challenge}' },
		},
	],
	usualTypes: ['create_pulse', 'create_update', 'update_column_value', 'update_name'],
});
