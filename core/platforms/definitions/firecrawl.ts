import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'firecrawl',
	name: 'Firecrawl',
	description: 'X-Firecrawl-Signature: sha256= and a hex HMAC of the body',
	searchWords: ['crawl', 'scrape', 'extract'],
	category: 'ai',
	evidence: 'official page',
	source: 'https://docs.firecrawl.dev/webhooks/security',
	scheme: {
		name: 'firecrawl',
		signatureHeader: 'X-Firecrawl-Signature',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'crawl.completed' },
		type: [{ body: 'type' }],
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the field "webhook" of the request that starts a crawl or another job',
		page: 'https://docs.firecrawl.dev/webhooks/overview',
		secret: { name: 'webhook secret', place: 'on the Advanced tab of the account’s settings' },
	},
	// https://docs.firecrawl.dev/webhooks/events
	usualTypes: [
		'agent.action',
		'agent.cancelled',
		'agent.completed',
		'agent.failed',
		'agent.started',
		'batch_scrape.completed',
		'batch_scrape.page',
		'batch_scrape.started',
		'crawl.completed',
		'crawl.page',
		'crawl.started',
		'extract.completed',
		'extract.failed',
		'extract.started',
		'monitor.check.completed',
		'monitor.page',
	],
	secretFacts: { isMadeByPlatform: true, others: [{ prefix: 'fc-', name: 'API keys' }] },
});
