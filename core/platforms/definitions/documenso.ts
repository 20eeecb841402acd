import { HEADER_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'documenso',
	name: 'Documenso',
	description: 'X-Documenso-Secret: the webhook’s secret',
	searchWords: ['signatures', 'documents'],
	category: 'docs',
	evidence: 'official page',
	source: 'https://docs.documenso.com/docs/developers/webhooks/verification',
	authentication: HEADER_TOKEN,
	headerToken: { names: ['X-Documenso-Secret'] },
	events: {
		example: { type: 'DOCUMENT_COMPLETED' },
		type: [{ body: 'event' }],
		data: 'payload',
		time: { body: 'createdAt' },
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Team Settings → Webhooks → Create Webhook',
		page: 'https://docs.documenso.com/docs/developers/webhooks',
		secret: { name: 'Secret', place: 'which you choose when you create the webhook' },
	},
	usualTypes: [
		'DOCUMENT_CANCELLED',
		'DOCUMENT_COMPLETED',
		'DOCUMENT_CREATED',
		'DOCUMENT_OPENED',
		'DOCUMENT_REJECTED',
		'DOCUMENT_SENT',
		'DOCUMENT_SIGNED',
	],
});
