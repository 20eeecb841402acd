const {
	buildBatchEnvelope,
	buildEnvelope,
	formatTimestamp,
} = require('../../../build/core/event/envelope');
const { getPlatform } = require('../../../build/core/platforms');

describe('buildEnvelope', () => {
	const formatOf = (id) => getPlatform(id).events;
	const event = {
		id: 'evt_1',
		type: 'workflow.execution.completed',
		timeMs: Date.parse('2024-01-15T10:30:00.789Z'),
		webhook: { id: 'wh_987654321', name: 'Order Processing Webhook' },
		data: { status: 'success' },
	};

	test('writes AgenticFlow’s fields in the order of its page', () => {
		expect(JSON.stringify(buildEnvelope(formatOf('agenticflow'), event))).toBe(
			'{"event":"workflow.execution.completed","timestamp":"2024-01-15T10:30:00Z","webhook_id":"wh_987654321","data":{"status":"success"}}',
		);
	});

	test('writes Agent Platform’s fields in the order of its page', () => {
		const message = {
			...event,
			type: 'agent.message',
			timeMs: Date.parse('2024-01-15T11:45:00Z'),
			webhook: { id: 'webhook-id', name: 'My Webhook' },
			data: {},
		};
		expect(JSON.stringify(buildEnvelope(formatOf('agentPlatform'), message))).toBe(
			'{"event":"agent.message","webhook":{"id":"webhook-id","name":"My Webhook"},"timestamp":"2024-01-15T11:45:00.000000Z","data":{}}',
		);
	});

	test('writes three fields for WorkFlux and AgentFlow, with times in seconds', () => {
		for (const id of ['workflux', 'agentflow']) {
			expect(JSON.stringify(buildEnvelope(formatOf(id), event))).toBe(
				'{"event":"workflow.execution.completed","timestamp":"2024-01-15T10:30:00Z","data":{"status":"success"}}',
			);
		}
	});

	test('builds a batch with the platform’s fields and each event in its own envelope', () => {
		const batch = buildBatchEnvelope(
			formatOf('standardWebhooks'),
			{ id: 'dlv_1', timeMs: 0, webhook: { id: '', name: '' } },
			[event, event],
		);
		expect(batch).toEqual({
			type: 'webhook.batch',
			timestamp: '1970-01-01T00:00:00.000Z',
			data: {
				event_count: 2,
				events: Array(2).fill({
					type: event.type,
					timestamp: '2024-01-15T10:30:00.789Z',
					data: event.data,
				}),
			},
		});
	});

	test('writes times in the format of the platform', () => {
		expect(formatTimestamp('iso-seconds', event.timeMs)).toBe('2024-01-15T10:30:00Z');
		expect(formatTimestamp('iso-milliseconds', event.timeMs)).toBe('2024-01-15T10:30:00.789Z');
		expect(formatTimestamp('iso-microseconds', event.timeMs)).toBe('2024-01-15T10:30:00.789000Z');
	});

	test('does not fill placeholders inside an event’s data', () => {
		const tricky = { ...event, data: { event: '{timestamp}', nested: '{data}' } };
		expect(buildEnvelope(formatOf('custom'), tricky).data).toEqual(tricky.data);
	});
});
