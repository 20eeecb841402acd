/** The retry loop, Retry → Wait → the same node, as nodes of a workflow. */
const { randomUUID } = require('node:crypto');

const { ACTION, chain, node, withRetries } = require('./workflows');

const NOOP = 'n8n-nodes-base.noOp';

/** A node named Send that leaves every wait to the loop. `more` are fields of the node. */
const sendNode = (url, options, more) =>
	node(
		'Send',
		ACTION,
		withRetries({
			platform: 'standardWebhooks',
			customEventType: 'order.created',
			url,
			options: { allowHttp: true, maxTotalWaitSeconds: 0, jitter: 0, ...options },
		}),
		more,
	);

const waitNode = (name = 'Wait') =>
	node(
		name,
		'n8n-nodes-base.wait',
		{ resume: 'specificTime', dateTime: '={{ $json.next_attempt_at }}' },
		{ typeVersion: 1.1, webhookId: randomUUID() },
	);

const to = (name) => [{ node: name, type: 'main', index: 0 }];

/**
 * Connects Send's outputs: Retry → Wait → Send, and a node without effect at each of the others.
 * @param between nodes between Retry and Wait
 */
const loop = (between = []) => ({
	more: [...between, waitNode(), ...['Delivered', 'Failed'].map((name) => node(name, NOOP, {}))],
	connect: {
		Send: { main: [to('Delivered'), to(between[0]?.name ?? 'Wait'), to('Failed')] },
		...chain(...between, { name: 'Wait' }),
		Wait: { main: [to('Send')] },
	},
});

/** Returns the items that reached a node in all its runs. */
const getItems = (execution, name) =>
	(execution.data.resultData.runData[name] ?? []).flatMap(({ data }) => data?.main?.[0] ?? []);

module.exports = { getItems, loop, sendNode };
