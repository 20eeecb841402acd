/** Checks every file in templates/, without n8n. */
const path = require('node:path');

const get = require('lodash/get');
const { NodeHelpers } = require('n8n-workflow');

const { root } = require('../harness/project');
const {
	findParameterIssues,
	resolveParameters,
	readTemplate,
	TEMPLATES,
} = require('../harness/templates');

const loadDescription = (name, file) =>
	new (require(path.join(root, 'dist/nodes', file))[name])().description;

const OURS = Object.fromEntries(
	['AgentWebhook', 'AgentWebhookTrigger'].map((name) => {
		const description = loadDescription(name, `${name}/${name}.node.js`);
		return [`n8n-nodes-agent-webhooks.${description.name}`, description];
	}),
);

/** The node as n8n offers it to AI agents: with the fields that n8n adds. */
const TOOL_TYPE = 'n8n-nodes-agent-webhooks.agentWebhookTool';
const toolField = (name) => ({ displayName: name, name, type: 'string', default: '' });
const [ACTION_TYPE] = Object.keys(OURS);
OURS[TOOL_TYPE] = {
	...OURS[ACTION_TYPE],
	properties: [
		...['descriptionType', 'toolDescription'].map(toolField),
		...OURS[ACTION_TYPE].properties,
	],
};

const STICKY_NOTE = 'n8n-nodes-base.stickyNote';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Two nodes are at least this far apart on one axis: n8n writes up to three lines below each square. */
const MIN_DISTANCE = { x: 200, y: 180 };
const NODE_SIZE = { width: 96, height: 96 };

const listConnections = ({ connections }) =>
	Object.entries(connections).flatMap(([from, outputs]) =>
		Object.values(outputs)
			.flat(2)
			.map((to) => ({ from, ...to })),
	);

const getArea = ({ parameters, position: [x, y], type }) => ({
	x,
	y,
	...(type === STICKY_NOTE ? { width: parameters.width, height: parameters.height } : NODE_SIZE),
});

const overlap = (a, b) =>
	a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Lists the credentials that a node of ours asks for. */
function listCredentials(node) {
	const description = OURS[node.type];
	const values = resolveParameters(description, node);
	return description.credentials.filter((credential) =>
		NodeHelpers.displayParameter(values, credential, node, description),
	);
}

const listPairs = (list) => list.flatMap((a, index) => list.slice(index + 1).map((b) => [a, b]));

