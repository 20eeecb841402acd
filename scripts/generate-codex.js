/**
 * Writes the words by which n8n's node creator finds our nodes into their codex files. The creator shows
 * both nodes as one entry, searches the action node's aliases only, and looks for all letters of a search
 * within one alias, in their order: so each phrase that people type needs an alias of its own, and a plural is
 * also found by its singular.
 */
const fs = require('node:fs');
const path = require('node:path');

const chunk = require('lodash/chunk');

const ROOT = path.join(__dirname, '..');
const unique = (values) => [...new Set(values)];
const REPOSITORY = 'https://github.com/n8n-nodes-agent-webhooks/n8n-nodes-agent-webhooks';

/** Phrases for what both nodes do, besides the names of platforms. */
const RECEIVING = [
	'agent webhook',
	'custom webhook',
	'webhook url',
	'receive webhook',
	'incoming webhook',
	'inbound webhook',
	'verify webhook signature',
	'webhook verify',
	'check webhook signature',
	'validate webhook signature',
	'webhook signature verification',
	'webhook verification',
	'webhook validation',
	'secure webhook',
	'signed webhook',
	'authenticated webhook',
	'webhook security',
	'webhook hmac',
	'webhook gateway',
	'webhook proxy',
	'webhook authentication',
	'webhook secret',
	'webhook bearer token',
	'webhook basic auth',
	'webhook header auth',
	'webhook api key',
	'webhook ip allowlist',
	'webhook deduplication',
	'deduplicate webhook',
	'webhook dedupe',
	'duplicate webhook',
	'webhook rate limit',
	'webhook handshake',
	'respond to webhook',
	'webhook response',
	'raw body',
	'replay attack',
];

const SENDING = [
	'send webhook',
	'send signed webhook',
	'send event',
	'send signed event',
	'outgoing webhook',
	'outbound webhook',
	'publish event',
	'emit event',
	'notify webhook',
	'notify endpoint',
	'call webhook',
	'forward webhook',
	'webhook retry',
	'retry webhook',
	'http retry',
	'webhook delivery',
	'guaranteed delivery',
	'retry http request',
	'http request retry',
	'retry failed request',
	'exponential backoff',
	'rate limit webhook',
	'fan out webhook',
	'fan-out webhook',
	'event bus',
	'message queue',
	'webhook subscribers',
	'webhook subscriptions',
	'webhook endpoints',
	'publish subscribe',
	'batch webhook events',
	'webhook batching',
	'webhook batch',
	'digest',
	'webhook digest',
	'daily digest',
	'webhook filter',
	'webhook conditions',
	'webhook queue',
	'webhook outbox',
	'transactional outbox',
	'webhook logs',
	'delivery log',
	'webhook history',
	'webhook statistics',
	'webhook monitoring',
	'webhook replay',
	'replay failed webhooks',
	'redeliver webhook',
	'resend webhook',
	'dead letter queue',
	'dead-letter queue',
	'idempotency key',
	'idempotent webhook',
	'exactly once delivery',
	'webhook management api',
	'svix api',
	'webhook test',
	'test webhook',
];

const SIGNING = [
	'sign request',
	'signed request',
	'sign webhook',
	'signing secret',
	'signing key',
	'custom signature',
	'generate signing secret',
	'rotate signing secret',
	'webhook signature',
	'hmac signature',
	'hmac sha256',
	'hmac-sha256',
	'sha256 signature',
	'ed25519 signature',
	'verify signature',
	'verify hmac',
	'whsec',
	'callback url',
	'http post',
];

/** The nouns that people also type in the plural when they end a phrase. */
const COUNTED =
	/(webhook|event|request|signature|secret|key|url|response|handshake|retry|delivery|log|digest|queue|proxy|gateway|endpoint|filter)$/;

/** Adds the plural of a phrase, by which its singular is found too unless the noun ends in "y". */
function pluralize(phrase) {
	const [noun] = phrase.match(COUNTED) ?? [];
	if (noun === undefined) return [phrase];
	return /[^aeiou]y$/.test(noun) ? [phrase, phrase.replace(/y$/, 'ies')] : [`${phrase}s`];
}

/** A name as people type it, without an addition in parentheses. */
const shorten = (name) => name.replace(/ \(.*\)$/, '');

/** A name as people write it with spaces, e.g. Agentic Flow; it is found without them too. */
const addSpaces = (name) => name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');

/** Lists the aliases for one platform: its name before our words and its own, and the header that people paste. */
function listPlatformAliases({ name, scheme, searchWords = [] }) {
	const { listSignatureHeaders } = require('../build/core/signing/schemeFacts');
	const [header] = scheme === undefined ? [] : listSignatureHeaders(scheme);
	const spacedName = addSpaces(shorten(name));
	const words = [/webhooks$/i.test(name) ? '' : 'webhooks', ...searchWords].filter(Boolean);
	return [
		[spacedName, ...words].join(' '),
		...(header === undefined ? [] : [header.toLowerCase()]),
	];
}

const NAMES_PER_ALIAS = 8;

/** Lists aliases with the names of several platforms, by which each is found between or before our words. */
const listNameAliases = (platforms) =>
	chunk(unique(platforms.map(({ name }) => shorten(name))), NAMES_PER_ALIAS).map(
		(names) => `webhook verify ${names.join(' ')} webhooks signatures events hmac`,
	);

const listPhrases = () => [...RECEIVING, ...SENDING, ...SIGNING].flatMap(pluralize);

/**
 * Lists the aliases that the creator searches: the phrases above, and those of the platforms. n8n sends them to every
 * editor, so a platform has few.
 */
function listAliases() {
	const { PLATFORMS } = require('../build/core/platforms');
	const platforms = PLATFORMS.filter(({ source }) => source !== '').sort((a, b) =>
		a.name.localeCompare(b.name, 'en'),
	);
	return unique([
		...listPhrases(),
		...platforms.flatMap(listPlatformAliases),
		...listNameAliases(platforms),
	]);
}

/** The codex file of a node. @param page the node's main page in docs/ */
const buildCodex = (node, nodeVersion, page, alias) => ({
	node: `n8n-nodes-agent-webhooks.${node}`,
	nodeVersion,
	codexVersion: '1.0',
	categories: ['Development', 'Communication'],
	alias,
	resources: {
		credentialDocumentation: [{ url: `${REPOSITORY}#credentials` }],
		primaryDocumentation: [{ url: `${REPOSITORY}/blob/main/docs/${page}.md` }],
	},
});

const CODEX_FILES = {
	'nodes/AgentWebhook/AgentWebhook.node.json': ['agentWebhook', '1.0', 'send', listAliases],
	'nodes/AgentWebhookTrigger/AgentWebhookTrigger.node.json': [
		'agentWebhookTrigger',
		'2.0',
		'receive',
		listPhrases,
	],
};

function writeCodex() {
	for (const [file, [node, version, page, list]] of Object.entries(CODEX_FILES)) {
		const text = `${JSON.stringify(buildCodex(node, version, page, list()), undefined, '\t')}\n`;
		fs.writeFileSync(path.join(ROOT, file), text);
	}
}

module.exports = { CODEX_FILES: Object.keys(CODEX_FILES), writeCodex };
