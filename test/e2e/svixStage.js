/** Svix's API, served from the template by the n8n of the tests. */
const { ACTION, n8n, node, runAction } = require('./stage');
const { importSvixApi } = require('./svixTemplate');

/**
 * Imports and publishes the template.
 * @param outbox the value of its nodes' `credentials`
 * @param portal settings of the trigger's own portal; without them, links lead to another page
 * @returns the workflow's ID, and the server URL for Svix's clients
 */
const serveSvixApi = async (outbox, portal) => await importSvixApi(n8n, outbox, { portal });

/** Runs an operation as the outbox's owner. Returns its item. */
async function runAsOwner(outbox, resource, operation, parameters) {
	const { execution, outputs } = await runAction(
		[{}],
		node('Own', ACTION, { resource, operation, ...parameters }, { credentials: outbox }),
	);
	expect(execution.status).toBe('success');
	return outputs[0][0].json;
}

/** Makes the attempts that are due, as the outbox's owner. */
async function deliverDue(outbox) {
	const parameters = { resource: 'delivery', operation: 'deliverDue' };
	const { execution } = await runAction(
		[{}],
		node('Due', ACTION, parameters, { credentials: outbox }),
	);
	expect(execution.status).toBe('success');
}

/** Creates an API key: for all tenants and with all rights, unless the parameters say otherwise. */
const createApiKey = async (outbox, parameters = {}) =>
	await runAsOwner(outbox, 'tenant', 'createApiKey', {
		keyAccess: 'all',
		keyRights: ['read', 'manage', 'send', 'secrets'],
		...parameters,
	});

/** Returns Svix's own client. Each request has a connection of its own, since n8n closes those that are idle. */
async function connectSvix({ server }, token) {
	const { Svix } = await import('svix');
	return new Svix(token, {
		serverUrl: server,
		fetch: async (url, { headers, ...init }) =>
			await fetch(url, { ...init, headers: { ...headers, connection: 'close' } }),
	});
}

module.exports = { connectSvix, createApiKey, deliverDue, runAsOwner, serveSvixApi };
