/** What the nodes say of themselves in n8n's editor. */
const fs = require('node:fs');
const path = require('node:path');

const { NodeHelpers } = require('n8n-workflow');

const { PLATFORMS } = require('../../dist/core/platforms');
const { CREDENTIALS, evaluate, NODES } = require('../harness/contexts');
const { packageName, root } = require('../harness/project');

const { agentWebhook, agentWebhookTrigger } = NODES;

const optionsOf = ({ properties }, name) =>
	properties.filter((property) => property.name === name).flatMap(({ options }) => options);

/** The resource and the operation of everything that the action node can do. */
const OPERATIONS = agentWebhook.description.properties
	.filter(({ name }) => name === 'operation')
	.flatMap(({ displayOptions, options }) =>
		options.map((operation) => ({ resource: displayOptions.show.resource[0], ...operation })),
	);
const CASES = OPERATIONS.map((operation) => [
	`${operation.resource} ${operation.value}`,
	operation,
]);

const dist = path.join(root, 'dist');

/** Where a node's or a credential's description stands. */
const FOLDERS = {
	agentWebhook: 'nodes/AgentWebhook',
	agentWebhookTrigger: 'nodes/AgentWebhookTrigger',
	...Object.fromEntries(Object.keys(CREDENTIALS).map((name) => [name, 'credentials'])),
};

/** A parameter and those within it. */
const within = (property) => [
	property,
	...(property.options ?? []).flatMap((option) =>
		option.values ? option.values.flatMap(within) : option.type ? within(option) : [],
	),
];

/** All parameters of the nodes and the credentials, each with where it stands. */
const PARAMETERS = [
	...Object.entries(NODES).map(([name, { description }]) => [name, description.properties]),
	...Object.entries(CREDENTIALS).map(([name, { properties }]) => [name, properties]),
].flatMap(([owner, properties]) =>
	properties.flatMap(within).map((property) => ({ owner, ...property })),
);
const faults = (fits, isFine) =>
	PARAMETERS.filter(fits)
		.filter((property) => !isFine(property))
		.map(({ name, owner }) => `${owner}: ${name}`);

describe('the words of parameters', () => {
	test('there are parameters of all kinds to look at', () => {
		const types = new Set(PARAMETERS.map(({ type }) => type));
		expect([...types]).toEqual(
			expect.arrayContaining(['boolean', 'collection', 'fixedCollection', 'notice', 'string']),
		);
		expect(new Set(PARAMETERS.map(({ owner }) => owner)).size).toBe(6);
	});

	test('a switch is described by what it decides', () => {
		const isSwitch = ({ type }) => type === 'boolean';
		expect(faults(isSwitch, ({ description }) => /^Whether /.test(description))).toEqual([]);
	});

	test('an example is called one; what is added is named', () => {
		const isList = ({ type }) => type === 'collection' || type === 'fixedCollection';
		expect(faults(isList, ({ placeholder }) => /^Add [a-z]+$/.test(placeholder))).toEqual([]);
		const hasExample = (property) => property.placeholder && !isList(property);
		expect(faults(hasExample, ({ placeholder }) => /^e\.g\. \S/.test(placeholder))).toEqual([]);
	});

	test('a text that is empty at first shows an example, or says what it is', () => {
		const isEmpty = ({ default: first, type }) => type === 'string' && first === '';
		expect(
			faults(
				isEmpty,
				({ description, hint, placeholder, typeOptions }) =>
					placeholder || description || hint || typeOptions?.password,
			),
		).toEqual([]);
	});

	test('a secret is not shown', () => {
		const isSecret = ({ displayName, type }) =>
			type === 'string' &&
			/Secrets?$|Tokens?$|Password$|API Key$|Encryption Keys?$/.test(displayName);
		expect(PARAMETERS.filter(isSecret).length).toBeGreaterThan(10);
		expect(faults(isSecret, ({ typeOptions }) => typeOptions?.password)).toEqual([]);
	});

	test('a notice is at most two sentences long', () => {
		const isNotice = ({ type }) => type === 'notice';
		const sentences = (text) => text.split(/[.!?](?: |$)/).filter(Boolean).length;
		expect(faults(isNotice, ({ displayName }) => sentences(displayName) <= 2)).toEqual([]);
	});

	test('Simplify is as n8n has it', () => {
		const isSimplify = ({ name }) => name === 'simplify';
		expect(
			faults(
				isSimplify,
				({ default: on, description, displayName }) =>
					on === true &&
					displayName === 'Simplify' &&
					description ===
						'Whether to return a simplified version of the response instead of the raw data',
			),
		).toEqual([]);
	});
});

