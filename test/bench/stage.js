/**
 * The n8n that is measured, with the floor's nodes in addition to ours, and the receiver that it sends
 * to.
 */
const { fork } = require('node:child_process');
const { randomUUID } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { chain, node, uniqueName } = require('../e2e/workflows');
const { makeAuthority, makeSigned } = require('../harness/certificate');
const { openSqlite, querySqlite } = require('../harness/sqlite');
const { bootN8n, pause } = require('../harness/n8n');
const { scratch } = require('../harness/project');

const { say } = require('./rounds');

const NAME = 'bench';
const POLL_MS = 10;
const ENDED_WITHIN_MS = 600_000;
const SAY_EVERY_MS = 10_000;
/** How long to wait for a lock on the database. */
/** n8n's own limit is for a cloud instance with a small disk; the bench fills tables on purpose. */
const TABLE_BYTES = 2 * 1024 ** 3;
/**
 * After this time without a new execution, all are assumed to have started, if their number is unknown.
 */
const QUIET_MS = 250;

/**
 * Creates the start of a sending workflow: a webhook that receives a list and outputs its entries as
 * items.
 */
function itemsNodes(hookPath) {
	return [
		node(
			'Start',
			'n8n-nodes-base.webhook',
			{ path: hookPath, httpMethod: 'POST', responseMode: 'onReceived', options: {} },
			{ typeVersion: 2.1, webhookId: randomUUID() },
		),
		node('Items', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'body.items', options: {} }),
	];
}

class BenchStage {
	/** @param engine the expression engine: vm or legacy @param env additional environment variables */
	constructor(engine, env = {}) {
		Object.assign(this, { engine, env });
	}

	async start() {
		this.starting = this.#start();
		await this.starting;
	}

	async #start() {
		say(`Starting n8n with the expression engine ${this.engine} …`);
		const authority = await makeAuthority();
		const certificate = await makeSigned(authority, { name: NAME });
		this.receiver = fork(path.join(__dirname, 'receiver.js'));
		const ports = await this.#tell(certificate);
		this.endpoints = {
			http: `http://127.0.0.1:${ports.http}`,
			https: `https://localhost:${ports.https}`,
		};
		this.n8n = await bootN8n({
			name: NAME,
			beside: [path.join(__dirname, 'floor')],
			env: {
				N8N_EXPRESSION_ENGINE: this.engine,
				N8N_DATA_TABLES_MAX_SIZE_BYTES: String(TABLE_BYTES),
				EXECUTIONS_DATA_PRUNE: 'false',
				NODE_EXTRA_CA_CERTS: authority.cert,
				...this.env,
			},
		});
		this.client = this.n8n.client;
		this.database = openSqlite(this.#folder(), { readOnly: true });
	}

