/** What the end-to-end files share: the booted n8n, the receiver, and ways to run workflows there. */
const { randomUUID } = require('node:crypto');

const axios = require('axios');

const { N8nClient, outputsOf, pause } = require('../harness/n8n');

const workflows = require('./workflows');

const { TRIGGER, chain, itemsNode, node, startNode, unique } = workflows;

const { authority, pids, queue, receiver, session } = JSON.parse(process.env.E2E);
const n8n = new N8nClient(session);

const FOLDERS = { agentMessage: 'agents', workflowRun: 'workflows' };

const created = [];

/** Creates and switches on a workflow that begins with our trigger. */
async function triggered(parameters, { credentials, then = [], connections, name } = {}) {
	const path = parameters.path ?? unique('hook');
	const trigger = node(
		'Trigger',
		TRIGGER,
		{ ...parameters, path },
		{
			webhookId: randomUUID(),
			...(credentials && { credentials }),
		},
	);
	const id = await n8n.createWorkflow({
		name: name ?? path,
		nodes: [trigger, ...then],
		connections: connections ?? chain(trigger, ...then),
	});
	created.push(id);
	const kind = parameters.requestKind ?? 'agentMessage';
	const folder = FOLDERS[kind] ?? `${kind}s`;
	return { id, url: `${session.base}/webhook/webhooks/${folder}/${path}` };
}

/** Creates and switches on a workflow that runs our action node on the items of a request. */
async function actionWorkflow(prefix, action, { more, connect, settings }) {
	const path = unique(prefix);
	const [start, split] = [startNode(path), itemsNode()];
	const id = await n8n.createWorkflow({
		name: path,
		nodes: [start, split, action, ...more],
		connections: { ...chain(start, split, action), ...connect },
		settings,
	});
	created.push(id);
	return { id, path };
}

/** Runs our action node on items, in a workflow that a plain webhook starts. */
async function runAction(items, action, { more = [], connect = {}, settings } = {}) {
	const { id, path } = await actionWorkflow('run', action, { more, connect, settings });
	await axios.post(`${session.base}/webhook/${path}`, { items });
	const [execution] = await n8n.finished(id, 1, 120_000);
	return { id, execution, outputs: outputsOf(execution, action.name) };
}

/**
 * As runAction, to be started any number of times: n8n takes longer to switch a workflow on than to run
 * it. Expressions find what a start gives beside its items in `$('Start').first().json.body`.
 */
async function planAction(action, { more = [], connect = {}, settings } = {}) {
	const { id, path } = await actionWorkflow('plan', action, { more, connect, settings });
	const known = new Set();
	let last = Promise.resolve();

	/** The executions that began since the last start, once so many have ended. */
	async function ended(count) {
		const until = Date.now() + 120_000;
		for (;;) {
			const { data } = await n8n.api('GET', `/executions?workflowId=${id}&limit=100`);
			const own = data.filter((execution) => !known.has(execution.id));
			const done = own.filter(({ status }) => !['new', 'running'].includes(status));
			if (done.length >= count) {
				for (const execution of done) known.add(execution.id);
				return await Promise.all(
					done.reverse().map(async (execution) => {
						return await n8n.api('GET', `/executions/${execution.id}?includeData=true`);
					}),
				);
			}
			if (Date.now() > until) {
				throw new Error(`${done.length} of ${count} executions have ended after two minutes.`);
			}
			await pause(50);
		}
	}

	/** Starts it so many times at once. Returns those executions, oldest first. */
	async function startNow({ items = [{}], times = 1, ...body } = {}) {
		const starts = Array.from({ length: times }, async () => {
			await axios.post(`${session.base}/webhook/${path}`, { ...body, items });
		});
		await Promise.all(starts);
		return await ended(times);
	}
	return {
		id,
		/** One start after another. */
		start: async (...args) => {
			const begun = last.then(async () => await startNow(...args));
			last = begun.catch(() => undefined);
			return await begun;
		},
	};
}

/** Posts bytes as they are, and never throws for a status. */
async function post(url, body, headers = {}, method = 'POST') {
	return await axios({
		method,
		url,
		data: body === undefined ? undefined : Buffer.from(body),
		headers: { 'content-type': 'application/json', ...headers },
		validateStatus: () => true,
		maxRedirects: 0,
	});
}

/** A binary field's bytes, as n8n's editor gets them. */
async function bytesOf(binary) {
	if (binary.id === undefined) return Buffer.from(binary.data, 'base64');
	const { data } = await axios.get(`${session.base}/rest/binary-data`, {
		params: { id: binary.id, action: 'download' },
		headers: { cookie: session.cookie, 'browser-id': session.browserId },
		responseType: 'arraybuffer',
	});
	return data;
}

const inbox = async (name) => (await axios.get(`${receiver}/inbox/${name}`)).data;
const behave = async (name, behaviours) =>
	await axios.post(`${receiver}/behave/${name}`, behaviours);
const shareSecrets = async (secrets) => await axios.post(`${receiver}/secrets`, secrets);

/** Switches off what a file created; its executions stay. */
async function switchOff() {
	for (const id of created.splice(0)) await n8n.deactivate(id);
}

module.exports = {
	...workflows,
	authority,
	base: session.base,
	behave,
	bytesOf,
	inbox,
	n8n,
	outputsOf,
	pause,
	pids,
	planAction,
	post,
	queue,
	receiver,
	runAction,
	shareSecrets,
	switchOff,
	triggered,
};
