const { compileConditions } = require('../../../build/core/event/conditions');
const { receiveRequest } = require('../../../build/core/receiving/receive');

const {
	NOW_MS,
	secretsFor,
	createRules,
	createRequest,
	signed,
	expectHelpfulRejection,
	STANDARD,
	STANDARD_SECRET,
	EVENT,
} = require('./requests');

/** The payloads that platforms document (docs/platforms.md); `subject` is a required field. */
const PAGE_EVENTS = [
	{
		platform: 'agenticflow',
		subject: 'data.workflow_id',
		wrong: ['data.execution_id', 'data.duration_seconds', 'data.input_data', 'data.credits_used'],
		body: {
			event: 'workflow.execution.completed',
			timestamp: '2024-01-15T10:30:00Z',
			webhook_id: 'wh_987654321',
			data: {
				workflow_id: 'wf_abc123',
				execution_id: 'exec_1234567890',
				status: 'success',
				started_at: '2024-01-15T10:25:00Z',
				completed_at: '2024-01-15T10:30:00Z',
				duration_seconds: 300,
				input_data: { name: 'John Doe', email: '[email protected]' },
				output_data: { result: 'Email sent successfully', email_id: 'email_567890' },
				credits_used: 4.5,
				steps_completed: 5,
			},
		},
	},
	{
		platform: 'agenticflow',
		subject: 'data.agent_id',
		wrong: [
			'data.conversation_id',
			'data.message_count',
			'data.resolution',
			'data.resolution.tags',
			'data.resolution.tags.0',
		],
		body: {
			event: 'agent.conversation.completed',
			timestamp: '2024-01-15T10:30:00Z',
			webhook_id: 'wh_987654321',
			data: {
				agent_id: 'agent_abc123',
				conversation_id: 'conv_1234567890',
				user_id: 'user_123',
				status: 'resolved',
				started_at: '2024-01-15T10:20:00Z',
				completed_at: '2024-01-15T10:30:00Z',
				message_count: 8,
				satisfaction_score: 4.5,
				credits_used: 12.0,
				resolution: {
					type: 'solved',
					category: 'technical_support',
					tags: ['password_reset', 'account_access'],
				},
			},
		},
	},
	{
		platform: 'workflux',
		subject: 'data.conversation_id',
		wrong: ['data.agent_id', 'data.user_email'],
		body: {
			event: 'conversation.started',
			timestamp: '2024-01-01T12:00:00Z',
			data: {
				conversation_id: 'conv-123',
				agent_id: 'agent-123',
				agent_name: 'Customer Support Agent',
				channel: 'chat',
				user_id: 'user-456',
				user_email: 'user@example.com',
				initial_message: 'Hello, I need help',
			},
		},
	},
	{
		platform: 'workflux',
		subject: 'data.conversation_id',
		wrong: ['data.duration_seconds', 'data.was_escalated'],
		body: {
			event: 'conversation.completed',
			timestamp: '2024-01-01T12:05:00Z',
			data: {
				conversation_id: 'conv-123',
				agent_id: 'agent-123',
				duration_seconds: 300,
				messages_count: 8,
				resolution_rate: 1.0,
				satisfaction_score: 5,
				was_escalated: false,
			},
		},
	},
	{
		platform: 'workflux',
		subject: 'data.conversation_id',
		wrong: ['data.content', 'data.confidence_score'],
		body: {
			event: 'agent.response',
			timestamp: '2024-01-01T12:01:00Z',
			data: {
				conversation_id: 'conv-123',
				agent_id: 'agent-123',
				message_id: 'msg-789',
				content: 'I can help you with that...',
				response_time_ms: 1200,
				confidence_score: 0.95,
			},
		},
	},
	{
		platform: 'workflux',
		subject: 'data.integration_id',
		wrong: ['data.sync_type', 'data.records_synced'],
		body: {
			event: 'integration.sync',
			timestamp: '2024-01-01T12:00:00Z',
			data: {
				integration_id: 'int-456',
				integration_type: 'salesforce',
				sync_type: 'full',
				records_synced: 150,
				duration_seconds: 45,
				status: 'success',
			},
		},
	},
	{
		platform: 'agentPlatform',
		subject: 'data.action',
		wrong: ['data.agent', 'data.agent.id', 'data.agent.name', 'data.room', 'data.content'],
		body: {
			event: 'agent.action',
			timestamp: '2024-01-15T11:45:00.000000Z',
			data: {
				agent: { id: 'agent-uuid', name: 'My Agent' },
				room: 'room-hashid',
				action: 'WARP_EXECUTE',
				content: '{"identifier":"action-id","inputs":{...}}',
			},
		},
	},
	{
		platform: 'agentPlatform',
		subject: 'data.agent',
		wrong: ['data.content', 'data.room'],
		body: {
			event: 'agent.message',
			timestamp: '2024-01-15T11:45:00.000000Z',
			data: {
				agent: { id: 'agent-uuid', name: 'My Agent' },
				room: 'room-hashid',
				content: 'Hello, this is a message from the agent',
			},
		},
	},
	{
		platform: 'agentPlatform',
		subject: 'data.user.id',
		wrong: ['data.user', 'data.room', 'data.room.id', 'data.content'],
		body: {
			event: 'user.message',
			timestamp: '2024-01-15T11:45:00.000000Z',
			data: {
				agent: { id: 'agent-uuid', name: 'My Agent' },
				user: { id: 'user-hashid', name: 'John Doe' },
				room: { id: 'room-hashid', name: 'Room Name' },
				content: 'Hello, this is a message from the user',
			},
		},
	},
];

