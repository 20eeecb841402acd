import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'anthropic',
	name: 'Anthropic (Claude Managed Agents)',
	description: 'webhook-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['Claude', 'managed agents', 'sessions'],
	category: 'ai',
	evidence: 'official library',
	source: 'https://platform.claude.com/docs/en/managed-agents/webhooks',
	scheme: standardWebhooksScheme('anthropic', 'webhook'),
	events: {
		example: { type: 'session.status_idled' },
		// The field "type" of the body is always "event".
		type: [{ body: 'data.type' }],
		data: 'data',
		time: { body: 'created_at' },
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'Claude Console → Manage → Webhooks',
		page: 'https://platform.claude.com/docs/en/managed-agents/webhooks',
		secret: {
			name: 'signing secret',
			place: 'shown once when you create the webhook endpoint',
			format: 'begins with whsec_',
		},
		also: 'Events contain only types and IDs: fetch the object with a request to the Claude API.',
	},
	// @anthropic-ai/sdk@1.14.0, src/resources/beta/webhooks.ts
	usualTypes: [
		'agent.created',
		'agent.updated',
		'deployment_run.failed',
		'deployment_run.started',
		'deployment_run.succeeded',
		'session.archived',
		'session.budget_reached',
		'session.created',
		'session.outcome_evaluation_ended',
		'session.requires_action',
		'session.status_idled',
		'session.status_rescheduled',
		'session.status_run_started',
		'session.status_terminated',
		'session.thread_created',
		'session.thread_idled',
		'session.thread_terminated',
		'session.updated',
		'vault.created',
		'vault_credential.refresh_failed',
	],
	secretFacts: {
		isMadeByPlatform: true,
		prefix: 'whsec_',
		others: [{ prefix: 'sk-ant-', name: 'API keys' }],
	},
});
