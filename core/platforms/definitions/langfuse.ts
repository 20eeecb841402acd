import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'langfuse',
	name: 'Langfuse',
	description: 'x-langfuse-signature: t= and v1=, a hex HMAC of timestamp and body',
	searchWords: ['prompts', 'LLM observability'],
	category: 'ai',
	evidence: 'official page',
	source: 'https://langfuse.com/docs/prompt-management/features/webhooks-slack-integrations',
	scheme: {
		name: 'langfuse',
		signatureHeader: 'x-langfuse-signature',
		forms: [{ prefix: 'v1=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{timestamp}.{body}',
		timestamp: { signaturePart: 't=', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'prompt-version.created' },
		type: [{ joined: [{ body: 'type' }, { body: 'action' }], with: '.' }],
		data: 'prompt',
		time: { body: 'timestamp' },
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'Prompts → Automations → Create Automation → Webhook',
		page: 'https://langfuse.com/docs/prompt-management/features/webhooks-slack-integrations',
		secret: {
			name: 'signing secret',
			place: 'shown once when you create the automation',
			format: 'begins with lf-whsec_',
		},
	},
	usualTypes: ['prompt-version.created', 'prompt-version.deleted', 'prompt-version.updated'],
	secretFacts: { isMadeByPlatform: true, prefix: 'lf-whsec_' },
});
