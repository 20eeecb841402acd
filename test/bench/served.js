/** Measures calls of Svix's API and of the portal, one after another, compared with a workflow that reads a table. */
const { randomUUID } = require('node:crypto');

const { KeyRing } = require('../e2e/hostileCalls');
const { importSvixApi } = require('../e2e/svixTemplate');
const { node, uniqueName } = require('../e2e/workflows');

const { Outbox } = require('./outbox');
const { interleave, say } = require('./rounds');
const { compare } = require('./statistics');

const NO_LIMIT = 10_000_000;
const TENANT = 'acme';
const MESSAGES = 20;
const CHAIN_NAME = 'Webhook, Data Table (one row), which answers';
const PAGE_NAME = 'Webhook, Respond to Webhook with as many bytes';

/** Makes a request on a connection of its own. @throws if it does not have the expected status */
async function request({ body, headers, method = 'GET', status = 200, url }) {
	const response = await fetch(url, {
		method,
		headers: { connection: 'close', 'content-type': 'application/json', ...headers },
		...(body !== undefined && { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	if (response.status !== status) {
		throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`);
	}
	return text;
}

class ServedBench {
	constructor(stage, sizes) {
		Object.assign(this, { stage, sizes });
	}

	async #create() {
		const { client, endpoints } = this.stage;
		const outbox = new Outbox(this.stage, 'served');
		await outbox.create(endpoints.http, undefined);
		this.api = await importSvixApi(client, outbox.credentials, {
			maxRequestsPerMinute: NO_LIMIT,
			portal: { name: 'Bench' },
		});
		this.ring = new KeyRing(outbox.name, outbox.encryptionSecret, TENANT);
		await this.#own('POST', '/app', { name: 'Acme', uid: TENANT }, 201);
		await this.#own('POST', `/app/${TENANT}/endpoint`, { url: endpoints.http, uid: 'main' }, 201);
		for (let message = 0; message < MESSAGES; message += 1) await this.#send();
		this.chainUrl = await this.#createWebhook('chain', { responseMode: 'lastNode' }, [
			outbox.readNode(),
		]);
		const page = await request({ url: `${this.api.server}/portal` });
		this.pageUrl = await this.#createWebhook('page', { responseMode: 'responseNode' }, [
			node(
				'Respond',
				'n8n-nodes-base.respondToWebhook',
				{ respondWith: 'text', responseBody: 'x'.repeat(page.length) },
				{ typeVersion: 1.5 },
			),
		]);
	}

	async #createWebhook(name, parameters, nodes) {
		const path = uniqueName(name);
		const webhook = node(
			'Webhook',
			'n8n-nodes-base.webhook',
			{ path, httpMethod: 'GET', options: {}, ...parameters },
			{ typeVersion: 2.1, webhookId: randomUUID() },
		);
		await this.stage.workflow(path, [webhook, ...nodes]);
		return `${this.stage.n8n.base}/webhook/${path}`;
	}

	async #call(token, method, path, body, status) {
		const url = `${this.api.server}/api/v1${path}`;
		const headers = { authorization: `Bearer ${token}` };
		return await request({ method, url, headers, body, status });
	}

	async #own(method, path, body, status) {
		return await this.#call(this.ring.create({ tenantId: null }), method, path, body, status);
	}

	async #send() {
		const body = { eventType: 'order.created', payload: { id: randomUUID() } };
		await this.#call(this.ring.create(), 'POST', `/app/${TENANT}/msg`, body, 202);
	}

	async #readPortal() {
		await request({
			method: 'POST',
			url: `${this.api.server}/portal`,
			headers: { authorization: `Bearer ${this.ring.create({ isPortal: true })}` },
			body: { method: 'GET', path: `app/${TENANT}/portal`, query: {}, body: {} },
		});
	}

	/** Returns the milliseconds that a call takes, by some of them. */
	#time(makeCall) {
		return async () => {
			const began = performance.now();
			for (let call = 0; call < this.sizes.calls; call += 1) await makeCall();
			return (performance.now() - began) / this.sizes.calls;
		};
	}

	async run() {
		say('Served: making the workflows …');
		await this.#create();
		const read = (path) => async () => {
			await this.#call(this.ring.create(), 'GET', `/app/${TENANT}/${path}`);
		};
		const calls = {
			chain: async () => await request({ url: this.chainUrl }),
			'chain page': async () => await request({ url: this.pageUrl }),
			endpoints: read('endpoint'),
			messages: read('msg'),
			message: async () => await this.#send(),
			portal: async () => await this.#readPortal(),
			page: async () => await request({ url: `${this.api.server}/portal` }),
			rejected: async () => {
				await this.#call('agw_forged', 'GET', `/app/${TENANT}/endpoint`, undefined, 401);
			},
		};
		const timed = Object.entries(calls).map(([name, makeCall]) => [name, this.#time(makeCall)]);
		const samples = await interleave('Served', Object.fromEntries(timed), this.sizes.rounds, 'ms');
		const row = (what, own, other = 'chain', against = CHAIN_NAME) => ({
			part: 'served',
			engine: this.stage.engine,
			unit: 'ms',
			what,
			against,
			...compare(samples[own], samples[other]),
		});
		return [
			row('API: list the endpoints', 'endpoints'),
			row(`API: list ${MESSAGES} messages or more`, 'messages'),
			row('API: send a message, until it is on record', 'message'),
			row('API: a call with a forged key, no execution', 'rejected'),
			row('Portal: the first view', 'portal'),
			row('Portal: the page itself, no execution', 'page', 'chain page', PAGE_NAME),
		];
	}
}

/** @returns the result rows of the API and the portal */
const served = async (stage, sizes) => await new ServedBench(stage, sizes).run();

module.exports = { served };
