const { evaluate, NODES } = require('../../../harness/contexts');
const { CASES, OPERATIONS } = require('../../operations');

describe('the subtitle of the action node', () => {
	const subtitle = (parameters) =>
		evaluate('agentWebhook', parameters, NODES.agentWebhook.description.subtitle);

	test.each(CASES)(
		'of %s is readable and differs from those of all other operations',
		(_, { resource, value }) => {
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
		},
	);

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
			{
				...send,
				sendTo: 'subscribers',
				eventTypeSource: 'catalog',
				catalogEventType: { __rl: true, mode: 'list', value: 'order.paid' },
				customEventType: 'order.created',
			},
			'Send order.paid to all subscribers',
		],
		[
			{ resource: 'eventType', operation: 'create', eventTypeName: 'order.created' },
			'Create an event type: order.created',
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
	])('for %j is "%s"', (parameters, text) => {
		expect(subtitle(parameters)).toBe(text);
	});
});
