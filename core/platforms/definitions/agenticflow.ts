import { z } from 'zod';

import { SIGNED, type AuthenticationRule } from '../authentication';
import { AGENTICFLOW_RETRY } from '../../sending/retryPolicy';
import type { Platform, PlatformRequest } from '../platform';
import { anyTime, eventData, fields, number, object, text, texts } from '../bodySchemas';

/** Callers may use any of the three. */
const CALLER_AUTHENTICATION: AuthenticationRule = {
	methods: ['urlToken', 'bearer', 'basic'],
	require: 'any',
};

/** A request that AgenticFlow's agents accept. */
export const agentMessage: PlatformRequest = {
	id: 'agentMessage',
	name: 'Agent Message',
	description: 'A message for an agent: message, user_id, metadata and context',
	schema: fields(
		{ message: z.string().min(1) },
		{ user_id: text, metadata: object, context: object },
	),
	fields: [
		{
			name: 'message',
			displayName: 'Message',
			type: 'string',
			required: true,
			placeholder: 'e.g. Hello, I need help with my order #12345',
		},
		{
			name: 'user_id',
			displayName: 'User ID',
			type: 'string',
			placeholder: 'e.g. user_123',
		},
		{
			name: 'metadata',
			displayName: 'Metadata (JSON)',
			type: 'json',
			placeholder: 'e.g. {"source": "contact_form"}',
		},
		{
			name: 'context',
			displayName: 'Context (JSON)',
			type: 'json',
			placeholder: 'e.g. {"order_id": "12345"}',
		},
	],
	authentication: CALLER_AUTHENTICATION,
};

/** A request that AgenticFlow's workflows accept. */
export const workflowRun: PlatformRequest = {
	id: 'workflowRun',
	name: 'Workflow Run',
	description: 'Input for a workflow: input_data, trigger_source and metadata',
	schema: fields({ input_data: z.record(z.unknown()) }, { trigger_source: text, metadata: object }),
	fields: [
		{
			name: 'input_data',
			displayName: 'Input Data (JSON)',
			type: 'json',
			required: true,
			placeholder: 'e.g. {"name": "John Doe"}',
		},
		{
			name: 'trigger_source',
			displayName: 'Trigger Source',
			type: 'string',
			placeholder: 'e.g. contact_form',
		},
		{
			name: 'metadata',
			displayName: 'Metadata (JSON)',
			type: 'json',
			placeholder: 'e.g. {"form_id": "contact_v2"}',
		},
	],
	authentication: CALLER_AUTHENTICATION,
};

const conversationData = eventData(['agent_id'], {
	conversation_id: text,
	user_id: text,
	status: text,
	started_at: anyTime,
	completed_at: anyTime,
	message_count: number,
	satisfaction_score: number,
	credits_used: number,
	resolution: fields({}, { type: text, category: text, tags: texts }).nullish(),
});

/** Only workflow_id is required: the platform's own test event has nothing else but a status. */
const executionData = eventData(['workflow_id'], {
	execution_id: text,
	status: text,
	started_at: anyTime,
	completed_at: anyTime,
	duration_seconds: number,
	input_data: object,
	output_data: object,
	credits_used: number,
	steps_completed: number,
});

/** See docs/platforms.md#agenticflow. */
export const platform: Platform = {
	id: 'agenticflow',
	name: 'AgenticFlow',
	description: 'X-AgenticFlow-Signature: sha256= and a hex HMAC of the body',
	section: 'platform',
	category: 'agents',
	evidence: 'official page',
	source: 'docs/platforms.md#agenticflow',
	scheme: {
		name: 'agenticflow',
		signatureHeader: 'X-AgenticFlow-Signature',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	httpsOnly: false,
	sourceAddresses: ['52.70.124.191', '54.164.23.45', '18.208.139.52', '35.174.76.89'],
	events: {
		types: [
			{ value: 'agent.conversation.started', name: 'Agent Conversation Started' },
			{
				value: 'agent.conversation.completed',
				name: 'Agent Conversation Completed',
				data: conversationData,
			},
			{ value: 'agent.message.received', name: 'Agent Message Received' },
			{ value: 'agent.message.sent', name: 'Agent Message Sent' },
			{ value: 'workflow.execution.started', name: 'Workflow Execution Started' },
			{
				value: 'workflow.execution.completed',
				name: 'Workflow Execution Completed',
				data: executionData,
			},
			{ value: 'workflow.execution.failed', name: 'Workflow Execution Failed' },
			{ value: 'workflow.step.completed', name: 'Workflow Step Completed' },
		],
		envelope: {
			event: '{event}',
			timestamp: '{timestamp}',
			webhook_id: '{webhook_id}',
			data: '{data}',
		},
		timestampFormat: 'iso-seconds',
		schema: fields(
			{ event: z.string().min(1), timestamp: z.string(), data: z.record(z.unknown()) },
			{ webhook_id: text },
		),
		type: [{ body: 'event' }],
		data: 'data',
		time: { body: 'timestamp' },
		// The documentation names no key. Timestamps are in whole seconds, so the digest distinguishes two
		// events of the same second.
		duplicateKey: [
			{ body: 'webhook_id' },
			{ body: 'event' },
			{ body: 'timestamp' },
			{ digest: 'body' },
		],
		authentication: SIGNED,
	},
	requests: [agentMessage, workflowRun],
	timeoutMs: 30_000,
	retry: AGENTICFLOW_RETRY,
	retryStatuses: ['408', '429', '5xx'],
	management: {
		baseUrl: 'https://api.agenticflow.ai',
		path: '/api/v1/webhooks',
		webhooksField: 'webhooks',
		logsField: 'logs',
	},
};
