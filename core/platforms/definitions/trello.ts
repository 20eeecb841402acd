import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'trello',
	name: 'Trello',
	description: 'X-Trello-Webhook: a base64 HMAC-SHA1 of body and URL',
	searchWords: ['cards', 'boards'],
	category: 'dev',
	evidence: 'official page',
	source:
		'https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/#webhook-signatures',
	scheme: {
		name: 'trello',
		signatureHeader: 'X-Trello-Webhook',
		forms: [{ prefix: '', algorithm: 'hmac-sha1', encoding: 'base64' }],
		content: '{body}{url}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'updateCard' },
		type: [{ body: 'action.type' }],
		data: 'action',
		time: { body: 'action.date' },
		duplicateKey: [{ body: 'action.id' }],
	},
	setup: {
		menu: 'the API: POST `/1/webhooks` with `callbackURL` and `idModel`',
		page: 'https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/#creating-a-webhook',
		secret: { name: 'Secret', place: 'on the API key page of your Power-Up' },
		also: 'Publish the workflow first: Trello checks the URL with a HEAD request, and this trigger answers.',
		test: 'Change a card on the board that you watch.',
	},
	// https://developer.atlassian.com/cloud/trello/guides/rest-api/action-types
	usualTypes: [
		'addAttachmentToCard',
		'addMemberToCard',
		'commentCard',
		'createCard',
		'createCheckItem',
		'createList',
		'deleteCard',
		'moveCardFromBoard',
		'moveCardToBoard',
		'updateBoard',
		'updateCard',
		'updateCheckItemStateOnCard',
		'updateList',
	],
	secretFacts: { isMadeByPlatform: true },
	handshakes: [{ method: 'HEAD', isUnsigned: true, statusCode: 200 }],
});
