import { HEADER_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'google-push',
	name: 'Google Push Notifications',
	description: 'X-Goog-Channel-Token: the channel’s token',
	searchWords: ['drive', 'calendar', 'files'],
	category: 'cloud',
	evidence: 'official page',
	source: 'https://developers.google.com/workspace/drive/api/guides/push',
	authentication: HEADER_TOKEN,
	headerToken: { names: ['X-Goog-Channel-Token'] },
	events: {
		example: { type: 'update' },
		type: [{ header: 'X-Goog-Resource-State' }],
		duplicateKey: [{ header: 'X-Goog-Channel-ID' }, { header: 'X-Goog-Message-Number' }],
	},
	setup: {
		menu: 'the watch method of the API, e.g. files.watch or events.watch',
		page: 'https://developers.google.com/workspace/drive/api/guides/push',
		secret: { name: 'token', place: 'which you choose in the watch request' },
		also: 'Set the token field in the watch request: without it, Google sends none.',
	},
	usualTypes: [
		'add',
		'change',
		'exists',
		'not_exists',
		'remove',
		'sync',
		'trash',
		'untrash',
		'update',
	],
});
