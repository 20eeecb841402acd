/** Measures how many incoming requests n8n processes per second with one expression engine. */
const { createHmac, randomUUID } = require('node:crypto');

const { ACTION, chain, newSecret, node, TRIGGER, uniqueName } = require('../e2e/workflows');
const { pause } = require('../harness/n8n');

const { load } = require('./load');
const { interleave, say } = require('./rounds');
const { compare } = require('./statistics');

const CLIENTS = 10;
const BURST = 50;
const COMBINE_MS = 25;
const BODY_BYTES = 1024;
/** Time during which rejected requests must not start an execution. */
const NOTHING_BEGINS_MS = 500;

const EVENT_TYPE = 'workflow.execution.completed';

/** Targets by engine. */
const TARGETS = {
	vm: { bare: 0.95, rejected: 1.25, verify: 1.05 },
	legacy: { bare: 0.9, chain: 1.2, bursts: 3, rejected: 4, verify: 1.05 },
};

const respondNode = (name, responseCode, success) =>
	node(
		name,
		'n8n-nodes-base.respondToWebhook',
		{ respondWith: 'json', responseBody: JSON.stringify({ success }), options: { responseCode } },
		{ typeVersion: 1.5 },
	);

/** A node after a trigger that responds by itself. */
const nothing = () => node('Nothing', 'n8n-nodes-base.noOp', {});

const webhookNode = (path, more) =>
	node(
		'Webhook',
		'n8n-nodes-base.webhook',
		{ path, httpMethod: 'POST', options: {}, ...more },
		{ typeVersion: 2.1, webhookId: randomUUID() },
	);

const withRawBody = { responseMode: 'responseNode', options: { rawBody: true } };

/** The workflows that are compared, all with one secret. Each is `{ id, url }`. */
class InboundWorkflows {
	constructor(stage, secret) {
		Object.assign(this, { stage, secret });
	}

	async create() {
		const { client } = this.stage;
		this.inbound = await client.createCredential('agentWebhookInboundApi', 'Callers', {
			signatureScheme: 'platform',
			signingSecret: this.secret,
		});
		this.crypto = await client.createCredential('crypto', 'Callers', { hmacSecret: this.secret });
		this.ours = await this.#trigger({});
		this.bare = await this.#bare();
		this.chain = await this.#chain();
		this.core = await this.#core();
		this.verify = await this.#verify('all');
		this.verifyAndRespond = await this.#verify('none');
		this.combined = await this.#trigger({ combineWindowMs: COMBINE_MS });
	}

	async #add(path, url, nodes, connections) {
		const id = await this.stage.workflow(path, nodes, connections);
		return { id, url: `${this.stage.n8n.base}/webhook/${url}` };
	}

	async #trigger(options) {
		const path = uniqueName('ours');
		const trigger = node(
			'Trigger',
			TRIGGER,
			{
				platform: 'agenticflow',
				requestKind: 'event',
				path,
				authenticationMethods: ['signature'],
				options,
			},
			{ webhookId: randomUUID(), credentials: this.inbound },
		);
		return await this.#add(path, `webhooks/events/${path}`, [trigger, nothing()]);
	}

	async #bare() {
		const path = uniqueName('bare');
		const trigger = node(
			'Trigger',
			'n8n-nodes-floor.floorTrigger',
			{ path },
			{ typeVersion: 2, webhookId: randomUUID() },
		);
		return await this.#add(path, path, [trigger, nothing()]);
	}

	async #core() {
		const path = uniqueName('core');
		return await this.#add(path, path, [webhookNode(path), nothing()]);
	}

	/** Creates the workflow that people build without us: Webhook, Crypto, If, Respond to Webhook. */
	async #chain() {
		const path = uniqueName('chain');
		const webhook = webhookNode(path, withRawBody);
		const crypto = node(
			'Crypto',
			'n8n-nodes-base.crypto',
			{
				action: 'hmac',
				type: 'SHA256',
				encoding: 'hex',
				binaryData: true,
				binaryPropertyName: 'data',
				dataPropertyName: 'signature',
			},
			{ typeVersion: 2, credentials: this.crypto },
		);
		const check = node(
			'If',
			'n8n-nodes-base.if',
			{
				conditions: {
					combinator: 'and',
					options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 3 },
					conditions: [
						{
							id: randomUUID(),
							leftValue: '={{ $json.headers["x-agenticflow-signature"] }}',
							rightValue: '=sha256={{ $json.signature }}',
							operator: { type: 'string', operation: 'equals' },
						},
					],
				},
				options: {},
			},
			{ typeVersion: 2.3 },
		);
		const answers = [respondNode('Accept', 200, true), respondNode('Reject', 401, false)];
		return await this.#add(path, path, [webhook, crypto, check, ...answers], {
			...chain(webhook, crypto, check),
			If: { main: answers.map(({ name }) => [{ node: name, type: 'main', index: 0 }]) },
		});
	}

	/** @param answer the requests that Verify responds to: `all`, or `none` if Respond does */
	async #verify(answer) {
		const path = uniqueName('verify');
		const webhook = webhookNode(path, withRawBody);
		const verify = node(
			'Verify',
			ACTION,
			{
				resource: 'signature',
				operation: 'verify',
				platform: 'agenticflow',
				options: { answer },
			},
			{ credentials: this.inbound },
		);
		const respond = node('Respond', ACTION, { resource: 'webhook', operation: 'respond' });
		// n8n's Webhook requires such a node after it. Valid requests do not reach it.
		const reject = respondNode('Reject', 401, false);
		const nodes = [webhook, verify, ...(answer === 'none' ? [respond] : []), reject];
		const to = (name) => [{ node: name, type: 'main', index: 0 }];
		return await this.#add(path, path, nodes, {
			...chain(webhook, verify),
			Verify: { main: [answer === 'none' ? to('Respond') : [], to('Reject')] },
		});
	}
}

