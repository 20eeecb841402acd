/** What people type into n8n's node creator when they need what our nodes do. */

/** Typed into n8n's editor by its test. */
const TYPED = [
	...['verify webhook', 'secure webhook', 'signed webhook', 'send webhook', 'outgoing webhook'],
	...['send event', 'webhook retry', 'retry http', 'fan out', 'batch', 'digest', 'signing secret'],
	...['webhook signature', 'hmac', 'dead letter', 'signed webhooks', 'webhook retries'],
	...['fan-out', 'stripe-signature', 'webhook stripe', 'agentic flow', 'signing key'],
];

/** Other words for the same. */
const SIBLINGS = [
	...['agent webhook', 'receive webhook', 'incoming webhook', 'custom webhook', 'webhook auth'],
	...['webhook authentication', 'webhook security', 'webhook secret', 'validate webhook'],
	...['webhook verification', 'check signature', 'verify signature', 'sha256', 'whsec'],
	...['retry webhook', 'http retry', 'backoff', 'webhook log', 'webhook logs', 'webhook history'],
	...['dead letter queue', 'idempotency', 'idempotent', 'deduplicate', 'duplicate webhook'],
	...['exactly once', 'replay', 'redeliver', 'webhook queue', 'outbox', 'rate limit'],
	...['subscribers', 'webhook subscription', 'pub sub', 'publish event', 'webhook batch'],
	...['batch webhook', 'webhook filter', 'forward webhook', 'webhook test', 'test webhook'],
	...['bearer token', 'basic auth', 'header auth', 'raw body', 'callback', 'webhook url'],
	...['webhook response', 'respond to webhook', 'sign request', 'signed request'],
	...[
		'signed event',
		'generate secret',
		'rotate secret',
		'management api',
		'svix api',
		'secure webhooks',
	],
	...['outgoing webhooks', 'send events', 'retry webhooks', 'send webhooks', 'verify signatures'],
	...['hmac-sha256', 'dead-letter', 'agent flow', 'batching', 'daily digest', 'resend webhook'],
	...['delivery log', 'webhook hmac', 'webhook verify', 'http request retry', 'event bus'],
	...[
		'message queue',
		'guaranteed delivery',
		'webhook gateway',
		'webhook proxy',
		'webhook filters',
	],
	...['webhook dedupe', 'notify endpoint', 'custom signature', 'x-hub-signature-256'],
	...['svix-signature', 'slack events api', 'discord interactions', 'stripe payment'],
	...['github push', 'twilio sms webhook', 'shopify hmac', 'git hub webhook', 'signing secrets'],
];

const shorten = (name) => name.replace(/ \(.*\)$/, '');

/** Lists what people type for a platform. Its first entry is typed into n8n's editor by its test. */
function listPlatformPhrases(platform) {
	const name = shorten(platform.name).toLowerCase();
	if (/webhooks$/.test(name)) return [name, `verify ${name}`, `${name} signature`];
	return [
		...[`${name} webhook`, name, `verify ${name} webhook`, `${name} signature`, `${name} event`],
		...[`${name} webhooks`, `${name} events`, `webhook ${name}`],
	];
}

module.exports = { listPlatformPhrases, SIBLINGS, TYPED };