	#folder() {
		return path.join(scratch, NAME);
	}

	/** Returns the rows that a statement finds in n8n's database. */
	query(sql) {
		return this.database.prepare(sql).all();
	}

	/** @param keep `true` to keep n8n's files, for debugging */
	async stop({ keep = false } = {}) {
		// A process that is stopped while it starts would otherwise keep running.
		await Promise.allSettled([this.starting]);
		this.receiver?.kill();
		this.database?.close();
		this.database = undefined;
		await this.n8n?.stop();
		if (!keep) fs.rmSync(this.#folder(), { recursive: true, force: true });
	}

	async #tell(message) {
		return await new Promise((resolve, reject) => {
			const onExit = (code) => reject(new Error(`The receiver ended with ${code}.`));
			this.receiver.once('exit', onExit);
			this.receiver.once('message', (answer) => {
				this.receiver.off('exit', onExit);
				resolve(answer);
			});
			this.receiver.send(message);
		});
	}

	/** @returns what the receiver got since the previous call: requests, connections and the last request */
	async received() {
		return await this.#tell('received');
	}

	/** Creates and activates a workflow of nodes in a row, or with other connections. Returns its ID. */
	async workflow(name, nodes, connections = chain(...nodes)) {
		return await this.client.createWorkflow({ name, nodes, connections });
	}

	/** Counts a workflow's executions after the one with this ID. */
	#executionsAfter(id, workflowId) {
		const [counts] = this.query(
			`SELECT COUNT(*) AS begun,
				SUM(status NOT IN ('new', 'running')) AS ended,
				SUM(status = 'success') AS succeeded,
				MAX(stoppedAt) AS stopped
			FROM execution_entity WHERE id > ${id} AND workflowId = '${workflowId}'`,
		);
		return counts;
	}

	/** @returns the newest execution's ID */
	lastExecution() {
		const [{ id }] = this.query('SELECT MAX(id) AS id FROM execution_entity');
		return id ?? 0;
	}

	/**
	 * Waits until a workflow's executions have ended.
	 * @param after the ID of the execution before them @param count their number; if absent, waits until no
	 * more start @returns their number, and when the last one ended @throws if one of them failed
	 */
	async ended(workflowId, { after, count }) {
		const beganMs = Date.now();
		let saidMs = beganMs;
		let begunBefore = 0;
		let quietSinceMs = beganMs;
		for (;;) {
			const { begun, ended, stopped, succeeded } = this.#executionsAfter(after, workflowId);
			const nowMs = Date.now();
			if (begun !== begunBefore) {
				begunBefore = begun;
				quietSinceMs = nowMs;
			}
			const isWhole =
				count === undefined ? begun > 0 && nowMs - quietSinceMs >= QUIET_MS : begun >= count;
			if (isWhole && ended === begun) {
				if (succeeded !== ended || (count !== undefined && begun !== count)) {
					throw new Error(
						`Of ${begun} executions ${succeeded} succeeded, where ${count ?? 'all'} should have: see .n8n/${NAME}.`,
					);
				}
				return { count: begun, endedMs: Date.parse(`${stopped.replace(' ', 'T')}Z`) };
			}
			if (nowMs - beganMs > ENDED_WITHIN_MS) {
				throw new Error(`${ended ?? 0} of ${count ?? begun} executions ended in ten minutes.`);
			}
			if (nowMs - saidMs > SAY_EVERY_MS) {
				saidMs = nowMs;
				say(`  … waiting for executions: ${ended ?? 0} of ${count ?? begun} have ended`);
			}
			await pause(POLL_MS);
		}
	}

	/**
	 * Creates a workflow that runs nodes on the items that it is started with. @returns a function that
	 * starts it, and returns the execution's ID once it has ended
	 */
	async itemsWorkflow(name, nodes) {
		const hookPath = uniqueName(name);
		const id = await this.workflow(hookPath, [...itemsNodes(hookPath), ...nodes]);
		return async (items) => {
			const after = this.lastExecution();
			const response = await fetch(`${this.n8n.base}/webhook/${hookPath}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json', connection: 'close' },
				body: JSON.stringify({ items }),
			});
			if (!response.ok) {
				throw new Error(`${name} answered ${response.status}: ${await response.text()}`);
			}
			await this.ended(id, { after, count: 1 });
			const [execution] = this.query(
				`SELECT MAX(id) AS id FROM execution_entity WHERE workflowId = '${id}'`,
			);
			return execution.id;
		};
	}

	/** Returns how long nodes took in an execution, in ms, as n8n recorded it. */
	async nodeMs(executionId, nodes) {
		const { data } = await this.client.api('GET', `/executions/${executionId}?includeData=true`);
		const { runData } = data.resultData;
		return nodes
			.flatMap(({ name }) => runData[name])
			.reduce((sum, { executionTime }) => sum + executionTime, 0);
	}

	/** Changes n8n's database directly. Call it only while nothing runs in n8n. */
	change(sql) {
		querySqlite(this.#folder(), sql);
	}
}

module.exports = { BenchStage };
