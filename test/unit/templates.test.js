/** What holds for every file in templates/, without an n8n. */
const path = require('node:path');

const { root } = require('../harness/project');
const {
	parameterIssues,
	parametersReadBy,
	readTemplate,
	TEMPLATES,
} = require('../harness/templates');

const descriptionOf = (name, file) =>
	new (require(path.join(root, 'dist/nodes', file))[name])().description;

const OURS = Object.fromEntries(
	['AgentWebhook', 'AgentWebhookTrigger'].map((name) => {
		const description = descriptionOf(name, `${name}/${name}.node.js`);
		return [`n8n-nodes-agent-webhooks.${description.name}`, description];
	}),
);

const STICKY_NOTE = 'n8n-nodes-base.stickyNote';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** How far apart nodes are at least, one way or the other: n8n writes up to three lines below its squares. */
const DISTANCE = { x: 200, y: 180 };
const SQUARE = { width: 96, height: 96 };

const edges = ({ connections }) =>
	Object.entries(connections).flatMap(([from, outputs]) =>
		Object.values(outputs)
			.flat(2)
			.map((to) => ({ from, ...to })),
	);

const areaOf = ({ parameters, position: [x, y], type }) => ({
	x,
	y,
	...(type === STICKY_NOTE ? { width: parameters.width, height: parameters.height } : SQUARE),
});

const overlap = (a, b) =>
	a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const pairs = (list) => list.flatMap((a, index) => list.slice(index + 1).map((b) => [a, b]));

test('are named in lower case with hyphens', () => {
	for (const name of TEMPLATES) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test('no two nodes of all templates have the same ID', () => {
	const ids = TEMPLATES.flatMap((name) => readTemplate(name).nodes).flatMap(({ id, webhookId }) => [
		id,
		...(webhookId ? [webhookId] : []),
	]);
	expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
	// One stands in a URL that callers write: it may be a word.
	for (const id of ids) if (id !== 'agent-webhooks') expect(id).toMatch(UUID);
});

describe.each(TEMPLATES)('%s', (name) => {
	const template = readTemplate(name);
	const { nodes } = template;
	const notes = nodes.filter(({ type }) => type === STICKY_NOTE);
	const steps = nodes.filter(({ type }) => type !== STICKY_NOTE);

	test('holds a workflow, and nothing of the n8n that it was made in', () => {
		expect(Object.keys(template).sort()).toEqual(['connections', 'name', 'nodes', 'settings']);
		expect(template.settings).toEqual({ executionOrder: 'v1' });
		for (const node of nodes) expect(node).not.toHaveProperty('credentials');
	});

	test('begins with a note that says what it shows', () => {
		expect(nodes[0].type).toBe(STICKY_NOTE);
		expect(nodes[0].parameters.content).toMatch(/^## \S.*\n./);
	});

	test('its nodes are whole, and each has a name of its own', () => {
		for (const node of nodes) {
			expect(node).toMatchObject({
				id: expect.any(String),
				name: expect.stringMatching(/./),
				type: expect.stringMatching(/^n8n-nodes-[a-z-]+\.[a-zA-Z]+$/),
				typeVersion: expect.any(Number),
				position: [expect.any(Number), expect.any(Number)],
				parameters: expect.any(Object),
			});
		}
		expect(new Set(nodes.map((node) => node.name)).size).toBe(nodes.length);
	});

	test('its connections go from node to node, and leave none out', () => {
		const names = steps.map((node) => node.name);
		const connected = edges(template).flatMap(({ from, node }) => [from, node]);
		expect(connected.filter((one) => !names.includes(one))).toEqual([]);
		expect(names.filter((one) => !connected.includes(one))).toEqual([]);
	});

	test('nothing overlaps on the canvas', () => {
		const tooNear = pairs(steps).filter(([a, b]) => {
			const [dx, dy] = [0, 1].map((axis) => Math.abs(a.position[axis] - b.position[axis]));
			return dx < DISTANCE.x && dy < DISTANCE.y;
		});
		expect(tooNear.map((pair) => pair.map((node) => node.name))).toEqual([]);
		const covered = notes.flatMap((note) =>
			nodes.filter((node) => node !== note && overlap(areaOf(note), areaOf(node))),
		);
		expect(covered.map((node) => node.name)).toEqual([]);
	});

	const ours = steps.filter(({ type }) => type in OURS);

	test('has a node of ours', () => {
		expect(ours).not.toEqual([]);
	});

	test.each(ours.map((node) => [node.name, node]))(
		'%s: its version is the current one, and its parameters are those of the node',
		(_, node) => {
			const description = OURS[node.type];
			expect(node.typeVersion).toBe(Math.max(...[description.version].flat()));
			expect(parametersReadBy(description, node)).toMatchObject(node.parameters);
			expect(parameterIssues(description, node)).toEqual({});
		},
	);
});
