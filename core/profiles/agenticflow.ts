import { BRIEF_RETRY } from '../policy/retry';
import type { PlatformProfile } from './profile';

/** spec/agenticflow.txt */
export const agenticflow: PlatformProfile = {
	id: 'agenticflow',
	name: 'AgenticFlow',
	description: 'X-AgenticFlow-Signature: sha256= and a hex HMAC of the body',
	scheme: {
		name: 'agenticflow',
		signatureHeader: 'X-AgenticFlow-Signature',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: [
		{ value: 'agent.conversation.started', name: 'Agent Conversation Started' },
		{ value: 'agent.conversation.completed', name: 'Agent Conversation Completed' },
		{ value: 'agent.message.received', name: 'Agent Message Received' },
		{ value: 'agent.message.sent', name: 'Agent Message Sent' },
		{ value: 'workflow.execution.started', name: 'Workflow Execution Started' },
		{ value: 'workflow.execution.completed', name: 'Workflow Execution Completed' },
		{ value: 'workflow.execution.failed', name: 'Workflow Execution Failed' },
		{ value: 'workflow.step.completed', name: 'Workflow Step Completed' },
	],
	envelope: {
		event: '{event}',
		timestamp: '{timestamp}',
		webhook_id: '{webhook_id}',
		data: '{data}',
	},
	eventField: 'event',
	timestampFormat: 'iso-seconds',
	timeoutMs: 30_000,
	retry: BRIEF_RETRY,
	retryStatuses: ['408', '429', '5xx'],
	sourceAddresses: ['52.70.124.191', '54.164.23.45', '18.208.139.52', '35.174.76.89'],
};
