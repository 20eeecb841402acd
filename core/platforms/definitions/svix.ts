import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'svix',
	name: 'Svix',
	description: 'svix-id, svix-timestamp and svix-signature',
	source: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
	scheme: standardWebhooksScheme('svix', 'svix'),
	events: {
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ header: 'svix-id' }],
	},
});
