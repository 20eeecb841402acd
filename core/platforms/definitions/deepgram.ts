import { HEADER_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'deepgram',
	name: 'Deepgram',
	description: 'dg-token: the ID of the API key',
	searchWords: ['transcription', 'speech to text'],
	category: 'ai',
	evidence: 'official page',
	source: 'https://developers.deepgram.com/docs/callback',
	authentication: HEADER_TOKEN,
	headerToken: { names: ['dg-token'] },
	events: {
		// A body is the transcript itself.
		type: [],
		time: { body: 'metadata.created' },
		// A live transcription sends several results with the same request ID.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the parameter "callback" of the request that transcribes a recording',
		page: 'https://developers.deepgram.com/docs/callback',
		secret: {
			name: 'API Key ID',
			place: 'of the API key that makes the request, in the list of the project’s API keys',
		},
	},
	secretFacts: { isMadeByPlatform: true },
});