describe('what operations are called', () => {
	test.each(CASES)('%s: an action in sentence case, and a description', (_, operation) => {
		const { action, description, name } = operation;
		expect(action).toMatch(/^[A-Z][a-z]+(?: [a-z]+)+$/);
		expect(description).toMatch(/^[A-Z].*[^.]$|\. .*\.$/);
		expect(description).not.toBe(action);
		expect(name).toMatch(/^[A-Z][a-z]+(?: [A-Z][a-z]+)*$/);
	});
});

// Further operations take these items in, or answer with them: what is not on them is lost.
const WHOLE = ['event/send', 'delivery/deliverDue', 'delivery/replay'];

test.each(CASES)('%s puts out ten fields at most, or can', (_, { resource, value }) => {
	const place = `${resource}/${value}`;
	const file = path.join(dist, FOLDERS.agentWebhook, `__schema__/v1.0.0/${place}.json`);
	if (place === 'webhook/respond') {
		expect(fs.existsSync(file)).toBe(false);
		return;
	}
	const { properties } = JSON.parse(fs.readFileSync(file, 'utf8'));
	const count = Object.keys(properties).length;
	if (WHOLE.includes(place)) expect(count).toBeGreaterThan(10);
	else expect(count).toBeLessThanOrEqual(10);
	// What an endpoint or a delivery is has more: the end-to-end tests count it.
	const ofRecord = /^endpoint\/(?!answerManagement|delete|test)|^delivery\/get(?!Attempts)/.test(
		place,
	);
	const shown = agentWebhook.description.properties.filter(
		({ displayOptions, name }) =>
			name === 'simplify' &&
			displayOptions.show.resource.includes(resource) &&
			displayOptions.show.operation.includes(value),
	);
	expect(shown).toHaveLength(ofRecord ? 1 : 0);
});

describe('icons', () => {
	test.each([
		...Object.entries(NODES).map(([name, { description }]) => [name, description.icon]),
		...Object.entries(CREDENTIALS).map(([name, { icon }]) => [name, icon]),
	])('%s has one for light and one for dark', (name, icon) => {
		const [light, dark] = ['light', 'dark'].map((theme) => {
			expect(icon[theme]).toMatch(/^file:.*\.svg$/);
			return fs.readFileSync(path.join(dist, FOLDERS[name], icon[theme].slice(5)), 'utf8');
		});
		expect(light).toMatch(/^<svg /);
		expect(dark).toMatch(/^<svg /);
		expect(dark).not.toBe(light);
	});
});

/** The categories of n8n's list of nodes. */
const CATEGORIES = [
	'AI',
	'Analytics',
	'Communication',
	'Core Nodes',
	'Data & Storage',
	'Development',
	'Finance & Accounting',
	'Marketing',
	'Miscellaneous',
	'Productivity',
	'Sales',
	'Utility',
];

describe('the codex file', () => {
	test.each([
		['AgentWebhook', ({ section }) => section !== 'provider'],
		['AgentWebhookTrigger', () => true],
	])('of %s', (name, isListed) => {
		const file = path.join(dist, 'nodes', name, `${name}.node.json`);
		const codex = JSON.parse(fs.readFileSync(file, 'utf8'));
		const own = `${name[0].toLowerCase()}${name.slice(1)}`;
		expect(codex.node).toBe(`${packageName}.${own}`);
		expect(codex.nodeVersion).toBe(`${NODES[own].description.version[0]}.0`);
		expect(codex.categories.length).toBeGreaterThan(0);
		for (const category of codex.categories) expect(CATEGORIES).toContain(category);
		// Whoever looks for a platform finds the node.
		for (const platform of PLATFORMS.filter(isListed)) {
			if (platform.id === 'custom') continue;
			expect(codex.alias).toContain(platform.name.replace(/ \(.*\)$/, ''));
		}
		expect(new Set(codex.alias).size).toBe(codex.alias.length);
	});
});

