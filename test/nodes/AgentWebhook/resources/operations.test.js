const fs = require('node:fs');
const path = require('node:path');

const { getOperation } = require('../../../../build/nodes/AgentWebhook/resources');
const { NODES } = require('../../../harness/contexts');
const { root } = require('../../../harness/project');
const { CASES } = require('../../operations');

describe('getOperation', () => {
	test.each(CASES)('finds %s', (_, { name, resource, value }) => {
		expect(getOperation(resource, value).name).toBe(name);
	});

	test.each([
		['event', 'receive'],
		['queue', 'send'],
	])('throws an error that names a missing operation: %s, %s', (resource, operation) => {
		expect(() => getOperation(resource, operation)).toThrow(
			`There is no operation "${operation}" for the resource "${resource}"`,
		);
	});
});

describe('the texts of operations', () => {
	test.each(CASES)(
		'%s has an action in sentence case, and a description that says more',
		(_, operation) => {
			const { action, description, name } = operation;
			expect(action).toMatch(/^[A-Z][a-z]+(?: (?:API|[a-z]+))+$/);
			expect(description).toMatch(/^[A-Z].*[^.]$|\. .*\.$/);
			expect(description).not.toBe(action);
			expect(name).toMatch(/^[A-Z][a-z]+(?: (?:API|[A-Z][a-z]+))*$/);
		},
	);
});

// Later nodes need these items whole: a field that is not on them is lost.
const WHOLE = ['event/send', 'event/sendAgain', 'delivery/deliverDue', 'delivery/replay'];

test.each(CASES)(
	'%s outputs ten fields at most, or can be simplified to that',
	(_, { resource, value }) => {
		const place = `${resource}/${value}`;
		const file = path.join(root, 'dist/nodes/AgentWebhook', `__schema__/v1.0.0/${place}.json`);
		if (place === 'webhook/respond') {
			expect(fs.existsSync(file)).toBe(false);
			return;
		}
		const { properties } = JSON.parse(fs.readFileSync(file, 'utf8'));
		const count = Object.keys(properties).length;
		if (WHOLE.includes(place)) expect(count).toBeGreaterThan(10);
		else expect(count).toBeLessThanOrEqual(10);
		// An endpoint, an event or a delivery has more fields: the end-to-end tests count them.
		const ofRecord =
			/^endpoint\/(?!answer|delete|recoverMissing|test)|^(?:delivery|event)\/get(?!Attempts)/.test(
				place,
			);
		const toggles = NODES.agentWebhook.description.properties.filter(
			({ displayOptions, name }) =>
				name === 'simplify' &&
				displayOptions.show.resource.includes(resource) &&
				displayOptions.show.operation.includes(value),
		);
		expect(toggles).toHaveLength(ofRecord ? 1 : 0);
	},
);
