/** An n8n that one test file may kill, with an outbox, and a receiver that survives it. */
const { fork } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const path = require('node:path');

const axios = require('axios');

const { bootN8n, getOutputs, pause } = require('../harness/n8n');

const {
	ACTION,
	chain,
	itemsNode,
	newStandardSecret,
	node,
	startNode,
	uniqueName,
	connectAllOutputs,
	withRetries,
} = require('./workflows');

const OUTBOX = 'crash';

class CrashStage {
	/**
	 * @param name the n8n's folder below .n8n/
	 * @param env additional environment variables
	 * @param queue the services for n8n's queue mode
	 */
	constructor(name, { env, queue } = {}) {
		const secret = newStandardSecret();
		const encryptionSecret = randomBytes(32).toString('hex');
		Object.assign(this, { encryptionSecret, env, name, outboxName: OUTBOX, queue, secret });
	}

	async start() {
		this.receiver = fork(path.join(__dirname, '../harness/receiver.mjs'));
		const { port } = await new Promise((resolve) => this.receiver.once('message', resolve));
		this.base = `http://127.0.0.1:${port}`;
		await axios.post(`${this.base}/secrets`, { standard: this.secret });
		this.n8n = await bootN8n({
			name: this.name,
			// n8n’s default mode first restores the data of every execution, which takes minutes for dozens.
			env: { N8N_EVENTBUS_RECOVERY_MODE: 'simple', ...this.env },
			queue: this.queue,
		});
		this.credentials = await this.n8n.client.createCredential('agentWebhookOutboxApi', 'Outbox', {
			encryptionSecret: this.encryptionSecret,
			outboxName: this.outboxName,
		});
	}

	async stop() {
		this.isStopped = true;
		this.receiver.kill();
		await this.n8n.stop();
	}

	async planResponses(box, behaviours) {
		await axios.post(`${this.base}/behave/${box}`, behaviours);
	}

	async readInbox(box) {
		return (await axios.get(`${this.base}/inbox/${box}`)).data;
	}

	action(name, parameters) {
		return node(name, ACTION, parameters, { credentials: this.credentials });
	}

	/** Runs one operation. Returns its items by output. */
	async run(parameters) {
		const name = uniqueName('op');
		const nodes = [startNode(name), this.action('Do', parameters)];
		const { client } = this.n8n;
		const id = await client.createWorkflow({ name, nodes, connections: chain(...nodes) });
		await axios.post(`${this.n8n.base}/webhook/${name}`, {});
		const [execution] = await client.finished(id, 1, 120_000);
		await client.deactivate(id);
		if (execution.status !== 'success') throw new Error(execution.data.resultData.error.message);
		return getOutputs(execution, 'Do').map((items) => items.map(({ json }) => json));
	}

	/** Creates an endpoint. Returns its ID. */
	async endpoint(endpointName, url, options) {
		const parameters = {
			resource: 'endpoint',
			operation: 'create',
			endpointName,
			url,
			platform: 'standardWebhooks',
			eventTypes: 'order.*',
			signingSecret: this.secret,
			options: {
				allowHttp: true,
				allowInternal: true,
				timeoutSeconds: 3,
				disableRule: 'never',
				...options,
			},
		};
		const [[{ id }]] = await this.run(withRetries(parameters));
		return id;
	}

	/** Creates a workflow that receives events and responds once the outbox has stored them. Returns its path. */
	async sender() {
		const name = uniqueName('events');
		const send = this.action('Send', {
			resource: 'event',
			operation: 'send',
			sendTo: 'subscribers',
			customEventType: 'order.created',
			options: { idempotencyKey: '=order {{ $json.n }}' },
		});
		// Responds from every output, so that each sender gets a response.
		const end = node('End', 'n8n-nodes-base.noOp', {});
		const nodes = [startNode(name, 'lastNode'), itemsNode(), send];
		await this.n8n.client.createWorkflow({
			name,
			nodes: [...nodes, end],
			connections: {
				...chain(...nodes),
				...connectAllOutputs(send, end),
			},
			settings: { saveDataSuccessExecution: 'none' },
		});
		return name;
	}

	/** Activates a workflow that runs an operation every few seconds. */
	async every(secondsInterval, parameters) {
		const schedule = node(
			'Schedule',
			'n8n-nodes-base.scheduleTrigger',
			{ rule: { interval: [{ field: 'seconds', secondsInterval }] } },
			{ typeVersion: 1.2 },
		);
		const action = this.action('Do', parameters);
		await this.n8n.client.createWorkflow({
			name: `Every ${secondsInterval} s`,
			nodes: [schedule, action],
			connections: chain(schedule, action),
			settings: { saveDataSuccessExecution: 'none' },
		});
	}

	/** Activates a workflow that delivers due deliveries every few seconds. */
	async schedule(seconds) {
		await this.every(seconds, { resource: 'delivery', operation: 'deliverDue' });
	}

	/** Sends items, and repeats the request until they are stored. Returns the number of repetitions. */
	async post(name, items) {
		let again = 0;
		// A failed test must not keep Jest running.
		while (!this.isStopped) {
			const answer = await axios
				.post(`${this.n8n.base}/webhook/${name}`, { items }, { timeout: 240_000 })
				.catch(() => undefined);
			// While n8n starts, it answers every request with 200 and a page that says so.
			if (answer?.status === 200 && answer.data.status) break;
			again += 1;
			await pause(2000 + Math.random() * 2000);
		}
		return again;
	}

	/**
	 * Waits until no delivery is pending.
	 * @param isWhole returns whether all deliveries exist, from the stats; a killed run may not have stored
	 * its own
	 * @returns the stats then
	 */
	async settled(withinMs, isWhole) {
		const until = Date.now() + withinMs;
		for (;;) {
			await pause(2000);
			const [[stats]] = await this.run({
				resource: 'delivery',
				operation: 'getStats',
				simplify: false,
			});
			const isSettled = stats.pending_deliveries === 0 && (await isWhole(stats));
			if (isSettled || Date.now() > until) return stats;
		}
	}

	/** Reads rows of a table of the outbox, which is created on first use. */
	async #select(kind, where, order) {
		const [table] = await this.n8n.query(
			`SELECT id FROM data_table WHERE name = '${OUTBOX}_${kind}_v1'`,
		);
		if (table === undefined) return [];
		return await this.n8n.query(
			`SELECT * FROM "data_table_user_${table.id}" WHERE ${where} ORDER BY ${order}`,
		);
	}

	/** Reads the deliveries from the database: for each, the row that counts. */
	async rowsOnFile() {
		const rows = await this.#select(
			'deliveries',
			"status NOT LIKE 'tally%'",
			"status = 'delivered', id",
		);
		return [...new Map(rows.map((row) => [row.delivery_id, row])).values()];
	}

	/** Reads the IDs of the events whose run is making, or was making, their first deliveries. */
	async eventsUnderWay() {
		const rows = await this.#select('events', 'lease_until IS NOT NULL', 'id');
		return new Set(rows.map((row) => row.event_id));
	}
}

module.exports = { CrashStage, OUTBOX };