describe('the subtitle', () => {
	const subtitle = (parameters, type = 'agentWebhook') =>
		evaluate(type, parameters, NODES[type].description.subtitle);

	test.each(CASES)('of %s is words, of its own', (_, { resource, value }) => {
		const text = subtitle({ resource, operation: value });
		expect(text).toMatch(/^[A-Z]\S* \S/);
		expect(text).not.toMatch(/undefined|null|\[object|=|__/);
		const names = OPERATIONS.flatMap((operation) => [operation.value, operation.resource]);
		const raw = names.filter((name) => /[A-Z]/.test(name));
		for (const name of raw) expect(text).not.toContain(name);
		const same = OPERATIONS.filter(
			(other) => subtitle({ resource: other.resource, operation: other.value }) === text,
		);
		expect(same).toHaveLength(1);
	});

	const send = { resource: 'event', operation: 'send' };
	const endpoint = (mode, value) => ({ endpoint: { __rl: true, mode, value } });
	test.each([
		[
			{ ...send, platform: 'standardWebhooks', customEventType: 'order.created' },
			'Send order.created to an endpoint',
		],
		[
			{
				...send,
				platform: 'custom',
				customEventType: '={{ $json.type }}',
				url: 'https://u:p@example.com:8443/a?token=b',
			},
			'Send an event to example.com',
		],
		[
			{ ...send, platform: 'workflux', eventType: 'agent.response', url: '={{ $json.url }}' },
			'Send agent.response to an endpoint',
		],
		[
			{ ...send, platform: 'workflux', eventType: '__other__', customEventType: 'own.type' },
			'Send own.type to an endpoint',
		],
		[
			{ ...send, platform: 'agenticflow', requestKind: 'agentMessage' },
			'Send agent message to AgenticFlow',
		],
		[{ ...send, platform: 'uptiq', requestKind: 'call' }, 'Send call to UPTIQ'],
		[
			{ ...send, sendTo: 'subscribers', customEventType: 'order.created' },
			'Send order.created to all subscribers',
		],
		[
			{ resource: 'signature', operation: 'verify', platform: 'github' },
			'Verify a signature: GitHub',
		],
		[
			{ resource: 'signature', operation: 'generateSecret', format: 'hex' },
			'Generate a signing secret: Hex',
		],
		[
			{ resource: 'webhook', operation: 'respond', respondWith: 'json' },
			'Respond to a webhook: JSON',
		],
		[
			{ resource: 'platformWebhook', operation: 'getLogs', platform: 'agenticflow' },
			'Get the logs of a webhook at AgenticFlow',
		],
		[{ resource: 'delivery', operation: 'deliverDue' }, 'Deliver what is due'],
		[
			{ resource: 'delivery', operation: 'getAll', filters: { status: 'failed' } },
			'Get many deliveries: failed',
		],
		[
			{ resource: 'endpoint', operation: 'create', endpointName: 'Billing' },
			'Create an endpoint: Billing',
		],
		[
			{ resource: 'endpoint', operation: 'delete', ...endpoint('name', 'Billing') },
			'Delete an endpoint: Billing',
		],
		[{ resource: 'endpoint', operation: 'get', ...endpoint('id', 'ep_1') }, 'Get an endpoint'],
		[
			{ resource: 'endpoint', operation: 'get', ...endpoint('name', '={{ $json.name }}') },
			'Get an endpoint',
		],
	])('of %j is: %s', (parameters, text) => {
		expect(subtitle(parameters)).toBe(text);
	});

	test.each([
		[{ requestKind: 'agentMessage' }, 'AgenticFlow: agent message'],
		[{ requestKind: 'event' }, 'AgenticFlow: all events'],
		[{ requestKind: 'event', events: ['agent.message'] }, 'AgenticFlow: agent.message'],
		[
			{ requestKind: 'event', events: ['a'], options: { eventTypes: 'b, c' } },
			'AgenticFlow: 3 event types',
		],
		[
			{ requestKind: 'event', options: { eventTypes: '={{ $json.x }}' } },
			'AgenticFlow: some events',
		],
		[
			{ platform: 'github', requestKind: 'event', authenticationMethods: [] },
			'GitHub: all events, open to anyone',
		],
	])('of a trigger of %j is: %s', (parameters, text) => {
		expect(subtitle({ platform: 'agenticflow', ...parameters }, 'agentWebhookTrigger')).toBe(text);
	});

	test.each(
		optionsOf(agentWebhookTrigger.description, 'platform').map(({ name, value }) => [value, name]),
	)('of a trigger for %s names %s', (platform, name) => {
		const text = subtitle({ platform }, 'agentWebhookTrigger');
		expect(text.startsWith(`${name}: `)).toBe(true);
		expect(text).not.toMatch(/undefined|: $|[a-z][A-Z][a-z]+$/);
	});
});

/** Parameters as n8n has them once a person has chosen some: with the others' defaults. */
const filledIn = (type, parameters) => {
	const { description } = NODES[type];
	const node = { type, typeVersion: description.version[0], parameters };
	const { properties } = description;
	return NodeHelpers.getNodeParameters(properties, parameters, true, false, node, description);
};

/** The names of the notices that a person sees. */
function noticesOf(type, parameters) {
	const { description } = NODES[type];
	const node = { type, typeVersion: description.version[0] };
	const values = filledIn(type, parameters);
	return description.properties
		.filter((property) => property.type === 'notice')
		.filter((property) => NodeHelpers.displayParameter(values, property, node, description, values))
		.map(({ name }) => name);
}

describe('notices stand where a choice has a consequence', () => {
	const of = (resource, operation, more) => ({ resource, operation, ...more });
	test.each([
		[of('event', 'send'), []],
		[of('event', 'send', { useCredential: false }), ['unsignedNotice']],
		[of('event', 'send', { options: { skipTlsCheck: true } }), ['skipTlsNotice']],
		[of('event', 'send', { options: { skipTlsCheck: false } }), []],
		[of('event', 'send', { sendTo: 'subscribers', useCredential: false }), ['outboxNotice']],
		[of('endpoint', 'create'), ['secretNotice']],
		[
			of('endpoint', 'create', { options: { skipTlsCheck: true } }),
			['secretNotice', 'skipTlsNotice'],
		],
		[of('endpoint', 'update'), []],
		[of('endpoint', 'update', { updateFields: { skipTlsCheck: true } }), ['skipTlsNotice']],
		[of('endpoint', 'rotateSecret'), ['secretNotice']],
		[of('endpoint', 'delete'), ['deleteNotice']],
		[of('endpoint', 'get'), []],
		[of('delivery', 'deliverDue'), ['scheduleNotice']],
		[of('delivery', 'prune'), ['pruneNotice']],
		[of('delivery', 'getAll'), []],
		[of('signature', 'generateSecret'), ['secretNotice']],
		[of('signature', 'verify'), ['rawBodyNotice']],
		[of('signature', 'verify', { bodySource: 'text' }), []],
		[of('signature', 'sign'), []],
		[of('webhook', 'respond'), ['respondNotice']],
	])('%j: %j', (parameters, names) => {
		expect(noticesOf('agentWebhook', parameters)).toEqual(names);
	});

	const agentMessage = { platform: 'agenticflow', requestKind: 'agentMessage' };
	test.each([
		[{ platform: 'github', requestKind: 'event' }, []],
		[{ platform: 'agenticflow', requestKind: 'event' }, []],
		[agentMessage, ['ruleNotice']],
		[{ ...agentMessage, platform: 'custom' }, ['ruleNotice']],
		[{ ...agentMessage, authenticationMethods: ['bearer'] }, []],
		[{ ...agentMessage, authenticationMethods: [] }, ['openNotice']],
		[{ platform: 'github', responseMode: 'responseNode' }, ['responseNodeNotice']],
		[{ platform: 'github', responseMode: 'lastNode' }, ['lastNodeNotice']],
	])('of the trigger, %j: %j', (parameters, names) => {
		expect(noticesOf('agentWebhookTrigger', parameters)).toEqual(names);
	});
});

describe('hints before a run', () => {
	const shown = (parameters) =>
		agentWebhook.description.hints.filter(({ displayCondition }) =>
			evaluate('agentWebhook', parameters, displayCondition),
		);
	const send = { resource: 'event', operation: 'send' };
	test.each([
		[{ ...send, sendTo: 'subscribers' }, 'Deliver Due'],
		[{ ...send, platform: 'agenticflow' }, 'Wire <b>Retry</b>'],
		[{ ...send, platform: 'agenticflow', options: { retrySchedule: 'none' } }, undefined],
		[{ ...send, platform: 'custom' }, undefined],
		[{ resource: 'delivery', operation: 'deliverDue', sendTo: 'subscribers' }, undefined],
	])('for %j: %s', (parameters, part) => {
		expect(shown(parameters).map(({ message }) => message)).toEqual(
			part === undefined ? [] : [expect.stringContaining(part)],
		);
	});
});
