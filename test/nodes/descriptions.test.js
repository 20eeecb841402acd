/** What the nodes say of themselves in n8n's editor. */
const { NodeHelpers } = require('n8n-workflow');

const { evaluate, NODES } = require('../harness/contexts');

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
