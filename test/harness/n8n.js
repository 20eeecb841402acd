/**
 * A real n8n, reusable: boot, credentials, workflows, call, read executions, kill, stop.
 * Its own folder, this checkout's package in it; SQLite, or PostgreSQL and a queue.
 */
const { randomBytes, randomUUID } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { DatabaseSync } = require('node:sqlite');
const { setTimeout: pause } = require('node:timers/promises');

const { installPackage, packPackage } = require('./install');
const { N8nProcess } = require('./n8nProcess');
const { anyPort, freePort } = require('./ports');
const { scratch } = require('./project');
const { startProxy } = require('./proxy');
const { createDatabase, queryDatabase, queueEnvironment } = require('./queue');

/** What n8n says is wrong, of all that it answers. */
function complaint(text) {
	try {
		return JSON.parse(text).message ?? text;
	} catch {
		return text;
	}
}

async function request(base, method, url, { body, headers } = {}) {
	const response = await fetch(base + url, {
		method,
		headers: {
			...(body !== undefined && { 'content-type': 'application/json' }),
			// n8n hangs up on idle connections at about the time at which fetch does: they meet now and then.
			connection: 'close',
			...headers,
		},
		...(body !== undefined && { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	if (!response.ok) {
		const { status } = response;
		const message = `${method} ${url} answered ${status}: ${complaint(text)}`;
		throw Object.assign(new Error(message), { status });
	}
	return { response, json: text === '' ? undefined : JSON.parse(text) };
}

/** Signs in as the owner, whom it makes first where n8n has none yet. Returns the session's cookie. */
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

/** The part of n8n that tests and the demo talk to, given its address and a session. */
class N8nClient {
	constructor({ base, cookie, apiKey, browserId, secretsFile }) {
		Object.assign(this, { base, cookie, apiKey, browserId, secretsFile });
	}

	/** Keeps a credential's secrets for the sweep (test/harness/sweep.js), which looks for them everywhere. */
	remember(data) {
		const lines = Object.entries(data)
			.filter(([field]) => /secret|token|password|key/i.test(field))
			.flatMap(([field, value]) =>
				String(value)
					.split(/\s+/)
					.map((secret) => ({ field, secret })),
			)
			.filter(({ secret }) => secret.length >= 12)
			.map((line) => `${JSON.stringify(line)}\n`);
		fs.appendFileSync(this.secretsFile, lines.join(''));
	}

	/** A call to the editor's own API. */
	async rest(method, url, body) {
		const { json } = await request(this.base, method, `/rest${url}`, {
			body,
			headers: { cookie: this.cookie, 'browser-id': this.browserId },
		});
		return json?.data ?? json;
	}

	/** What a browser that is signed in gets from an address. */
	async download(url) {
		return await fetch(url, { headers: { cookie: this.cookie } });
	}

	/** A call to the public API. */
	async api(method, url, body) {
		const { json } = await request(this.base, method, `/api/v1${url}`, {
			body,
			headers: { 'X-N8N-API-KEY': this.apiKey },
		});
		return json;
	}

	/** @returns what a node's `credentials` holds for it */
	async createCredential(type, name, data) {
		this.remember(data);
		const { id } = await this.rest('POST', '/credentials', { name, type, data });
		return { [type]: { id, name } };
	}

	/** Creates a workflow, and switches it on unless told not to. Returns its id. */
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

	/**
	 * Switches a workflow on and waits until its triggers are registered, which n8n does in the
	 * background.
	 */
	async activate(id) {
		await this.api('POST', `/workflows/${id}/activate`);
		const until = Date.now() + 60_000;
		for (;;) {
			const publication = await this.rest('GET', `/workflows/${id}/publication-status`).catch(
				(error) => {
					if (error.status !== 404) throw error;
				},
			);
			// Older versions have registered the triggers before they answer.
			if (publication === undefined) return;
			const { status, triggers } = publication;
			if (status === 'published') return;
			if (status === 'failed' || Date.now() > until) {
				const messages = triggers.map(({ errorMessage }) => errorMessage).filter(Boolean);
				throw new Error(`n8n did not switch the workflow on (${status}): ${messages.join('; ')}`);
			}
			await pause(50);
		}
	}

	async deactivate(id) {
		await this.api('POST', `/workflows/${id}/deactivate`);
	}

	/** All executions of a workflow, newest first, with their data. */
	async executions(workflowId) {
		const { data } = await this.api(
			'GET',
			`/executions?workflowId=${workflowId}&includeData=true&limit=100`,
		);
		return data;
	}

	/** Waits until a workflow has so many finished executions. Returns them, oldest first. */
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

/** The items that a node put out, by output, in its last run in an execution. */
function outputsOf(execution, node) {
	const runs = execution.data.resultData.runData[node];
	if (runs === undefined) return [];
	return (runs[runs.length - 1].data?.main ?? []).map((items) => items ?? []);
}

async function apiKeyFor(client) {
	const scopes = await client.rest('GET', '/api-keys/scopes');
	const { rawApiKey } = await client.rest('POST', '/api-keys', {
		label: `harness ${randomUUID()}`,
		expiresAt: null,
		scopes,
	});
	return rawApiKey;
}

/** What all processes of an n8n have in common. */
const environment = (base) => ({
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

const answersOn = async (port) =>
	(await fetch(`http://127.0.0.1:${port}/healthz/readiness`).catch(() => undefined))?.ok === true;

/** A process in a folder of its own, with the packages in it. */
function processIn(folder, packages, command, { env, isReady }) {
	fs.mkdirSync(folder, { recursive: true });
	for (const packed of packages) installPackage(packed, folder);
	return new N8nProcess({ command, folder, isReady, env: { ...env, N8N_USER_FOLDER: folder } });
}

/** The process that has the editor. */
const mainProcess = async (folder, packages, port, env) =>
	processIn(folder, packages, 'start', {
		env: {
			...env,
			N8N_PORT: String(port),
			N8N_RUNNERS_BROKER_PORT: String(await anyPort()),
		},
		isReady: async (log) => log.includes('Editor is now accessible') && (await answersOn(port)),
	});

/** n8n as one process with SQLite. */
async function singleProcess({ base, env, folder, packages, port }) {
	const main = await mainProcess(folder, packages, port, {
		...environment(base),
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
		query: async (sql) => {
			const database = new DatabaseSync(path.join(folder, '.n8n/database.sqlite'));
			try {
				return database.prepare(sql).all();
			} finally {
				database.close();
			}
		},
	};
}

const WORKERS = 2;

/** Whether a worker has begun an execution, or gone on with it, and not ended that. */
function isAtWork(worker, executionId) {
	const log = worker.readLog();
	const [started, finished] = ['started', 'finished'].map((what) =>
		log.lastIndexOf(`Worker ${what} execution ${executionId} `),
	);
	return started > finished;
}

/** n8n as a main process, a webhook processor and workers, behind one address. */
async function queueMode({ base, env, folder, name, packages, port, queue }) {
	const database = await createDatabase(queue, name);
	const common = { ...environment(base), ...queueEnvironment(queue, database), ...env };
	const [mainPort, webhookPort] = [await anyPort(), await anyPort()];
	const below = (part) => path.join(folder, part);
	const main = await mainProcess(below('main'), packages, mainPort, common);
	const webhook = processIn(below('webhook'), packages, 'webhook', {
		env: { ...common, N8N_PORT: String(webhookPort) },
		isReady: async (log) =>
			log.includes('Webhook listener waiting') && (await answersOn(webhookPort)),
	});
	const workers = [];
	for (let number = 1; number <= WORKERS; number += 1) {
		const worker = processIn(below(`worker-${number}`), packages, 'worker', {
			env: { ...common, N8N_RUNNERS_BROKER_PORT: String(await anyPort()) },
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
			// It makes the tables that the others need.
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
					: workers.find((worker) => isAtWork(worker, executionId));
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
 * @param port the wanted one; the next free one where that is taken
 * @param env further environment, e.g. N8N_EXPRESSION_ENGINE
 * @param beside the folders of further community packages
 * @param queue the services that startQueueServices tells of, for an n8n of several processes
 */
async function bootN8n({ name, port: wantedPort, env = {}, beside = [], queue }) {
	// Apart, since the sweep (test/harness/sweep.js) reads SQLite's files.
	const folder = path.join(scratch, queue === undefined ? '' : 'queue', name);
	fs.rmSync(folder, { recursive: true, force: true });
	fs.mkdirSync(folder, { recursive: true });
	const owner = {
		email: 'owner@example.com',
		password: `Aa1${randomBytes(12).toString('hex')}`,
	};
	const port = wantedPort === undefined ? await anyPort() : await freePort(wantedPort);
	const base = `http://127.0.0.1:${port}`;
	const inMode = queue === undefined ? singleProcess : queueMode;
	const packages = [packPackage(), ...beside];
	const n8n = await inMode({ base, env, folder, name, packages, port, queue });
	const browserId = randomUUID();
	const session = { base, browserId, secretsFile: path.join(folder, 'secrets.jsonl') };
	try {
		await n8n.start();
		session.cookie = await signIn(base, owner, browserId);
		session.apiKey = await apiKeyFor(new N8nClient(session));
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
		/** Of the processes that run workflows, as they were started first. */
		pids: n8n.executing.map(({ child }) => child.pid),
		portTaken: port !== wantedPort,
		readLog: () => n8n.processes.map((one) => one.readLog()).join('\n'),
		/**
		 * Ends n8n at once, as a crash would; where it has several processes, one of its workers.
		 * @param executionId whose worker is to be the one
		 */
		kill: n8n.kill,
		/** Starts again what was killed. */
		restart: n8n.restart,
		/** Reads from n8n's database. */
		query: n8n.query,
		stop: n8n.stop,
	};
}

module.exports = { bootN8n, N8nClient, outputsOf, pause };
