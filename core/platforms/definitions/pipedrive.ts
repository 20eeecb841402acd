import { UNSIGNED } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'pipedrive',
	name: 'Pipedrive',
	description: 'no signature: a user and a password that you enter at the webhook (version 2)',
	searchWords: ['deals', 'persons'],
	category: 'crm',
	evidence: 'official page',
	source: 'https://pipedrive.readme.io/docs/guide-for-webhooks-v2',
	authentication: UNSIGNED,
	events: {
		example: { type: 'create.deal' },
		type: [{ joined: [{ body: 'meta.action' }, { body: 'meta.entity' }], with: '.' }],
		data: 'data',
		time: { body: 'meta.timestamp' },
		// meta.attempt counts up, so the bytes of a retry differ.
		duplicateKey: ['webhook_id', 'action', 'entity', 'entity_id', 'timestamp'].map((field) => ({
			body: `meta.${field}`,
		})),
	},
	setup: {
		menu: 'Settings → Tools and apps → Webhooks → Create new webhook',
		page: 'https://pipedrive.readme.io/docs/guide-for-webhooks-v2',
		secret: { name: 'HTTP Auth', place: 'with a username and a password of your choice' },
	},
	usualTypes: [
		'change.activity',
		'change.deal',
		'change.lead',
		'change.organization',
		'change.person',
		'create.activity',
		'create.deal',
		'create.lead',
		'create.note',
		'create.organization',
		'create.person',
		'delete.deal',
		'delete.organization',
		'delete.person',
	],
});
