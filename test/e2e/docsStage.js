/** Follows pages of the documentation: runs their commands in a shell, their templates in n8n, and nodes by hand. */
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');

const { readTemplate } = require('../harness/templates');

const { base, getOutputs, n8n, pause } = require('./stage');

const run = promisify(execFile);

const OURS = /^n8n-nodes-agent-webhooks\./;

/** Lists the templates that a text links to, in order. */
const listTemplates = (text) => [
	...new Set([...text.matchAll(/templates\/([\w-]+)\.json/g)].map(([, name]) => name)),
];

/**
 * Reads a template, and gives its nodes of this package their credentials.
 * @param credentials the value of the nodes' `credentials`
 * @returns the workflow, its nodes of this package, and `find`, which finds a node by its name
 */
function openTemplate(name, credentials) {
	const workflow = readTemplate(name);
	const ours = workflow.nodes.filter(({ type }) => OURS.test(type));
	for (const node of ours) node.credentials = credentials;
	const find = (wanted) => workflow.nodes.find((node) => node.name === wanted);
	return { workflow, ours, find };
}

/** Runs a command of a page. Returns what it prints. */
async function runCommand(command, env = {}) {
	const here = command
		.replace('https://your-n8n', base)
		.replace(/^curl /, 'curl -sS --fail-with-body ');
	const { stdout } = await run('bash', ['-euc', here], { env: { ...process.env, ...env } });
	return stdout;
}

/** Runs a node of a saved workflow by hand, from a trigger. Returns the JSON of its items. */
async function runByHand(workflowId, trigger, nodeName) {
	const { executionId } = await n8n.rest('POST', `/workflows/${workflowId}/run`, {
		triggerToStartFrom: { name: trigger },
		destinationNode: { nodeName, mode: 'inclusive' },
	});
	for (;;) {
		const execution = await n8n.api('GET', `/executions/${executionId}?includeData=true`);
		if (!['new', 'running'].includes(execution.status)) {
			expect(execution.status).toBe('success');
			return getOutputs(execution, nodeName)[0].map(({ json }) => json);
		}
		await pause(100);
	}
}

module.exports = { listTemplates, openTemplate, runByHand, runCommand };
