import { ANY_CONFIGURED_METHOD } from '../authentication';
import { BRIEF_RETRY } from '../../sending/retryPolicy';
import type { Platform } from '../platform';

/** CloudEvents are an envelope: any signature or token may protect them. */
export const platform: Platform = {
	id: 'cloudEvents',
	name: 'CloudEvents',
	description: 'CloudEvents 1.0 in structured or binary mode, with any signature or token',
	triggerAction: 'On a CloudEvent',
	searchWords: ['Knative', 'CNCF'],
	section: 'open',
	category: 'standard',
	evidence: 'official page',
	source:
		'https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md',
	httpsOnly: false,
	sourceAddresses: [],
	events: {
		types: [],
		envelope: {
			specversion: '1.0',
			id: '{id}',
			source: '{source}',
			type: '{event}',
			time: '{timestamp}',
			datacontenttype: 'application/json',
			data: '{data}',
		},
		timestampFormat: 'iso-milliseconds',
		areCloudEvents: true,
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'time' },
		// Together they identify an event (3.1.1 of the specification).
		duplicateKey: [{ body: 'source' }, { body: 'id' }],
		authentication: ANY_CONFIGURED_METHOD,
	},
	setup: {
		menu: 'the settings of the event’s producer or broker',
		secret: { name: 'signing secret', place: 'which you share with the sender' },
		also: 'If the sender signs, choose its "Signature Scheme" in the credential: CloudEvents have none of their own.',
	},
	requests: [],
	timeoutMs: 30_000,
	retry: BRIEF_RETRY,
	retryStatuses: ['408', '429', '5xx'],
};