/** A copy of a body with another value at a path, or without it. */
function changed(body, path, change) {
	const copy = structuredClone(body);
	const keys = path.split('.');
	const last = keys.pop();
	const parent = keys.reduce((value, key) => value[key], copy);
	if (change === undefined) delete parent[last];
	else parent[last] = change(parent[last]);
	return copy;
}
const getType = (value) =>
	value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
/** Returns a value of a type that the documentation does not show in this place. */
const ofAnotherType = (value) => (typeof value === 'number' ? 'text' : 42);

describe.each(
	PAGE_EVENTS.map(({ platform, body, ...rest }) => [platform, body.event, { body, ...rest }]),
)('the documented event of %s, %s,', (platform, type, { body, subject, wrong }) => {
	const rules = createRules(platform, 'event');
	const send = async (sent, changes) =>
		await receiveRequest({ ...rules, ...changes }, createRequest({ body: sent }));

	test('is accepted and read if it is signed as the platform signs', async () => {
		const outcome = await receiveRequest(
			{ ...rules, ...rules.kind.authentication },
			createRequest({ body, headers: signed(platform, body) }),
		);
		expect(outcome).toMatchObject({
			result: 'accepted',
			body,
			event: { type, types: [type], data: body.data, timeMs: Date.parse(body.timestamp) },
			authentication: ['signature'],
			signature: { scheme: platform },
		});
		expect(outcome.duplicateKey).toMatch(/[0-9a-f]{64}$/);
	});

	test('is accepted with unknown fields at every level', async () => {
		const more = { ...body, new_field: [1], data: { ...body.data, new_field: { a: null } } };
		expect(await send(more)).toMatchObject({ result: 'accepted', body: more });
	});

	test.each(['event', 'timestamp', 'data', subject, ...wrong])(
		'is rejected with a wrong type in %s',
		async (path) => {
			const original = path.split('.').reduce((value, key) => value[key], body);
			const sent = changed(body, path, ofAnotherType);
			const outcome = await send(sent);
			const expected = getType(original);
			const received = getType(ofAnotherType(original));
			expect(outcome).toMatchObject({
				result: 'rejected',
				status: 422,
				code: 'INVALID_INPUT',
			});
			expect(outcome).toMatchObject({
				message: `Field '${path}' must be of type ${expected}`,
				details: { field: path, expected, received },
			});
			// Its owner can switch the check off.
			expect((await send(sent, { validatesEvents: false })).result).toBe('accepted');
		},
	);

	test.each(['event', 'timestamp', 'data', subject])('is rejected without %s', async (path) => {
		const outcome = await send(changed(body, path));
		expect(outcome).toMatchObject({ status: 422, code: 'INVALID_INPUT' });
		expect(outcome).toMatchObject({
			message: `Required field '${path}' is missing`,
			details: { field: path, received: 'null' },
		});
	});

	test('is accepted without its optional fields', async () => {
		const optional = wrong.filter(
			(path) => !/\.0$|content$|agent|user|room\.id/.test(path) && path !== subject,
		);
		for (const path of optional) {
			expect((await send(changed(body, path))).result).toBe('accepted');
			expect((await send(changed(body, path, () => null))).result).toBe('accepted');
		}
	});

	test('is ignored if the webhook subscribes to other types', async () => {
		expect((await send(body, { eventTypes: ['other', type] })).result).toBe('accepted');
		expect(await send(body, { eventTypes: ['other'] })).toEqual({
			result: 'ignored',
			reply: {
				success: true,
				message: 'This webhook does not subscribe to this event type',
				status: 'ignored',
			},
			body,
			cause: { eventTypes: [type] },
		});
	});
});

