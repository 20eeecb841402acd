import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'gitlab',
	name: 'GitLab (Signing Token)',
	description: 'webhook-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['push', 'merge requests', 'pipelines'],
	category: 'dev',
	evidence: 'official library',
	source: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
	// https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944
	scheme: standardWebhooksScheme('gitlab', 'webhook'),
	events: {
		example: { type: 'push' },
		type: [{ body: 'object_kind' }, { body: 'event_name' }],
		duplicateKey: [{ header: 'webhook-id' }],
	},
	setup: {
		menu: 'your project or group → Settings → Webhooks → Add new webhook',
		page: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
		secret: {
			name: 'Signing token',
			place: 'which the webhook’s form has',
			format: 'begins with whsec_',
		},
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
