import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'asana',
	name: 'Asana',
	description: 'X-Hook-Signature: a hex HMAC of the body',
	searchWords: ['tasks', 'projects'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://developers.asana.com/docs/webhooks-guide#security',
	scheme: {
		name: 'asana',
		signatureHeader: 'X-Hook-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'changed' },
		// A list of events, which may have different types; a heartbeat has none.
		type: [{ body: 'events.action' }],
		data: 'events',
		time: { body: 'events.created_at' },
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the API: POST `/webhooks` with `resource` and `target`',
		page: 'https://developers.asana.com/docs/webhooks-guide',
		secret: {
			name: 'X-Hook-Secret',
			place: 'in the answer to POST `/webhooks` (run it with `curl -i`)',
		},
		also: 'Publish the workflow first: Asana sends the secret to the URL, and this trigger answers. Then enter it in the credential.',
		test: 'Change a task in the resource that you named.',
	},
	// https://developers.asana.com/reference/events
	usualTypes: ['added', 'changed', 'deleted', 'removed', 'undeleted'],
	secretFacts: { isMadeByPlatform: true },
	handshakes: [
		{
			requires: [{ header: 'X-Hook-Secret' }],
			isUnsigned: true,
			statusCode: 200,
			headers: { 'X-Hook-Secret': '{header.X-Hook-Secret}' },
		},
	],
});
