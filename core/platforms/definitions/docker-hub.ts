import { UNSIGNED } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'docker-hub',
	name: 'Docker Hub',
	description: 'no signature: a token in the URL',
	searchWords: ['images', 'containers', 'push'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://docs.docker.com/docker-hub/repos/manage/webhooks/',
	authentication: UNSIGNED,
	events: {
		type: [],
		time: { body: 'push_data.pushed_at' },
		duplicateKey: [
			{ body: 'repository.repo_name' },
			{ body: 'push_data.tag' },
			{ body: 'push_data.pushed_at' },
		],
	},
	setup: {
		menu: 'My Hub → your repository → Webhooks',
		page: 'https://docs.docker.com/docker-hub/repos/manage/webhooks/',
	},
});
