import { HEADER_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'okta',
	name: 'Okta',
	description: 'no signature: a secret in a header of your choice',
	searchWords: ['event hooks', 'users'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://developer.okta.com/docs/concepts/event-hooks/',
	authentication: HEADER_TOKEN,
	events: {
		example: { type: 'user.lifecycle.create' },
		// A list of events, which may have different types.
		type: [{ body: 'data.events.eventType' }],
		data: 'data.events',
		time: { body: 'eventTime' },
		duplicateKey: [{ body: 'eventId' }],
	},
	setup: {
		menu: 'Admin Console → Workflow → Event Hooks → Create Event Hook',
		page: 'https://developer.okta.com/docs/guides/event-hook-implementation/',
		secret: {
			name: 'Authentication secret',
			place: 'which you choose, and enter under "Header Tokens" in the credential',
		},
		also: 'Enter the same Authentication field there and under "Header Names" in the credential. Publish the workflow before you verify the hook.',
		test: 'Click Preview for the event hook, then Deliver request.',
	},
	// https://developer.okta.com/docs/reference/api/event-types/?q=event-hook-eligible
	usualTypes: [
		'group.user_membership.add',
		'group.user_membership.remove',
		'user.account.lock',
		'user.account.update_password',
		'user.account.update_profile',
		'user.lifecycle.activate',
		'user.lifecycle.create',
		'user.lifecycle.deactivate',
		'user.lifecycle.suspend',
		'user.session.start',
	],
	handshakes: [
		{
			method: 'GET',
			requires: [{ header: 'x-okta-verification-challenge' }],
			isUnsigned: true,
			statusCode: 200,
			reply: { verification: '{header.x-okta-verification-challenge}' },
		},
	],
});
