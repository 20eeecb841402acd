/** Svix's API and the portal in an n8n of a soak test, with keys that are made without n8n. */
const axios = require('axios');

const { KeyRing } = require('../e2e/hostileCalls');
const { importSvixApi } = require('../e2e/svixTemplate');

const NO_LIMIT = 10_000_000;
const CALL_WITHIN_MS = 60_000;

class ServedApi {
	/** @param stage a CrashStage that was started */
	async start(stage) {
		this.stage = stage;
		const { client } = stage.n8n;
		this.api = await importSvixApi(client, stage.credentials, {
			maxRequestsPerMinute: NO_LIMIT,
			portal: { name: 'Soak' },
		});
	}

	/** Creates a key for one tenant; for all if the tenant is `null`. */
	createKey(tenantId, facts) {
		return new KeyRing(this.stage.outboxName, this.stage.encryptionSecret, tenantId).create(facts);
	}

	/** Builds a request to a path below /api/v1. */
	build(token, method, path, body) {
		return {
			method,
			url: `${this.api.server}/api/v1${path}`,
			headers: { authorization: `Bearer ${token}` },
			body: body === undefined ? undefined : JSON.stringify(body),
		};
	}

	/** Builds a request that the portal's page makes. @param token the key of a link */
	buildForPortal(token, method, path, body) {
		return {
			method: 'POST',
			url: `${this.api.server}/portal`,
			headers: { authorization: `Bearer ${token}` },
			body: JSON.stringify({ method, path: path.slice(1), query: {}, body: body ?? {} }),
		};
	}

	/** Makes a call. Returns its status and its text. */
	async call({ body, headers, method, url }) {
		const { data, status } = await axios({
			method,
			url,
			data: body === undefined ? undefined : Buffer.from(body),
			headers: { connection: 'close', 'content-type': 'application/json', ...headers },
			responseType: 'text',
			transformResponse: (text) => text,
			validateStatus: () => true,
			timeout: CALL_WITHIN_MS,
		});
		return { status, text: data };
	}

	/** Makes a call for all tenants that must succeed. Returns its JSON. */
	async own(method, path, body) {
		const request = this.build(this.createKey(null), method, path, body);
		const { status, text } = await this.call(request);
		if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${text}`);
		return text === '' ? undefined : JSON.parse(text);
	}
}

module.exports = { ServedApi };
