import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'kie-ai',
	name: 'Kie.ai',
	description: 'X-Webhook-Signature: a base64 HMAC of task ID and timestamp',
	searchWords: ['video generation', 'image generation', 'Suno', 'Veo'],
	category: 'ai',
	evidence: 'official page',
	source: 'https://docs.kie.ai/common-api/webhook-verification',
	scheme: {
		name: 'kie-ai',
		signatureHeader: 'X-Webhook-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body:data.task_id}.{timestamp}',
		timestamp: { header: 'X-Webhook-Timestamp', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		type: [],
		data: 'data',
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the field "callBackUrl" of the request that creates a task',
		page: 'https://docs.kie.ai/common-api/webhook-verification',
		secret: {
			name: 'webhookHmacKey',
			place: 'which you generate on the Settings page of Kie.ai',
		},
		also: 'Fetch the task’s result from Kie.ai’s API: the signature covers only the task’s ID.',
	},
	secretFacts: { isMadeByPlatform: true },
});
