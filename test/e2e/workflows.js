/** Short ways to build workflows, and values that no other test has. */
const { randomBytes, randomUUID } = require('node:crypto');

const { Webhook } = require('standardwebhooks');

const TRIGGER = 'n8n-nodes-agent-webhooks.agentWebhookTrigger';
const ACTION = 'n8n-nodes-agent-webhooks.agentWebhook';

const unique = (prefix) => `${prefix}-${randomBytes(6).toString('hex')}`;
const newSecret = () => randomBytes(24).toString('hex');
const newStandardSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

/** The headers of Standard Webhooks over a body, signed by its own library. @param at a Date */
const standardHeaders = (body, { secret, id = 'msg_1', at = new Date() }) => ({
	'webhook-id': id,
	'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
	'webhook-signature': new Webhook(secret).sign(id, at, body),
});

function node(name, type, parameters, more = {}) {
	return {
		id: randomUUID(),
		name,
		type,
		typeVersion: type === TRIGGER ? 2 : 1,
		position: [0, 0],
		parameters,
		...more,
	};
}

/** Connects nodes in a row, each from its first output. */
function chain(...nodes) {
	return Object.fromEntries(
		nodes
			.slice(0, -1)
			.map(({ name }, index) => [
				name,
				{ main: [[{ node: nodes[index + 1].name, type: 'main', index: 0 }]] },
			]),
	);
}

/** Connects Send's outputs to one node: Delivered, Retry and Failed. */
const whateverBecomes = (send, next) => ({
	[send.name]: { main: Array(3).fill([{ node: next.name, type: 'main', index: 0 }]) },
});

/** A plain webhook to start a workflow with. */
const startNode = (path, responseMode = 'onReceived') =>
	node(
		'Start',
		'n8n-nodes-base.webhook',
		{ path, httpMethod: 'POST', responseMode, options: {} },
		{ typeVersion: 2, webhookId: randomUUID() },
	);

/** Makes items of the list that a request brings. */
const itemsNode = () =>
	node(
		'Items',
		'n8n-nodes-base.splitOut',
		{ fieldToSplitOut: 'body.items', options: {} },
		{ typeVersion: 1 },
	);

/** Takes the digest of a binary field as nodes get it: of a trigger's, n8n's editor gets nothing in queue mode. */
const digestNode = (binaryPropertyName) =>
	node('Digest', 'n8n-nodes-base.crypto', {
		action: 'hash',
		type: 'SHA256',
		binaryData: true,
		binaryPropertyName,
		dataPropertyName: 'digest',
	});

module.exports = {
	ACTION,
	TRIGGER,
	chain,
	digestNode,
	itemsNode,
	newSecret,
	newStandardSecret,
	node,
	standardHeaders,
	startNode,
	unique,
	whateverBecomes,
};