test('template files are named in lower case with hyphens', () => {
	for (const name of TEMPLATES) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test('no two nodes of all templates have the same ID', () => {
	const ids = TEMPLATES.flatMap((name) => readTemplate(name).nodes).flatMap(({ id, webhookId }) => [
		id,
		...(webhookId ? [webhookId] : []),
	]);
	expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
	// This one is part of a URL that callers type, so it may be a word.
	for (const id of ids) if (id !== 'agent-webhooks') expect(id).toMatch(UUID);
});

test.each([
	['exactly-once', 'Only New', 'dedupeValue'],
	['verify-and-forward', 'Forward', 'options.idempotencyKey'],
])(
	'the template %s takes no events without a duplicate key for one',
	(name, nodeName, parameter) => {
		const node = readTemplate(name).nodes.find((found) => found.name === nodeName);
		expect(get(node.parameters, parameter)).toBe('={{ $json.duplicate_key ?? $json.request_id }}');
	},
);

describe.each(TEMPLATES)('the template %s', (name) => {
	const template = readTemplate(name);
	const { nodes } = template;
	const notes = nodes.filter(({ type }) => type === STICKY_NOTE);
	const steps = nodes.filter(({ type }) => type !== STICKY_NOTE);
	const ourNodes = steps.filter(({ type }) => type in OURS);

	test('contains a workflow, and no data of the n8n that exported it', () => {
		const { pinData: _, ...others } = template;
		expect(Object.keys(others).sort()).toEqual(['connections', 'name', 'nodes', 'settings']);
		expect(template.settings).toEqual({ executionOrder: 'v1' });
		for (const node of nodes) expect(node).not.toHaveProperty('credentials');
	});

	test('begins with a note that explains it', () => {
		expect(nodes[0].type).toBe(STICKY_NOTE);
		expect(nodes[0].parameters.content).toMatch(/^## \S.*\n./);
	});

	test('has short notes with numbered steps that name its nodes', () => {
		for (const { parameters } of notes) expect(parameters.content.length).toBeLessThan(660);
		const { content } = notes[0].parameters;
		const numbers = [...content.matchAll(/^(\d)\. /gm)].map(([, number]) => Number(number));
		expect(numbers.length).toBeGreaterThan(1);
		expect(numbers).toEqual(numbers.map((_, index) => index + 1));
		const named = notes.flatMap((note) => [...note.parameters.content.matchAll(/\*\*(.+?)\*\*/g)]);
		const outputs = ['Failed', 'Health', 'Pending', 'Retry'];
		const known = [...steps.map((node) => node.name), ...outputs];
		expect(named.map(([, bold]) => bold).filter((bold) => !known.includes(bold))).toEqual([]);
	});

	test('has a pinned example for each node that waits for a request', () => {
		const waiting = steps.filter(
			({ type, parameters }) =>
				/\.(webhook|agentWebhookTrigger)$/.test(type) &&
				// A request to an API is encrypted.
				!['apiRequest', 'managementRequest'].includes(parameters.requestKind),
		);
		const { pinData = {} } = template;
		expect(Object.keys(pinData).sort()).toEqual(waiting.map((node) => node.name).sort());
		for (const items of Object.values(pinData)) {
			expect(items).toEqual([{ json: expect.any(Object) }]);
		}
	});

	test('says in its steps which nodes need a credential', () => {
		const [{ parameters }] = notes;
		const silent = ourNodes
			.filter((node) => listCredentials(node).length > 0)
			.filter((node) => !parameters.content.includes(`**${node.name}**`));
		expect(silent.map((node) => node.name)).toEqual([]);
	});

	test('has complete nodes with unique names', () => {
		for (const node of nodes) {
			expect(node).toMatchObject({
				id: expect.any(String),
				name: expect.stringMatching(/./),
				type: expect.stringMatching(/^(?:@n8n\/)?n8n-nodes-[a-z-]+\.[a-zA-Z]+$/),
				typeVersion: expect.any(Number),
				position: [expect.any(Number), expect.any(Number)],
				parameters: expect.any(Object),
			});
		}
		expect(new Set(nodes.map((node) => node.name)).size).toBe(nodes.length);
	});

	test('connects every node', () => {
		const names = steps.map((node) => node.name);
		const connected = listConnections(template).flatMap(({ from, node }) => [from, node]);
		expect(connected.filter((one) => !names.includes(one))).toEqual([]);
		expect(names.filter((one) => !connected.includes(one))).toEqual([]);
	});

	test('has no overlapping nodes or notes on the canvas', () => {
		const tooNear = listPairs(steps).filter(([a, b]) => {
			const [dx, dy] = [0, 1].map((axis) => Math.abs(a.position[axis] - b.position[axis]));
			return dx < MIN_DISTANCE.x && dy < MIN_DISTANCE.y;
		});
		expect(tooNear.map((pair) => pair.map((node) => node.name))).toEqual([]);
		const covered = notes.flatMap((note) =>
			nodes.filter((node) => node !== note && overlap(getArea(note), getArea(node))),
		);
		expect(covered.map((node) => node.name)).toEqual([]);
	});

	test('says to an AI agent what each of its tools does', () => {
		const tools = steps.filter(({ type }) => type === TOOL_TYPE);
		for (const { parameters } of tools) {
			expect(parameters.descriptionType).toBe('manual');
			expect(parameters.toolDescription).toMatch(/^[A-Z].*\.$/);
		}
	});

	test('uses at least one node of this package', () => {
		expect(ourNodes).not.toEqual([]);
	});

	test.each(ourNodes.map((node) => [node.name, node]))(
		'%s has the current node version and only valid parameters',
		(_, node) => {
			const description = OURS[node.type];
			expect(node.typeVersion).toBe(Math.max(...[description.version].flat()));
			expect(resolveParameters(description, node)).toMatchObject(node.parameters);
			expect(findParameterIssues(description, node)).toEqual({});
		},
	);
});

describe('the template webhook-doctor', () => {
	const template = readTemplate('webhook-doctor');
	const { nodes } = template;
	const find = (name) => nodes.find((node) => node.name === name);
	const listSources = (target) =>
		listConnections(template).flatMap(({ from, node }) => (node === target ? [from] : []));

	test('gives its agent only tools that read the log or test an endpoint', () => {
		const tools = nodes.filter(({ type }) => type === TOOL_TYPE);
		const operations = tools.map(
			({ parameters }) => `${parameters.resource}/${parameters.operation}`,
		);
		expect(operations.sort()).toEqual(['delivery/getAll', 'delivery/getAttempts', 'endpoint/test']);
	});

	test('changes an endpoint only after a person has approved it', () => {
		expect(find('Ask a Person').parameters.operation).toBe('sendAndWait');
		expect(listSources('Approved?')).toEqual(['Ask a Person']);
		expect(listSources('Enable Endpoint')).toEqual(['Approved?']);
		expect(listSources('Send Again')).toEqual(['Enable Endpoint']);
		// The output of what was not approved goes on without a change.
		const [approved, declined] = template.connections['Approved?'].main;
		expect(approved.map(({ node }) => node)).toEqual(['Enable Endpoint']);
		expect(declined.map(({ node }) => node)).toEqual(['One at a Time']);
	});
});
