import { BODY_TOKEN } from '../authentication';
import { EMPTY_REPLY, receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'ms-graph',
	name: 'Microsoft Graph',
	description: 'clientState in the body: the one that you chose for the subscription',
	searchWords: ['Outlook', 'Teams', 'OneDrive', 'SharePoint', 'change notifications'],
	category: 'comms',
	evidence: 'official page',
	source: 'https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks',
	authentication: BODY_TOKEN,
	bodyToken: { field: 'value.clientState' },
	events: {
		example: { type: 'created' },
		// A list of notifications, which may have different types; those about the subscription have another field.
		type: [{ body: 'value.changeType' }, { body: 'value.lifecycleEvent' }],
		data: 'value',
		// A later change of the same kind can have the same body, so nothing tells it from a duplicate.
		duplicateKey: [],
	},
	setup: {
		menu: 'the API: POST `/subscriptions` with `notificationUrl`',
		page: 'https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks',
		secret: {
			name: 'clientState',
			place: 'which you choose in the request',
			format: 'has at most 128 characters',
		},
		also: 'Publish the workflow first: Microsoft Graph verifies the URL as you subscribe, and this trigger answers. Renew the subscription before it expires.',
		test: 'Change what you subscribed to, for example send yourself a message.',
	},
	// https://learn.microsoft.com/en-us/graph/api/resources/changenotification and
	// https://learn.microsoft.com/en-us/graph/change-notifications-lifecycle-events
	usualTypes: [
		'created',
		'deleted',
		'missed',
		'reauthorizationRequired',
		'subscriptionRemoved',
		'updated',
	],
	acceptedReplies: [{ ...EMPTY_REPLY, statusCode: 202 }],
	handshakes: [
		{
			requires: [{ query: 'validationToken' }],
			isUnsigned: true,
			statusCode: 200,
			reply: { text: '{query.validationToken}' },
		},
	],
});
