/** The link that the page was opened by: `#<token>`, followed by the view, e.g. `#agw_….…/endpoint/ep_1`. */

const TOKEN = /^agw_([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+$/;

/** Decodes base64url as UTF-8. */
function decodeText(text) {
	const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
	return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
}

/** Reads what a token says about itself. Only the server knows whether that is true. */
function readFacts(payload) {
	try {
		const [, , tenantId, rights, , expiresAtMs, , , filter = {}] = JSON.parse(decodeText(payload));
		return { tenantId, rights, expiresAtMs, filter };
	} catch {
		return undefined;
	}
}

/**
 * Reads the session from the part of the URL after `#`.
 * @returns `undefined` if there is no token
 */
function readSession(hash) {
	const [token] = hash.replace(/^#/, '').split('/');
	const [, payload] = TOKEN.exec(token) ?? [];
	const facts = payload === undefined ? undefined : readFacts(payload);
	if (typeof facts?.tenantId !== 'string' || !Array.isArray(facts.rights)) return undefined;
	const { expiresAtMs, filter, rights, tenantId } = facts;
	return {
		token,
		tenantId,
		expiresAtMs,
		eventTypes: filter?.eventTypes ?? [],
		channels: filter?.channels ?? [],
		canManage: rights.includes('manage'),
		canReplay: rights.includes('manage') || rights.includes('replay'),
		canReadSecrets: rights.includes('secrets'),
	};
}

/** Reads the view from the part of the URL after `#`, e.g. `['endpoint', 'ep_1']`; none for the first view. */
const readView = (hash) => hash.replace(/^#/, '').split('/').slice(1).filter(Boolean);

/** Returns the address of a view. IDs have no character that would need an escape. */
const toHash = ({ token }, parts) => `#${[token, ...parts].join('/')}`;

const isExpired = ({ expiresAtMs }, nowMs) => expiresAtMs !== null && nowMs >= expiresAtMs;

module.exports = { isExpired, readSession, readView, toHash };