describe('events that differ from the documented examples', () => {
	test('are accepted from Agent Platform with the webhook that "Payload Structure" documents', async () => {
		const { body } = PAGE_EVENTS.find(({ body: { event } }) => event === 'agent.message');
		const rules = createRules('agentPlatform', 'event');
		const named = { ...body, webhook: { id: 'webhook-id', name: 'My Webhook' } };
		expect((await receiveRequest(rules, createRequest({ body: named }))).result).toBe('accepted');
		const wrong = { ...body, webhook: 'webhook-id' };
		expect((await receiveRequest(rules, createRequest({ body: wrong }))).details).toEqual({
			field: 'webhook',
			expected: 'object',
			received: 'string',
		});
	});

	test('are accepted if they are AgenticFlow’s test deliveries', async () => {
		const data = { workflow_id: 'test_workflow', status: 'success' };
		const body = { ...EVENT, event: 'workflow.execution.completed', data };
		const rules = createRules('agenticflow', 'event');
		expect((await receiveRequest(rules, createRequest({ body }))).result).toBe('accepted');
	});

	test('are accepted with an undocumented type and any object as data', async () => {
		for (const [platform, event] of [
			['agenticflow', 'agent.something.new'],
			['workflux', 'user.message'],
			['agentPlatform', 'room.opened'],
			['agentflow', 'lead.archived'],
		]) {
			const rules = createRules(platform, 'event');
			const body = { ...EVENT, event, data: { anything: [1] } };
			expect((await receiveRequest(rules, createRequest({ body }))).result).toBe('accepted');
			for (const data of [null, 'text', [], 5]) {
				const rejection = await receiveRequest(rules, createRequest({ body: { ...body, data } }));
				expect(rejection).toMatchObject({ status: 422 });
				expect(rejection.details).toMatchObject({ field: 'data', expected: 'object' });
			}
		}
	});

	test('are recognized as duplicates by AgentFlow’s lead and their type', async () => {
		const rules = createRules('agentflow', 'event', { methods: ['signature'] });
		const send = async (data) => {
			const body = { event: 'lead.qualified', timestamp: '2024-11-14T08:44:00Z', data };
			return await receiveRequest(
				rules,
				createRequest({ body, headers: signed('agentflow', body) }),
			);
		};
		expect(await send({ lead_id: 'lead_1', score: 91 })).toMatchObject({
			result: 'accepted',
			duplicateKey: 'lead_1:lead.qualified',
			signature: { scheme: 'agentflow', timestampMs: NOW_MS },
		});
		expect((await send({ score: 91 })).details).toEqual({
			field: 'data.lead_id',
			expected: 'string',
			received: 'null',
		});
		expect((await send({ lead_id: '' })).details).toEqual({
			field: 'data.lead_id',
			expected: 'non-empty string',
			received: 'empty string',
		});
	});

	test('are ignored if their data does not meet the conditions', async () => {
		// AgenticFlow's page, "Conditional Webhooks".
		const conditions = compileConditions({
			satisfaction_score: { lt: 3 },
			message_count: { gt: 10 },
		});
		const rules = createRules('agenticflow', 'event', { conditions });
		const { body } = PAGE_EVENTS.find(
			({ body: { event } }) => event === 'agent.conversation.completed',
		);
		expect(await receiveRequest(rules, createRequest({ body }))).toMatchObject({
			result: 'ignored',
			reply: { success: true, status: 'ignored' },
		});
		const bad = { ...body, data: { ...body.data, satisfaction_score: 2, message_count: 11 } };
		expect((await receiveRequest(rules, createRequest({ body: bad }))).result).toBe('accepted');
	});

	test('are recognized as duplicates by their signed ID if there is no key', async () => {
		const headers = signed('standardWebhooks', STANDARD, { secret: STANDARD_SECRET });
		const rules = createRules('standardWebhooks', 'event', {
			methods: ['signature'],
			loadSecrets: async () => secretsFor('standardWebhooks', [STANDARD_SECRET]),
			duplicateKey: [],
		});
		expect(await receiveRequest(rules, createRequest({ body: STANDARD, headers }))).toMatchObject({
			duplicateKey: 'msg_1',
			signature: { scheme: 'standardWebhooks', id: 'msg_1', timestampMs: NOW_MS },
		});
	});
});

