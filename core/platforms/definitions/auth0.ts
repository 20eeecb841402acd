import { HEADER_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'auth0',
	name: 'Auth0 (Log Streams)',
	description: 'Authorization: the stream’s token',
	searchWords: ['logs', 'sign-in', 'users'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://auth0.com/docs/customize/log-streams/custom-log-streams',
	authentication: HEADER_TOKEN,
	headerToken: { names: ['Authorization'] },
	events: {
		example: { type: 's' },
		// A request contains a list of log events; their types are codes of a few letters, such as s for a login.
		type: [{ body: 'data.type' }],
		time: { body: 'data.date' },
		duplicateKey: [{ body: 'log_id' }],
	},
	setup: {
		menu: 'Dashboard → Monitoring → Streams → Create Stream → Custom Webhook',
		page: 'https://auth0.com/docs/customize/log-streams/custom-log-streams',
		secret: { name: 'Authorization Token', place: 'which you choose for the stream' },
		also: 'Choose the content format of JSON arrays or objects: JSON lines cannot be read.',
	},
});
