import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'clickup',
	name: 'ClickUp',
	description: 'X-Signature: a hex HMAC of the body',
	searchWords: ['tasks', 'lists'],
	category: 'docs',
	evidence: 'official page',
	source: 'https://developer.clickup.com/docs/webhooksignature',
	scheme: {
		name: 'clickup',
		signatureHeader: 'X-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	// https://developer.clickup.com/docs/webhooktaskpayloads
	events: {
		example: { type: 'taskCreated' },
		type: [{ body: 'event' }],
		// One history item can cause several events. Events without history items have only IDs.
		duplicateKey: [{ body: 'webhook_id' }, { body: 'event' }, { body: 'history_items.id' }],
		hasRepeatingBodies: true,
	},
	setup: {
		menu: 'the Create Webhook endpoint of ClickUp’s API',
		page: 'https://developer.clickup.com/docs/webhooks',
		secret: {
			name: 'webhook.secret',
			place: 'in the API’s response when you create the webhook',
		},
	},
	usualTypes: [
		'folderCreated',
		'folderDeleted',
		'folderUpdated',
		'listCreated',
		'listDeleted',
		'listUpdated',
		'spaceCreated',
		'spaceDeleted',
		'spaceUpdated',
		'taskAssigneeUpdated',
		'taskCommentPosted',
		'taskCommentUpdated',
		'taskCreated',
		'taskDeleted',
		'taskDueDateUpdated',
		'taskMoved',
		'taskPriorityUpdated',
		'taskStatusUpdated',
		'taskTagUpdated',
		'taskUpdated',
	],
	secretFacts: { isMadeByPlatform: true },
});
