/** The template of Svix's API, imported into an n8n. */
const { readTemplate } = require('../harness/templates');

const { uniqueName } = require('./workflows');

/**
 * Imports and publishes the template.
 * @param client of the n8n, with its `base`
 * @param outbox the value of its nodes' `credentials`
 * @param portal settings of the trigger's own portal; without them, links lead to another page
 * @returns the workflow's ID, and the server URL for Svix's clients
 */
async function importSvixApi(client, outbox, { maxRequestsPerMinute = 5000, portal } = {}) {
	const template = readTemplate('svix-api');
	const nodes = template.nodes.filter(({ type }) => type.includes('agentWebhook'));
	const [trigger, answer] = nodes;
	for (const ours of nodes) ours.credentials = outbox;
	trigger.webhookId = uniqueName('node');
	trigger.parameters.path = uniqueName('svix');
	trigger.parameters.options = {
		maxRequestsPerMinute,
		...(portal && { portal: { settings: portal } }),
	};
	answer.parameters.options = {
		allowHttp: true,
		allowInternal: true,
		...(!portal && { portalUrl: 'https://example.com/portal' }),
	};
	const id = await client.createWorkflow(template);
	return {
		id,
		server: `${client.base}/webhook/${trigger.webhookId}/${trigger.parameters.path}`,
	};
}

module.exports = { importSvixApi };
