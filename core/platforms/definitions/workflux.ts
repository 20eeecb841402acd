import { z } from 'zod';

import { SIGNED } from '../authentication';
import { WORKFLUX_RETRY } from '../../sending/retryPolicy';
import type { Platform } from '../platform';
import { eventData, fields, flag, number, text } from '../bodySchemas';

/** See docs/platforms.md#workflux. */
export const platform: Platform = {
	id: 'workflux',
	name: 'WorkFlux',
	description: 'X-Workflux-Signature: a hex HMAC of the body',
	section: 'platform',
	category: 'agents',
	evidence: 'official page',
	source: 'docs/platforms.md#workflux',
	scheme: {
		name: 'workflux',
		signatureHeader: 'X-Workflux-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	httpsOnly: true,
	sourceAddresses: [],
	events: {
		types: [
			{
				value: 'conversation.started',
				name: 'Conversation Started',
				data: eventData(['conversation_id'], {
					agent_id: text,
					agent_name: text,
					channel: text,
					user_id: text,
					user_email: text,
					initial_message: text,
				}),
			},
			{
				value: 'conversation.completed',
				name: 'Conversation Completed',
				data: eventData(['conversation_id'], {
					agent_id: text,
					duration_seconds: number,
					messages_count: number,
					resolution_rate: number,
					satisfaction_score: number,
					was_escalated: flag,
				}),
			},
			{ value: 'conversation.escalated', name: 'Conversation Escalated' },
			{
				value: 'agent.response',
				name: 'Agent Response',
				data: eventData(['conversation_id'], {
					agent_id: text,
					message_id: text,
					content: text,
					response_time_ms: number,
					confidence_score: number,
				}),
			},
			{ value: 'user.message', name: 'User Message' },
			{ value: 'escalation.triggered', name: 'Escalation Triggered' },
			{
				value: 'integration.sync',
				name: 'Integration Sync',
				data: eventData(['integration_id'], {
					integration_type: text,
					sync_type: text,
					records_synced: number,
					duration_seconds: number,
					status: text,
				}),
			},
			{ value: 'integration.error', name: 'Integration Error' },
			{ value: 'agent.updated', name: 'Agent Updated' },
		],
		example: { data: { conversation_id: 'conv-123', channel: 'chat' } },
		envelope: { event: '{event}', timestamp: '{timestamp}', data: '{data}' },
		timestampFormat: 'iso-seconds',
		schema: fields({
			event: z.string().min(1),
			timestamp: z.string(),
			data: z.record(z.unknown()),
		}),
		type: [{ body: 'event' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ digest: 'body' }],
		authentication: SIGNED,
	},
	requests: [],
	timeoutMs: 30_000,
	retry: WORKFLUX_RETRY,
	retryStatuses: ['408', '429', '500', '502', '503', '504'],
	disableRule: { rule: 'exhausted' },
};
