import { HEADER_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'gitlab-token',
	name: 'GitLab (Secret Token)',
	description: 'X-Gitlab-Token: the secret token that you entered at the webhook',
	searchWords: ['push', 'merge requests', 'pipelines'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
	authentication: HEADER_TOKEN,
	headerToken: { names: ['X-Gitlab-Token'] },
	events: {
		example: { type: 'push' },
		type: [{ body: 'object_kind' }, { body: 'event_name' }],
		duplicateKey: [{ header: 'Idempotency-Key' }],
	},
	setup: {
		menu: 'your project or group → Settings → Webhooks → Add new webhook',
		page: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
		secret: { name: 'Secret token', place: 'which you choose when you add the webhook' },
		test: 'In the list of webhooks, choose an event under Test.',
	},
	// https://docs.gitlab.com/user/project/integrations/webhook_events/
	usualTypes: [
		'build',
		'deployment',
		'emoji',
		'feature_flag',
		'issue',
		'merge_request',
		'note',
		'pipeline',
		'push',
		'release',
		'tag_push',
		'wiki_page',
		'work_item',
	],
	secretFacts: { others: [{ prefix: 'glpat-', name: 'personal access tokens' }] },
});