/** Creates a request with a unique event, signed over its body. */
function signedEvent(secret) {
	const event = {
		event: EVENT_TYPE,
		timestamp: new Date().toISOString(),
		webhook_id: 'wh_bench',
		data: {
			workflow_id: 'wf_bench',
			execution_id: randomUUID(),
			status: 'success',
			output_data: { text: '' },
		},
	};
	event.data.output_data.text = 'x'.repeat(BODY_BYTES - JSON.stringify(event).length);
	const body = JSON.stringify(event);
	const signature = createHmac('sha256', secret).update(body).digest('hex');
	return { body, headers: { 'x-agenticflow-signature': `sha256=${signature}` } };
}

/** Yields such requests for `ms` milliseconds. */
function* eventsFor(ms, secret) {
	const untilMs = Date.now() + ms;
	do yield signedEvent(secret);
	while (Date.now() < untilMs);
}

/** Returns `count` such requests. */
const events = (count, secret) => Array.from({ length: count }, () => signedEvent(secret)).values();

class InboundBench {
	constructor(stage, sizes) {
		Object.assign(this, { stage, sizes, secret: newSecret() });
		this.workflows = new InboundWorkflows(stage, this.secret);
	}

	/**
	 * Sends requests that each start an execution.
	 * @returns requests per second, until the last one is answered and its execution has ended
	 */
	async #accepted({ id, url }) {
		const requests = eventsFor(this.sizes.loadMs, this.secret);
		return await this.#perSecond({ id, url }, requests, 200);
	}

	/** Sends requests that are signed with another secret. */
	async #rejectedByChain({ id, url }) {
		return await this.#perSecond({ id, url }, eventsFor(this.sizes.loadMs, newSecret()), 401);
	}

	async #perSecond({ id, url }, requests, status) {
		const after = this.stage.lastExecution();
		const sent = await load(url, requests, { atOnce: CLIENTS, status });
		const { endedMs } = await this.stage.ended(id, { after, count: sent.count });
		return (sent.count * 1000) / (Math.max(sent.answeredMs, endedMs) - sent.beganMs);
	}

	/** Sends such requests to a trigger that must reject them without an execution. */
	async #rejectedByTrigger({ url }) {
		const after = this.stage.lastExecution();
		const requests = eventsFor(this.sizes.loadMs, newSecret());
		const { answeredMs, beganMs, count } = await load(url, requests, {
			atOnce: CLIENTS,
			status: 401,
		});
		await pause(NOTHING_BEGINS_MS);
		if (this.stage.lastExecution() !== after) {
			throw new Error('A rejected request started an execution.');
		}
		return (count * 1000) / (answeredMs - beganMs);
	}

	/**
	 * Sends the requests of a burst all at once, and the next burst when the executions of the previous one
	 * have ended.
	 */
	async #bursts({ id, url }, isCombined) {
		let bursts = 0;
		let tookMs = 0;
		while (tookMs < this.sizes.loadMs) {
			const requests = events(BURST, this.secret);
			const after = this.stage.lastExecution();
			const { answeredMs, beganMs } = await load(url, requests, { atOnce: BURST, status: 200 });
			const count = isCombined ? undefined : BURST;
			const { endedMs } = await this.stage.ended(id, { after, count });
			bursts += 1;
			tookMs += Math.max(answeredMs, endedMs) - beganMs;
		}
		return (bursts * BURST * 1000) / tookMs;
	}

	/** Checks that a burst is combined and loses nothing. @returns the number of its executions */
	async #checkCombined({ id, url }) {
		const after = this.stage.lastExecution();
		await load(url, events(BURST, this.secret), { atOnce: BURST, status: 200 });
		const { count } = await this.stage.ended(id, { after });
		const executions = await this.stage.client.executions(id);
		const items = executions.flatMap(({ data }) => data.resultData.runData.Trigger[0].data.main[0]);
		const uniqueIds = new Set(items.map(({ json }) => json.data.execution_id));
		if (items.length !== BURST || uniqueIds.size !== BURST || count === BURST) {
			throw new Error(
				`A burst of ${BURST} resulted in ${items.length} items, ${uniqueIds.size} of them unique, in ${count} executions.`,
			);
		}
		return count;
	}

	async run() {
		const { engine } = this.stage;
		say(`Inbound, ${engine}: making the workflows …`);
		await this.workflows.create();
		const { bare, chain: chained, combined, core, ours, verify, verifyAndRespond } = this.workflows;
		const perBurst = await this.#checkCombined(combined);
		const samples = await interleave(
			`Inbound, ${engine}`,
			{
				ours: async () => await this.#accepted(ours),
				bare: async () => await this.#accepted(bare),
				chain: async () => await this.#accepted(chained),
				core: async () => await this.#accepted(core),
				rejected: async () => await this.#rejectedByTrigger(ours),
				'chain rejected': async () => await this.#rejectedByChain(chained),
				verify: async () => await this.#accepted(verify),
				'verify, respond': async () => await this.#accepted(verifyAndRespond),
				'core bursts': async () => await this.#bursts(core, false),
				bursts: async () => await this.#bursts(combined, true),
			},
			this.sizes.rounds,
			'requests per second',
		);
		return buildRows(engine, samples, perBurst);
	}
}

