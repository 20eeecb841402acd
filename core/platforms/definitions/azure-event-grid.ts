import { UNSIGNED } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'azure-event-grid',
	name: 'Azure Event Grid',
	description: 'no signature: a token in the URL or in a header, with the Event Grid schema',
	searchWords: ['Blob Storage', 'Azure'],
	category: 'cloud',
	evidence: 'official page',
	source:
		'https://learn.microsoft.com/en-us/azure/event-grid/end-point-validation-event-grid-events-schema',
	authentication: UNSIGNED,
	events: {
		example: { type: 'Microsoft.Storage.BlobCreated' },
		// A list of events, which may have different types.
		type: [{ body: 'eventType' }],
		time: { body: 'eventTime' },
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'Azure portal → your topic → Event Subscriptions → Add Event Subscription, with Event Grid Schema and the endpoint type Web Hook',
		page: 'https://learn.microsoft.com/en-us/azure/event-grid/receive-events',
		also: 'Append `?token=` and a URL token of the credential to the endpoint. Publish the workflow first: Event Grid verifies the URL, and this trigger answers.',
		test: 'Cause an event, for example upload a blob.',
	},
	// https://learn.microsoft.com/en-us/azure/event-grid/system-topics
	usualTypes: [
		'Microsoft.ContainerRegistry.ImagePushed',
		'Microsoft.EventGrid.SubscriptionDeletedEvent',
		'Microsoft.KeyVault.SecretNearExpiry',
		'Microsoft.Resources.ResourceWriteSuccess',
		'Microsoft.Storage.BlobCreated',
		'Microsoft.Storage.BlobDeleted',
	],
	handshakes: [
		{
			when: { eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent' },
			requires: [{ header: 'aeg-event-type' }],
			isUnsigned: true,
			statusCode: 200,
			reply: { validationResponse: '{body.data.validationCode}' },
		},
	],
});
