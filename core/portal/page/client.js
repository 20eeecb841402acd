const { parseJson } = require('./format');

/** The API of the trigger that served the page, behind the page's own URL. */

/** An answer that is not a success. */
class PortalError extends Error {
	/**
	 * @param status 0 if there was no answer
	 * @param body the answer's JSON
	 */
	constructor(status, body = {}) {
		super(`Status ${status}`);
		this.status = status;
		this.body = body;
	}
}

/** Reads JSON; an empty object for anything else, such as the page of a proxy. */
async function readJson(response) {
	const text = await response.text();
	try {
		const value = parseJson(text);
		return typeof value === 'object' && value !== null ? value : {};
	} catch {
		return {};
	}
}

/** Drops what a form left empty. */
const dropEmpty = (query) =>
	Object.fromEntries(
		Object.entries(query).filter(([, value]) => value !== undefined && value !== ''),
	);

/**
 * Creates a client. Every call is a POST to the page's URL, with the call itself as its body: from a page without an
 * origin, browsers send no other method.
 * @param fetch the browser's
 * @param url the page's URL, without its fragment
 */
function createClient({ fetch, session: { tenantId, token }, url }) {
	/**
	 * Makes a call.
	 * @param path below the application, e.g. `endpoint/ep_1`
	 * @throws PortalError
	 */
	async function call(method, path, { body, query = {} } = {}) {
		const request = { method, path: `app/${tenantId}/${path}`, query: dropEmpty(query), body };
		const response = await fetch(url, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
			body: JSON.stringify(request),
			cache: 'no-store',
			credentials: 'omit',
			referrerPolicy: 'no-referrer',
		}).catch(() => undefined);
		if (response === undefined) throw new PortalError(0);
		const answer = await readJson(response);
		if (!response.ok) throw new PortalError(response.status, answer);
		return answer;
	}
	return {
		get: async (path, query) => await call('GET', path, { query }),
		post: async (path, body = {}) => await call('POST', path, { body }),
		put: async (path, body) => await call('PUT', path, { body }),
		patch: async (path, body) => await call('PATCH', path, { body }),
		delete: async (path) => await call('DELETE', path),
	};
}

const FIELDS = {
	url: 'form.url',
	description: 'form.description',
	channels: 'form.channels',
	eventTypes: 'form.types',
};

/** Writes what is wrong with one field. */
function describeField(t, { loc, msg }) {
	const [place = '', name = place, inner = name] = Array.isArray(loc) ? loc.map(String) : [];
	const keys = [FIELDS[name], `authentication.${name}`, `delivery.${inner}`].filter(Boolean);
	const key = keys.find((candidate) => t(candidate) !== candidate);
	return `${key === undefined ? name : t(key)}: ${String(msg)}`;
}

/** Says in words what went wrong, and what to do. */
function describeError(t, error) {
	if (!(error instanceof PortalError)) return t('error.page');
	const { body, status } = error;
	if (status === 422 && Array.isArray(body.detail)) {
		return body.detail.map((item) => describeField(t, item ?? {})).join('\n');
	}
	if (status === 0) return t('error.offline');
	if (status === 403) return t('error.forbidden');
	if (status === 404) return t('error.gone');
	if (status === 409) return t('error.conflict', { detail: String(body.detail ?? '') });
	if (status === 429) return t('error.busy');
	if (status < 500 && typeof body.detail === 'string') return body.detail;
	return t('error.server');
}

module.exports = { createClient, describeError, PortalError };