const TRIGGER_NAME = 'Agent Webhook Trigger, NoOp';
const CHAIN_NAME = 'Webhook, Crypto, If, Respond to Webhook';
const CORE_NAME = 'Webhook, NoOp: checks nothing';
const BARE_NAME = 'a bare community trigger, NoOp: checks nothing';

/** Builds the rows of the comparisons. */
function buildRows(engine, samples, perBurst) {
	const targets = TARGETS[engine];
	const row = (what, against, [own, other], target, note) => ({
		part: 'inbound',
		engine,
		unit: 'requests/s',
		what,
		against,
		...compare(samples[own], samples[other]),
		...(target !== undefined && { target: { atLeast: target } }),
		...(note !== undefined && { note }),
	});
	const floor = compare(samples.bare, samples.core);
	const extraMs = 1000 / floor.ours - 1000 / floor.theirs;
	const isolate =
		engine === 'vm'
			? `Before a community trigger’s own code runs, n8n has given the request an isolate: ${extraMs.toFixed(1)} ms of the ${(1000 / floor.ours).toFixed(1)} ms for each request to the bare trigger`
			: undefined;
	const accepted = `Accepted signed requests, one execution each: ${TRIGGER_NAME}`;
	const bursts = [
		`Bursts of ${BURST} requests at once, combined within ${COMBINE_MS} ms`,
		CORE_NAME,
	];
	return [
		row(accepted, BARE_NAME, ['ours', 'bare'], targets.bare),
		row(accepted, CHAIN_NAME, ['ours', 'chain'], targets.chain, isolate),
		row(
			...bursts,
			['bursts', 'core bursts'],
			targets.bursts,
			`${perBurst} execution${perBurst === 1 ? '' : 's'} for the first burst`,
		),
		row(
			'Rejected requests, no execution',
			`${CHAIN_NAME}, one execution each`,
			['rejected', 'chain rejected'],
			targets.rejected,
		),
		row('Webhook, Verify, which answers', CHAIN_NAME, ['verify', 'chain'], targets.verify),
		row('Webhook, Verify, Respond', CHAIN_NAME, ['verify, respond', 'chain'], targets.verify),
		row(`n8n’s floor: ${BARE_NAME}`, CORE_NAME, ['bare', 'core']),
		row(`n8n’s floor: ${BARE_NAME}`, CHAIN_NAME, ['bare', 'chain']),
	];
}

/** @returns the result rows of incoming requests */
const inbound = async (stage, sizes) => await new InboundBench(stage, sizes).run();

module.exports = { inbound };
