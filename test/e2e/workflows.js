/** Builds nodes and connections of workflows, and names and secrets that no other test has. */
const { randomBytes, randomUUID } = require('node:crypto');

const { Webhook } = require('standardwebhooks');

const TRIGGER = 'n8n-nodes-agent-webhooks.agentWebhookTrigger';
const ACTION = 'n8n-nodes-agent-webhooks.agentWebhook';

/** Returns a name that no other test has, for paths, workflows and inboxes, e.g. `box-1f2e3d4c5b6a`. */
const uniqueName = (prefix) => `${prefix}-${randomBytes(6).toString('hex')}`;
const newSecret = () => randomBytes(24).toString('hex');
const newStandardSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

/**
 * Signs a body with the official Standard Webhooks library.
 * @param at a Date
 * @returns the request's three headers
 */
const standardHeaders = (body, { secret, id = 'msg_1', at = new Date() }) => ({
	'webhook-id': id,
	'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
	'webhook-signature': new Webhook(secret).sign(id, at, body),
});

/**
 * Builds a node of a workflow.
 * @param more fields such as `credentials`, `onError` or `typeVersion`
 */
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

const RETRY_PARAMETERS = [
	'retrySchedule',
	'retryDelays',
	'maxRetries',
	'firstDelaySeconds',
	'backoffMultiplier',
	'maxDelaySeconds',
];

/** Moves a retry schedule from the options to the parameters that the node has for it. */
function withRetries({ options, ...parameters }) {
	const [retries, others] = [true, false].map((isRetry) =>
		Object.fromEntries(
			Object.entries(options).filter(([name]) => RETRY_PARAMETERS.includes(name) === isRetry),
		),
	);
	return { ...retries, ...parameters, options: others };
}

/** Returns the connections of nodes in a row, each from its first output to the next node. */
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

/** Returns the connections of Send's first three outputs, for what was attempted, all to one node. */
const connectAllOutputs = (send, next) => ({
	[send.name]: { main: Array(3).fill([{ node: next.name, type: 'main', index: 0 }]) },
});

/** Builds n8n's own Webhook node, named "Start", for workflows that a test starts. */
const startNode = (path, responseMode = 'onReceived') =>
	node(
		'Start',
		'n8n-nodes-base.webhook',
		{ path, httpMethod: 'POST', responseMode, options: {} },
		{ typeVersion: 2, webhookId: randomUUID() },
	);

/** Builds a node that turns the list `items` of the started request into items. */
const itemsNode = () =>
	node(
		'Items',
		'n8n-nodes-base.splitOut',
		{ fieldToSplitOut: 'body.items', options: {} },
		{ typeVersion: 1 },
	);

/**
 * Builds a node that hashes a binary field as nodes see it. In queue mode n8n's editor cannot download a
 * trigger's binary data.
 */
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
	connectAllOutputs,
	digestNode,
	itemsNode,
	newSecret,
	newStandardSecret,
	node,
	standardHeaders,
	startNode,
	uniqueName,
	withRetries,
};
