import { ANY_CONFIGURED_METHOD } from '../authentication';
import { BRIEF_RETRY } from '../../sending/retryPolicy';
import { agentMessage, workflowRun } from './agenticflow';
import type { Platform } from '../platform';

/** Any platform that has no definition. */
export const platform: Platform = {
	id: 'custom',
	name: 'Custom',
	description: 'Any other platform, with a signature scheme of your own or a token',
	triggerAction: 'On a webhook with a custom signature or token',
	section: 'open',
	category: 'standard',
	source: '',
	isDescribedByUser: true,
	httpsOnly: false,
	sourceAddresses: [],
	events: {
		types: [],
		envelope: { event: '{event}', timestamp: '{timestamp}', data: '{data}' },
		timestampFormat: 'iso-milliseconds',
		type: [{ body: 'event' }, { body: 'type' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [],
		authentication: ANY_CONFIGURED_METHOD,
	},
	setup: {
		menu: 'the webhook settings of the sender',
		secret: { name: 'signing secret', place: 'which you share with the sender' },
		also: 'If the sender signs, choose its "Signature Scheme" in the credential: "Custom" with a header of your own, or the one of a listed platform.',
	},
	requests: [
		{ ...agentMessage, authentication: ANY_CONFIGURED_METHOD },
		{ ...workflowRun, authentication: ANY_CONFIGURED_METHOD },
	],
	timeoutMs: 30_000,
	retry: BRIEF_RETRY,
	retryStatuses: ['408', '429', '5xx'],
};
