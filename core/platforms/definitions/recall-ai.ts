import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'recall-ai',
	name: 'Recall.ai',
	description: 'webhook-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['meetings', 'bots', 'transcripts'],
	category: 'voice',
	evidence: 'official library',
	source: 'https://docs.recall.ai/docs/authenticating-requests-from-recallai',
	scheme: standardWebhooksScheme('recall-ai', 'webhook'),
	events: {
		example: { type: 'bot.done' },
		type: [{ body: 'event' }],
		data: 'data',
		duplicateKey: [{ header: 'webhook-id' }],
	},
	setup: {
		menu: 'the Webhooks page of Recall.ai’s dashboard → Add Endpoint',
		page: 'https://docs.recall.ai/docs/authenticating-requests-from-recallai',
		secret: {
			name: 'workspace verification secret',
			place: 'under API Keys in the dashboard',
			format: 'begins with whsec_',
		},
		also: 'Create the secret first: nothing is signed without it. For accounts from before December 15, 2025, choose Svix.',
	},
	usualTypes: [
		'bot.call_ended',
		'bot.done',
		'bot.fatal',
		'bot.in_call_not_recording',
		'bot.in_call_recording',
		'bot.in_waiting_room',
		'bot.joining_call',
		'recording.done',
		'recording.failed',
		'transcript.data',
		'transcript.done',
		'transcript.failed',
	],
	secretFacts: { isMadeByPlatform: true, prefix: 'whsec_' },
});
