import { z } from 'zod';

import { SIGNED } from '../authentication';
import { exponentialRetry } from '../../sending/retryPolicy';
import type { Platform } from '../platform';
import { fields, text } from '../bodySchemas';

const namedObject = fields({ id: z.string().min(1) }, { name: text });

/** See docs/platforms.md#agent-platform. */
export const platform: Platform = {
	id: 'agentPlatform',
	name: 'Agent Platform',
	description: 'X-Webhook-Signature: a hex HMAC of the body',
	section: 'platform',
	category: 'agents',
	evidence: 'official page',
	source: 'docs/platforms.md#agent-platform',
	scheme: {
		name: 'agentPlatform',
		signatureHeader: 'X-Webhook-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	httpsOnly: true,
	sourceAddresses: [],
	events: {
		types: [
			{
				value: 'agent.action',
				name: 'Agent Action',
				data: fields(
					{ agent: namedObject, action: z.string().min(1) },
					{ room: text, content: text },
				),
			},
			{
				value: 'agent.message',
				name: 'Agent Message',
				data: fields({ agent: namedObject, content: z.string() }, { room: text }),
			},
			{
				value: 'user.message',
				name: 'User Message',
				data: fields(
					{ agent: namedObject, user: namedObject, content: z.string() },
					// A room is an object here, but a text in the agent's events.
					{ room: namedObject.nullish() },
				),
			},
		],
		example: {
			type: 'agent.message',
			data: { agent: { id: 'agent-1', name: 'My Agent' }, content: 'Hello' },
		},
		envelope: {
			event: '{event}',
			webhook: { id: '{webhook_id}', name: '{webhook_name}' },
			timestamp: '{timestamp}',
			data: '{data}',
		},
		timestampFormat: 'iso-microseconds',
		// The documentation says that all events include `webhook`, but its examples do not.
		schema: fields(
			{ event: z.string().min(1), timestamp: z.string(), data: z.record(z.unknown()) },
			{ webhook: fields({}, { id: text, name: text }).nullish() },
		),
		type: [{ body: 'event' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ digest: 'body' }],
		authentication: SIGNED,
	},
	setup: {
		menu: 'Agent Settings → Apps or Integrations → Webhooks → Create Webhook',
		secret: {
			name: 'webhook secret',
			place: 'which the platform shows when you create the webhook',
		},
	},
	requests: [],
	timeoutMs: 30_000,
	retry: exponentialRetry(3),
	retryStatuses: ['4xx', '5xx'],
};
