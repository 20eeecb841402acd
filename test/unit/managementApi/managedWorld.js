/** An outbox in memory that is managed through AgenticFlow's management API. */
const fs = require('node:fs');
const path = require('node:path');

const { authenticateRequest } = require('../../../build/core/credentials/outbound');
const { handleManagementRequest } = require('../../../build/core/managementApi/server');
const { prepareEndpointCredential } = require('../../../build/core/outbox/endpoint/endpointTarget');
const { forTenant } = require('../../../build/core/outbox/tenant/tenantPorts');
const { getPlatform } = require('../../../build/core/platforms');

const { createWorld, START } = require('../outbox/world');

/** Reads a request or response that AgenticFlow's page shows. */
const readPage = (name) =>
	JSON.parse(fs.readFileSync(path.join(__dirname, `../../pages/agenticflow/${name}.json`), 'utf8'));

const RULES = { platform: getPlatform('agenticflow'), allowHttp: false, allowInternal: false };
const WEBHOOK = {
	name: 'Orders',
	url: 'https://your-app.com/hooks?key=query-token-1',
	events: ['order.*', 'invoice.paid'],
};
const TOKEN = { type: 'bearer', token: 'token-1' };
const SETTINGS = {
	conditions: { amount: { gte: 100 } },
	filters: { include_fields: ['id', 'user'], exclude_fields: ['user.email'] },
	batch_settings: { max_events: 10, max_wait_seconds: 60 },
	retry_policy: { max_retries: 3, backoff_multiplier: 2 },
};
const TASKS = ['list', 'create', 'get', 'update', 'delete', 'test', 'getLogs', 'getStats'];
const BODIES = { create: WEBHOOK, update: { name: 'Renamed' }, test: { event: 'order.created' } };

/** A body that the task accepts; `undefined` for a task without a body. */
const validBody = (task) => structuredClone(BODIES[task]);

/** A world whose outbox is managed. A test may change `rules`, as the workflow's owner may. */
function createManagedWorld(options) {
	const world = Object.assign(createWorld(options), { rules: { ...RULES } });

	/** Sends a request, e.g. `await world.ask('get', { id })`. Returns the reply. */
	world.ask = async (
		task,
		{ body, id, ports = world.process(), query = {}, idempotency, tenantId = 'default' } = {},
	) =>
		await handleManagementRequest(forTenant(ports, tenantId), world.rules, {
			task,
			webhookId: id,
			query,
			body,
			idempotency,
		});

	/** Creates a webhook. Returns its ID. */
	world.create = async (fields = {}) => {
		const { body } = await world.ask('create', { body: { ...WEBHOOK, ...fields } });
		return body.id;
	};

	/** Registers an endpoint as its owner, and lets the management API manage it. */
	world.letIn = async (id, fields) => await world.register(id, { isApiManaged: true, ...fields });

	/** Returns a webhook as the API shows it. */
	world.get = async (id) => (await world.ask('get', { id })).body;

	/** Returns the URL, and the authentication's headers and query parameters, of a request to an endpoint. */
	world.requestTo = async (id) => {
		const endpoint = await world.endpoint(id);
		const { headers, query } = authenticateRequest(
			prepareEndpointCredential(endpoint)(world.clock.nowMs()),
			{
				body: Buffer.from('{}'),
				id: 'evt_1',
				nowMs: world.clock.nowMs(),
				platformId: endpoint.platform.id,
			},
		);
		return { ...headers, ...query, url: endpoint.secrets.url };
	};
	return world;
}

const NOT_FOUND = {
	statusCode: 404,
	body: { success: false, error: { code: 'NOT_FOUND', message: 'This webhook does not exist' } },
};

/** Expects a 422 about a field, in the form of the page's "Error Response" and in good English. */
function expectInvalid(reply, field) {
	expect(reply).toEqual({
		statusCode: 422,
		body: {
			success: false,
			error: {
				code: 'INVALID_INPUT',
				message: expect.stringMatching(/^[A-Z"].*[^\s]$/s),
				details: {
					field,
					expected: expect.stringMatching(/^\S.*\S$/s),
					received: expect.stringMatching(/^\S.*\S$|^\S$/s),
				},
			},
		},
	});
	const { message } = reply.body.error;
	expect(message).not.toMatch(/undefined|\[object|NaN|Invalid |Expected | {2}|switch on|turn on/);
	expect(message).not.toMatch(/must be (?:a [aeio]|an [^aeio])/);
}

let rowCount = 0;

/** A delivered row of the deliveries table. */
const deliveryRow = (endpointId, more = {}) => ({
	tenant_id: 'default',
	delivery_id: `dlv_${(rowCount += 1)}`,
	event_id: `evt_${rowCount}`,
	event_type: 'order.created',
	event_ids: null,
	endpoint_id: endpointId,
	accepted_at: START,
	status: 'delivered',
	attempts: 1,
	last_attempt_at: '2025-01-15T10:00:01.234Z',
	next_attempt_at: null,
	completed_at: START,
	response_code: 200,
	response_time_ms: 10,
	payload_size: 20,
	error: null,
	attempt_log: JSON.stringify([
		{
			attempt: 1,
			time: START,
			outcome: 'success',
			status_code: 200,
			duration_ms: 10,
			error_message: null,
		},
	]),
	replayed_at: null,
	order_key: null,
	order_number: null,
	lease_owner: null,
	...more,
});

/**
 * Reads all pages of the list or of a log. Returns one array of entries a page.
 * @param between runs before each page but the first, with the number of pages so far
 */
async function readAllPages(ask, field, limit, between = async (_pageCount) => {}) {
	const pages = [];
	let cursor;
	do {
		if (cursor !== undefined) await between(pages.length);
		const query = { limit: String(limit), ...(cursor !== undefined && { cursor }) };
		const { body, statusCode } = await ask(query);
		expect(statusCode).toBe(200);
		expect(Object.keys(body)).toEqual([field, 'next_cursor']);
		pages.push(body[field]);
		cursor = body.next_cursor;
		expect(pages.length).toBeLessThan(300);
	} while (cursor !== null);
	return pages;
}

module.exports = {
	createManagedWorld,
	deliveryRow,
	expectInvalid,
	NOT_FOUND,
	readAllPages,
	readPage,
	SETTINGS,
	TASKS,
	TOKEN,
	validBody,
	WEBHOOK,
};
