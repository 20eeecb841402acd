import { BODY_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'figma',
	name: 'Figma',
	description: 'passcode in the body: the one that you chose for the webhook',
	searchWords: ['design', 'comments'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://developers.figma.com/docs/rest-api/webhooks-security',
	authentication: BODY_TOKEN,
	bodyToken: { field: 'passcode' },
	events: {
		example: { type: 'FILE_UPDATE' },
		type: [{ body: 'event_type' }],
		time: { body: 'timestamp' },
		// retries counts up, so the bytes of a retry differ.
		// Several files of a team may change in one second.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the request POST /v2/webhooks of Figma’s API',
		page: 'https://developers.figma.com/docs/rest-api/webhooks',
		secret: { name: 'passcode', place: 'which you choose in that request' },
		also: 'Publish the workflow first: Figma sends a PING as you create the webhook.',
	},
	usualTypes: [
		'DEV_MODE_STATUS_UPDATE',
		'FILE_COMMENT',
		'FILE_DELETE',
		'FILE_UPDATE',
		'FILE_VERSION_UPDATE',
		'LIBRARY_PUBLISH',
		'PING',
	],
});