describe('requests that platforms accept', () => {
	const AGENT_REQUEST = {
		message: 'Hello, I need help with my order #12345',
		user_id: 'user_123',
		metadata: { source: 'contact_form', priority: 'high', department: 'support' },
		context: { order_id: '12345', customer_email: '[email protected]' },
	};
	const WORKFLOW_REQUEST = {
		input_data: {
			name: 'John Doe',
			email: '[email protected]',
			message: "I'm interested in your product",
		},
		trigger_source: 'contact_form',
		metadata: {
			form_id: 'contact_v2',
			page_url: 'https://example.com/contact',
			user_agent: 'Mozilla/5.0...',
		},
	};
	const LEAD = {
		name: 'Jordan Ellis',
		email: 'jordan.ellis@stacklane.co',
		company: 'Stacklane',
		message:
			"We're evaluating tools to handle inbound demo requests at scale. Currently doing it manually.",
		source: 'website_contact_form',
		timestamp: '2024-11-14T08:44:00Z',
	};
	const send = async (platform, kind, body) =>
		await receiveRequest(createRules(platform, kind), createRequest({ body }));

	test.each([
		['agenticflow', 'agentMessage', AGENT_REQUEST],
		['agenticflow', 'workflowRun', WORKFLOW_REQUEST],
		['agentflow', 'lead', LEAD],
	])(
		'the documented example of %s, %s, is accepted, and so are unknown fields',
		async (...given) => {
			const [platform, kind, body] = given;
			expect(await send(platform, kind, body)).toMatchObject({
				result: 'accepted',
				body,
				event: undefined,
				duplicateKey: undefined,
				authentication: [],
			});
			const more = { ...body, new_field: { a: [1] } };
			expect(await send(platform, kind, more)).toMatchObject({ result: 'accepted', body: more });
		},
	);

	test('a missing message is rejected as AgenticFlow documents it', async () => {
		const { message: _gone, ...body } = AGENT_REQUEST;
		expect(await send('agenticflow', 'agentMessage', body)).toMatchObject({
			status: 422,
			code: 'INVALID_INPUT',
			message: "Required field 'message' is missing",
			details: { field: 'message', expected: 'string', received: 'null' },
		});
	});

	test.each([
		['agenticflow', 'agentMessage', { message: '' }, 'message', 'non-empty string', 'empty string'],
		['agenticflow', 'agentMessage', { message: 5 }, 'message', 'string', 'number'],
		['agenticflow', 'agentMessage', { message: null }, 'message', 'string', 'null'],
		[
			'agenticflow',
			'agentMessage',
			{ ...AGENT_REQUEST, metadata: 'x' },
			'metadata',
			'object',
			'string',
		],
		[
			'agenticflow',
			'agentMessage',
			{ ...AGENT_REQUEST, context: [] },
			'context',
			'object',
			'array',
		],
		[
			'agenticflow',
			'agentMessage',
			{ ...AGENT_REQUEST, user_id: 7 },
			'user_id',
			'string',
			'number',
		],
		['agenticflow', 'workflowRun', {}, 'input_data', 'object', 'null'],
		['agenticflow', 'workflowRun', { input_data: 'x' }, 'input_data', 'object', 'string'],
		['agenticflow', 'workflowRun', null, 'body', 'object', 'null'],
		['agentflow', 'lead', 'x', 'body', 'object', 'string'],
		['agentflow', 'lead', { email: LEAD.email }, 'name', 'string', 'null'],
		['agentflow', 'lead', { ...LEAD, name: '' }, 'name', 'non-empty string', 'empty string'],
		['agentflow', 'lead', { ...LEAD, name: '  ' }, 'name', 'non-empty string', 'string'],
		['agentflow', 'lead', { name: LEAD.name }, 'email', 'string', 'null'],
		['agentflow', 'lead', { ...LEAD, email: 'jordan' }, 'email', 'valid email address', 'string'],
		['agentflow', 'lead', { ...LEAD, email: '' }, 'email', 'valid email address', 'empty string'],
		['agentflow', 'lead', { ...LEAD, email: 'a@b' }, 'email', 'valid email address', 'string'],
		['agentflow', 'lead', { ...LEAD, email: ['a@b.co'] }, 'email', 'string', 'array'],
		['agentflow', 'lead', { ...LEAD, company: true }, 'company', 'string', 'boolean'],
	])('%s, %s: %j is rejected for %s', async (platform, kind, body, field, expected, received) => {
		const outcome = await send(platform, kind, body);
		expectHelpfulRejection(outcome, createRequest());
		expect(outcome).toMatchObject({ status: 422, code: 'INVALID_INPUT' });
		expect(outcome.details).toEqual({ field, expected, received });
		if (field !== 'body') expect(outcome.message).toContain(`'${field}'`);
	});

	test('UPTIQ’s signed calls are accepted with any JSON', async () => {
		const rules = createRules('uptiq', 'call', { methods: ['signature'] });
		for (const body of [{ document_id: 1 }, [], 'text', 5, null]) {
			const headers = signed('uptiq', body);
			const accepted = await receiveRequest(
				rules,
				createRequest({ raw: JSON.stringify(body), headers }),
			);
			expect(accepted.result).toBe('accepted');
		}
	});
});
