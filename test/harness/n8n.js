/**
 * A real n8n, reusable: boot, credentials, workflows, call, read executions, stop.
 * SQLite, its own folder, this checkout's package in it.
 */
const { spawn } = require('node:child_process');
const { randomBytes, randomUUID } = require('node:crypto');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');

const { installPackage, packPackage } = require('./install');
const { n8nBin, node24, scratch } = require('./project');

const READY_WITHIN_MS = 180_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether a port on loopback is free. */
function isFree(port) {
	return new Promise((resolve) => {
		const probe = net.createServer();
		probe.once('error', () => resolve(false));
		probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
	});
}

/** The wanted port, or the next free one. */
async function freePort(wanted) {
	for (let port = wanted; port < wanted + 100; port += 1) {
		if (await isFree(port)) return port;
	}
	throw new Error(`No port from ${wanted} to ${wanted + 99} is free.`);
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
	if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
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
			const { status, triggers } = await this.rest('GET', `/workflows/${id}/publication-status`);
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
	async finished(workflowId, count = 1, withinMs = 30_000) {
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

/**
 * Boots n8n.
 * @param name its folder below .n8n/
 * @param fresh whether to begin with an empty database
 * @param env further environment, e.g. N8N_EXPRESSION_ENGINE
 */
async function bootN8n({ name, port: wantedPort, fresh = true, env = {}, packed = packPackage() }) {
	const folder = path.join(scratch, name);
	if (fresh) fs.rmSync(folder, { recursive: true, force: true });
	fs.mkdirSync(folder, { recursive: true });
	installPackage(packed, folder);

	const ownerFile = path.join(folder, 'owner.json');
	if (!fs.existsSync(ownerFile)) {
		const owner = {
			email: 'owner@example.com',
			password: `Aa1${randomBytes(12).toString('hex')}`,
		};
		fs.writeFileSync(ownerFile, JSON.stringify(owner), { mode: 0o600 });
	}
	const owner = JSON.parse(fs.readFileSync(ownerFile, 'utf8'));

	const port = await freePort(wantedPort);
	const brokerPort = await freePort(port + 100);
	const base = `http://127.0.0.1:${port}`;
	const logFile = path.join(folder, 'n8n.log');
	const log = fs.openSync(logFile, 'a');
	const child = spawn(node24(), [n8nBin, 'start'], {
		cwd: folder,
		stdio: ['ignore', log, log],
		env: {
			...process.env,
			NODE_ENV: 'production',
			NODE_OPTIONS: '',
			N8N_USER_FOLDER: folder,
			N8N_PORT: String(port),
			N8N_LISTEN_ADDRESS: '127.0.0.1',
			WEBHOOK_URL: `${base}/`,
			N8N_RUNNERS_BROKER_PORT: String(brokerPort),
			N8N_DIAGNOSTICS_ENABLED: 'false',
			N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
			N8N_TEMPLATES_ENABLED: 'false',
			N8N_PERSONALIZATION_ENABLED: 'false',
			N8N_SECURE_COOKIE: 'false',
			N8N_LOG_FORMAT: 'text',
			DB_TYPE: 'sqlite',
			...env,
		},
	});
	fs.closeSync(log);
	let exited;
	const ended = new Promise((resolve) => {
		child.once('exit', (code, signal) => {
			exited = signal ?? code;
			resolve();
		});
	});
	const readLog = () => fs.readFileSync(logFile, 'utf8');

	const until = Date.now() + READY_WITHIN_MS;
	for (;;) {
		if (exited !== undefined) {
			throw new Error(`n8n ended with ${exited} while starting:\n${readLog().slice(-4000)}`);
		}
		const ready = await fetch(`${base}/healthz/readiness`).catch(() => undefined);
		if (ready?.ok && readLog().includes('Editor is now accessible')) break;
		if (Date.now() > until) {
			child.kill('SIGKILL');
			throw new Error(`n8n was not ready within ${READY_WITHIN_MS} ms:\n${readLog().slice(-4000)}`);
		}
		await pause(250);
	}

	const browserId = randomUUID();
	const session = {
		base,
		browserId,
		cookie: await signIn(base, owner, browserId),
		secretsFile: path.join(folder, 'secrets.jsonl'),
	};
	session.apiKey = await apiKeyFor(new N8nClient(session));
	return {
		client: new N8nClient(session),
		session,
		owner,
		base,
		port,
		pid: child.pid,
		portTaken: port !== wantedPort,
		readLog,
		/** Ends n8n at once, as a crash would. */
		kill: async () => {
			child.kill('SIGKILL');
			await ended;
		},
		stop: async () => {
			child.kill('SIGTERM');
			const forced = setTimeout(() => child.kill('SIGKILL'), 20_000);
			await ended;
			clearTimeout(forced);
			// n8n's copy of its editor: hundreds of scripts that the linter would read.
			fs.rmSync(path.join(folder, '.cache'), { recursive: true, force: true });
		},
	};
}

module.exports = { bootN8n, freePort, N8nClient, outputsOf, pause };
