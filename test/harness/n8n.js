/**
 * A real n8n with this checkout's package, in a separate folder: boots it, creates credentials and
 * workflows, reads executions, kills and stops it. Runs on SQLite, or on PostgreSQL with a queue.
 */
const { randomBytes, randomUUID } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

const { chooseShownFields, isSecretField } = require('./credentials');
const { installPackage, packPackage } = require('./install');
const { N8nProcess } = require('./n8nProcess');
const { findAnyPort, findFreePort } = require('./ports');
const { scratch } = require('./project');
const { startProxy } = require('./proxy');
const { createDatabase, queryDatabase, queueEnvironment } = require('./queue');
const { querySqlite } = require('./sqlite');

/** Extracts the message of an error response. */
function extractErrorMessage(text) {
	try {
		return JSON.parse(text).message ?? text;
	} catch {
		return text;
	}
}

/** Sends a JSON request. @throws an Error with `status` for a status other than 2xx */
async function request(base, method, url, { body, headers } = {}) {
	const response = await fetch(base + url, {
		method,
		headers: {
			...(body !== undefined && { 'content-type': 'application/json' }),
			// n8n and fetch close idle connections after about the same time, so a reused one may just be closing.
			connection: 'close',
			...headers,
		},
		...(body !== undefined && { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	if (!response.ok) {
		const { status } = response;
		const message = `${method} ${url} answered ${status}: ${extractErrorMessage(text)}`;
		throw Object.assign(new Error(message), { status });
	}
	return { response, json: text === '' ? undefined : JSON.parse(text) };
}

/** Signs in as the owner, after creating it if n8n has none yet. Returns the session's cookie. */
async function signIn(base, owner, browserId) {
	const call = async (method, url, body) =>
		await request(base, method, url, { body, headers: { 'browser-id': browserId } });
	const settings = await call('GET', '/rest/settings');
	if (settings.json.data.userManagement.showSetupOnFirstLoad) {
		await call('POST', '/rest/owner/setup', { ...owner, firstName: 'Agent', lastName: 'Webhooks' });
	}
	const { response } = await call('POST', '/rest/login', {
		emailOrLdapLoginId: owner.email,
		password: owner.password,
	});
	return response.headers
		.getSetCookie()
		.map((cookie) => cookie.split(';')[0])
		.join('; ');
}

/** A client of a running n8n: its public API, and the editor's own API for what the public one lacks. */
class N8nClient {
	constructor({ base, cookie, apiKey, browserId, secretsFile }) {
		Object.assign(this, { base, cookie, apiKey, browserId, secretsFile });
	}

	/** Records a credential's secrets for test/harness/sweep.js, which searches n8n's data for leaks. */
	recordSecrets(type, data) {
		const lines = Object.entries(data)
			.filter(([field]) => isSecretField(type, field))
			.flatMap(([field, value]) =>
				String(value)
					.split(/\s+/)
					.map((secret) => ({ field, secret })),
			)
			.filter(({ secret }) => secret.length >= 12)
			.map((line) => `${JSON.stringify(line)}\n`);
		fs.appendFileSync(this.secretsFile, lines.join(''));
	}

	/** Calls the editor's own API. */
	async rest(method, url, body) {
		const { json } = await request(this.base, method, `/rest${url}`, {
			body,
			headers: { cookie: this.cookie, 'browser-id': this.browserId },
		});
		return json?.data ?? json;
	}

	/** Fetches a URL as a signed-in browser does. */
	async download(url) {
		return await fetch(url, { headers: { cookie: this.cookie } });
	}

	/** Calls n8n's public API. */
	async api(method, url, body) {
		const { json } = await request(this.base, method, `/api/v1${url}`, {
			body,
			headers: { 'X-N8N-API-KEY': this.apiKey },
		});
		return json;
	}

	/**
	 * Creates a credential.
	 * @returns the value of a node's `credentials`; spread several to give a node more than one
	 */
	async createCredential(type, name, data) {
		this.recordSecrets(type, data);
		const { id } = await this.rest('POST', '/credentials', {
			name,
			type,
			data: chooseShownFields(type, data),
		});
		return { [type]: { id, name } };
	}

	/** Creates a workflow, and activates it unless `active` is false. Returns its ID. */
	async createWorkflow({ name, nodes, connections, settings }, { active = true } = {}) {
		const { id } = await this.api('POST', '/workflows', {
			name,
			nodes,
			connections,
			settings: { executionOrder: 'v1', ...settings },
		});
		if (active) await this.activate(id);
		return id;
	}

	/** Activates a workflow and waits until n8n has registered its triggers. */
	async activate(id) {
		await this.api('POST', `/workflows/${id}/activate`);
		await this.published(id);
	}

	/** Waits until n8n has registered an activated workflow's triggers in the background. */
	async published(id) {
		const until = Date.now() + 120_000;
		for (;;) {
			const publication = await this.rest('GET', `/workflows/${id}/publication-status`).catch(
				(error) => {
					if (error.status !== 404) throw error;
				},
			);
			// Older versions register the triggers before they respond.
			if (publication === undefined) return;
			const { status, triggers } = publication;
			if (status === 'published') return;
			if (status === 'failed' || Date.now() > until) {
				const messages = triggers.map(({ errorMessage }) => errorMessage).filter(Boolean);
				throw new Error(`n8n did not activate the workflow (${status}): ${messages.join('; ')}`);
			}
			await pause(50);
		}
	}

	async deactivate(id) {
		await this.api('POST', `/workflows/${id}/deactivate`);
	}

	/** Returns the last 100 executions of a workflow with their data, newest first. */
	async executions(workflowId) {
		const { data } = await this.api(
			'GET',
			`/executions?workflowId=${workflowId}&includeData=true&limit=100`,
		);
		return data;
	}

	/** Waits until `count` executions of a workflow have finished. Returns all finished ones, oldest first. */
	async finished(workflowId, count = 1, withinMs = 60_000) {
		const until = Date.now() + withinMs;
		for (;;) {
			const executions = await this.executions(workflowId);
			const done = executions.filter(({ status }) => !['new', 'running'].includes(status));
			if (done.length >= count) return done.reverse();
			if (Date.now() > until) {
				throw new Error(
					`Workflow ${workflowId} has ${done.length} of ${count} finished executions after ${withinMs} ms: ${executions.map(({ status }) => status).join(', ')}`,
				);
			}
			await pause(100);
		}
	}
}

/** Returns the items of a node's last run in an execution: one list per output. */
function getOutputs(execution, node) {
	const runs = execution.data.resultData.runData[node];
	if (runs === undefined) return [];
	return (runs[runs.length - 1].data?.main ?? []).map((items) => items ?? []);
}

async function createApiKey(client) {
	const scopes = await client.rest('GET', '/api-keys/scopes');
	const { rawApiKey } = await client.rest('POST', '/api-keys', {
		label: `harness ${randomUUID()}`,
		expiresAt: null,
		scopes,
	});
	return rawApiKey;
}

/** Returns the environment variables that all processes of an n8n share. */
const getCommonEnvironment = (base) => ({
	NODE_ENV: 'production',
	NODE_OPTIONS: '',
	N8N_LISTEN_ADDRESS: '127.0.0.1',
	WEBHOOK_URL: `${base}/`,
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_SECURE_COOKIE: 'false',
	N8N_LOG_FORMAT: 'text',
});

const isReadyOn = async (port) =>
	(await fetch(`http://127.0.0.1:${port}/healthz/readiness`).catch(() => undefined))?.ok === true;

/** Creates a process of n8n in a separate folder, with the packages installed there. */
function createProcess(folder, packages, command, { env, isReady }) {
	fs.mkdirSync(folder, { recursive: true });
	for (const packed of packages) installPackage(packed, folder);
	return new N8nProcess({ command, folder, isReady, env: { ...env, N8N_USER_FOLDER: folder } });
}

/** Creates the process that serves the editor. */
const createMainProcess = async (folder, packages, port, env) =>
	createProcess(folder, packages, 'start', {
		env: {
			...env,
			N8N_PORT: String(port),
			N8N_RUNNERS_BROKER_PORT: String(await findAnyPort()),
		},
		isReady: async (log) => log.includes('Editor is now accessible') && (await isReadyOn(port)),
	});

/** Creates an n8n of one process with SQLite. */
async function createSingleProcess({ base, env, folder, packages, port }) {
	const main = await createMainProcess(folder, packages, port, {
		...getCommonEnvironment(base),
		DB_TYPE: 'sqlite',
		...env,
	});
	return {
		processes: [main],
		executing: [main],
		start: async () => await main.start(),
		stop: async () => await main.stop(),
		kill: async () => await main.kill(),
		restart: async () => await main.start(),
		query: async (sql) => querySqlite(folder, sql),
	};
}

const WORKERS = 2;

/** Returns whether a worker has started or resumed an execution and not finished it, from its log. */
function isExecuting(worker, executionId) {
	const log = worker.readLog();
	const [started, finished] = ['started', 'finished'].map((what) =>
		log.lastIndexOf(`Worker ${what} execution ${executionId} `),
	);
	return started > finished;
}

/** Creates an n8n of a main process, a webhook processor and workers, behind one address. */
async function createQueueMode({ base, env, folder, name, packages, port, queue }) {
	const database = await createDatabase(queue, name);
	const common = { ...getCommonEnvironment(base), ...queueEnvironment(queue, database), ...env };
	const [mainPort, webhookPort] = [await findAnyPort(), await findAnyPort()];
	const below = (part) => path.join(folder, part);
	const main = await createMainProcess(below('main'), packages, mainPort, common);
	const webhook = createProcess(below('webhook'), packages, 'webhook', {
		env: { ...common, N8N_PORT: String(webhookPort) },
		isReady: async (log) =>
			log.includes('Webhook listener waiting') && (await isReadyOn(webhookPort)),
	});
	const workers = [];
	for (let number = 1; number <= WORKERS; number += 1) {
		const worker = createProcess(below(`worker-${number}`), packages, 'worker', {
			env: { ...common, N8N_RUNNERS_BROKER_PORT: String(await findAnyPort()) },
			isReady: (log) => log.includes('n8n worker is now ready'),
		});
		workers.push(worker);
	}
	const proxy = await startProxy(port, { main: mainPort, webhook: webhookPort });
	let killed;
	return {
		processes: [main, webhook, ...workers],
		executing: workers,
		start: async () => {
			// The main process creates the tables that the others need.
			await main.start();
			await Promise.all([webhook, ...workers].map(async (one) => await one.start()));
		},
		stop: async () => {
			await proxy.stop();
			await Promise.all([webhook, ...workers].map(async (one) => await one.stop()));
			await main.stop();
		},
		kill: async (executionId) => {
			killed =
				executionId === undefined
					? workers[Math.floor(Math.random() * workers.length)]
					: workers.find((worker) => isExecuting(worker, executionId));
			if (killed === undefined) throw new Error(`No worker has the execution ${executionId}.`);
			await killed.kill();
		},
		restart: async () => await killed.start(),
		query: async (sql) => await queryDatabase(queue, database, sql),
	};
}

/**
 * Boots n8n, with an empty database.
 * @param name its folder below .n8n/, or below .n8n/queue/
 * @param port the preferred port; the next free one is used if it is taken
 * @param env additional environment variables, e.g. N8N_EXPRESSION_ENGINE
 * @param beside folders of additional community packages
 * @param queue the services of startQueueServices, for an n8n of several processes
 */
async function bootN8n({ name, port: wantedPort, env = {}, beside = [], queue }) {
	// A folder apart, because test/harness/sweep.js only reads SQLite's files.
	const folder = path.join(scratch, queue === undefined ? '' : 'queue', name);
	fs.rmSync(folder, { recursive: true, force: true });
	fs.mkdirSync(folder, { recursive: true });
	const owner = {
		email: 'owner@example.com',
		password: `Aa1${randomBytes(12).toString('hex')}`,
	};
	const port = wantedPort === undefined ? await findAnyPort() : await findFreePort(wantedPort);
	const base = `http://127.0.0.1:${port}`;
	const inMode = queue === undefined ? createSingleProcess : createQueueMode;
	const packages = [packPackage(), ...beside];
	const n8n = await inMode({ base, env, folder, name, packages, port, queue });
	const browserId = randomUUID();
	const session = { base, browserId, secretsFile: path.join(folder, 'secrets.jsonl') };
	try {
		await n8n.start();
		session.cookie = await signIn(base, owner, browserId);
		session.apiKey = await createApiKey(new N8nClient(session));
	} catch (error) {
		await n8n.stop();
		throw error;
	}
	return {
		client: new N8nClient(session),
		session,
		owner,
		base,
		port,
		/** IDs of the processes that run workflows now: a restart starts others. */
		get pids() {
			return n8n.executing.map(({ child }) => child.pid);
		},
		portTaken: port !== wantedPort,
		readLog: () => n8n.processes.map((one) => one.readLog()).join('\n'),
		/**
		 * Kills n8n as a crash would. In queue mode, kills one worker.
		 * @param executionId chooses the worker that has this execution; a random one if absent
		 */
		kill: n8n.kill,
		/** Starts the killed process again. */
		restart: n8n.restart,
		/** Runs an SQL query on n8n's database. */
		query: n8n.query,
		stop: n8n.stop,
	};
}

module.exports = { bootN8n, getOutputs, N8nClient, pause };
