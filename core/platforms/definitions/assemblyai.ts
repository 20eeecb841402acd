import { HEADER_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'assemblyai',
	name: 'AssemblyAI',
	description: 'X-Webhook-Secret: a token of your choice',
	searchWords: ['transcription', 'speech to text'],
	category: 'ai',
	evidence: 'official page',
	source: 'https://www.assemblyai.com/docs/deployment/webhooks',
	authentication: HEADER_TOKEN,
	// The request that transcribes names the header.
	headerToken: { names: ['X-Webhook-Secret'] },
	events: {
		example: { type: 'completed' },
		type: [{ body: 'status' }],
		duplicateKey: [{ body: 'transcript_id' }, { body: 'status' }],
	},
	setup: {
		menu: 'the field "webhook_url" of the request that transcribes a recording',
		page: 'https://www.assemblyai.com/docs/deployment/webhooks',
		secret: {
			name: 'webhook_auth_header_value',
			place: 'which you choose in that request',
		},
		also: 'Set webhook_auth_header_name in that request to X-Webhook-Secret.',
	},
	usualTypes: ['completed', 'error'],
});
