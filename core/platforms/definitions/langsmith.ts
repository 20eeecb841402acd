import { UNSIGNED } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'langsmith',
	name: 'LangSmith',
	description: 'no signature: a token in the URL, or a header that you add, from an automation',
	searchWords: ['LangChain', 'traces', 'automations'],
	category: 'ai',
	evidence: 'official page',
	source: 'https://docs.langchain.com/langsmith/webhooks',
	authentication: UNSIGNED,
	events: {
		type: [],
		time: { body: 'end_time' },
		// LangSmith documents no key, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'your automation rule → the action Webhook',
		page: 'https://docs.langchain.com/langsmith/webhooks',
		secret: {
			name: 'secret',
			place: 'which you add to the webhook’s URL, or as a header under Headers',
		},
	},
});
