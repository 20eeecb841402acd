const {
	attemptDirectDeliveries,
	buildDirectDeliveries,
	createPendingEvent,
	toDirectResultItem,
	toDirectSkippedItem,
	toEventRef,
} = require('../../../build/core/event/directDelivery');
const { ExactNumber } = require('../../../build/core/lib/exactJson');
const { buildSendSettings } = require('../../../build/core/event/sendSettings');

const NOW = Date.parse('2025-01-15T10:00:00.000Z');

const settingsFor = (more = {}) =>
	buildSendSettings({
		platformId: 'standardWebhooks',
		requestKindId: 'event',
		url: 'https://example.com/hooks?token=secret-7',
		allowHttp: false,
		headers: { 'X-Tenant': 'acme' },
		signed: true,
		skipTlsCheck: false,
		maxResponseBytes: 1024,
		maxTotalWaitMs: 0,
		retry: {},
		retryStatuses: '',
		fieldFilters: {},
		withoutEnvelope: false,
		webhook: { id: 'wh_1', name: 'Orders' },
		...more,
	});

const pendingEvent = (number, settings = settingsFor(), type = 'order.created') =>
	createPendingEvent(settings, toEventRef(settings, `evt_${number}`, type), { number }, NOW);

/** Builds deliveries with predictable IDs. */
function build(pending, maxEvents) {
	let ids = 0;
	return buildDirectDeliveries(pending, maxEvents, {
		newId: () => `${(ids += 1)}`,
		nowMs: NOW,
	}).map(({ delivery }) => delivery);
}

test('a request with numbers that JavaScript would round is checked and sent with its digits', () => {
	const settings = settingsFor({ platformId: 'agenticflow', requestKindId: 'agentMessage' });
	const id = new ExactNumber('616581622363398142');
	const create = (data) =>
		createPendingEvent(settings, toEventRef(settings, 'evt_1', null), data, NOW);
	const [{ body }] = build([create({ message: 'hi', metadata: { id } })], 1);
	expect(body).toContain('{"id":616581622363398142}');
	expect(() => create({ message: id })).toThrow('AgenticFlow would reject this agent message');
});

describe('buildDirectDeliveries', () => {
	test('builds one delivery per event, which survives storage as JSON', () => {
		const deliveries = build([pendingEvent(1), pendingEvent(2)], 1);
		expect(deliveries).toMatchObject([
			{ id: 'dlv_1', key: 'evt_1', isBatch: false, acceptedAt: '2025-01-15T10:00:00.000Z' },
			{ id: 'dlv_2', key: 'evt_2', isBatch: false },
		]);
		expect(JSON.parse(deliveries[0].body)).toEqual({
			type: 'order.created',
			timestamp: '2025-01-15T10:00:00.000Z',
			data: { number: 1 },
		});
		expect(JSON.parse(JSON.stringify(deliveries))).toEqual(deliveries);
	});

	test('batches events with equal settings only, even a batch of one', () => {
		const other = settingsFor({ url: 'https://example.org/hooks' });
		const deliveries = build([pendingEvent(1), pendingEvent(2, other), pendingEvent(3)], 2);
		expect(deliveries.map(({ subjects }) => subjects.map(({ event_id }) => event_id))).toEqual([
			['evt_1', 'evt_3'],
			['evt_2'],
		]);
		expect(deliveries).toMatchObject([
			{ key: 'dlv_1', isBatch: true },
			{ key: 'dlv_2', isBatch: true },
		]);
		expect(JSON.parse(deliveries[0].body)).toMatchObject({
			type: 'webhook.batch',
			data: { event_count: 2 },
		});
	});

	test('batches no events that are sent without an envelope with events that have one', () => {
		const bare = settingsFor({ withoutEnvelope: true });
		const deliveries = build([pendingEvent(1), pendingEvent(2, bare), pendingEvent(3, bare)], 10);
		expect(deliveries.map(({ body }) => JSON.parse(body))).toMatchObject([
			{ type: 'webhook.batch', data: { event_count: 1 } },
			[{ number: 2 }, { number: 3 }],
		]);
	});

	test('never batches requests that are not events', () => {
		const settings = settingsFor({ platformId: 'agenticflow', requestKindId: 'agentMessage' });
		const ref = toEventRef(settings, 'evt_same', null);
		const request = createPendingEvent(settings, ref, { message: 'Hello' }, NOW);
		const deliveries = build([request, request], 10);
		expect(deliveries).toMatchObject([
			{ key: 'evt_same', isBatch: false, body: '{"message":"Hello"}' },
			{ key: 'evt_same', isBatch: false },
		]);
	});

	test('sends the data alone without an envelope, as a list for a batch', () => {
		const settings = settingsFor({ withoutEnvelope: true });
		const pending = [pendingEvent(1, settings), pendingEvent(2, settings)];
		expect(build(pending, 1).map(({ body }) => body)).toEqual(['{"number":1}', '{"number":2}']);
		expect(build(pending, 5).map(({ body }) => body)).toEqual(['[{"number":1},{"number":2}]']);
	});
});

describe('createPendingEvent', () => {
	test('sends only the fields that the filters leave', () => {
		const settings = settingsFor({ fieldFilters: { include_fields: ['user.name'] } });
		const data = { user: { name: 'Jordan', email: 'j@example.com' } };
		const { event } = createPendingEvent(settings, toEventRef(settings, 'e', 't'), data, NOW);
		expect(event.data).toEqual({ user: { name: 'Jordan' } });
	});

	test('rejects a request that the platform would reject, and says why', () => {
		const settings = settingsFor({ platformId: 'agenticflow', requestKindId: 'agentMessage' });
		const create = () =>
			createPendingEvent(settings, toEventRef(settings, 'evt_1', null), { text: 'Hello' }, NOW);
		expect(create).toThrow(/^AgenticFlow would reject this agent message: .*message.* found /);
		expect(create).toThrow(expect.objectContaining({ name: 'InvalidRequestError' }));
	});
});

describe('attemptDirectDeliveries', () => {
	const ports = (answers, announced = []) => {
		const attempts = [];
		let nowMs = NOW;
		return {
			attempts,
			announced,
			attempt: async (attempt) => {
				attempts.push(attempt);
				return {
					kind: 'response',
					headers: {},
					body: '',
					bodyTruncated: false,
					...answers.shift(),
				};
			},
			announce: (text) => announced.push(text),
			wait: async (ms) => {
				nowMs += ms;
			},
			nowMs: () => nowMs,
			random: () => 0,
		};
	};

	test('makes attempts with the target, the key, the bytes and the credential of the delivery', async () => {
		const [delivery] = build([pendingEvent(1)], 1);
		const sending = ports([{ statusCode: 204 }]);
		const credential = { signingSecret: 'secret' };
		const jobs = [{ delivery, progress: { attempts: [] }, credential }];
		const limits = { concurrency: 1, perSecond: 0 };
		const [report] = await attemptDirectDeliveries(jobs, sending, limits);
		expect(report).toMatchObject({ status: 'delivered', attempts: [{ status_code: 204 }] });
		expect(sending.attempts).toEqual([
			{
				target: delivery.target,
				contentHeaders: {},
				key: 'evt_1',
				body: Buffer.from(delivery.body),
				nowMs: NOW,
				credential,
			},
		]);
		expect(toDirectResultItem(delivery, delivery.subjects[0], report)).toMatchObject({
			status: 'delivered',
			event: 'order.created',
			event_id: 'evt_1',
			endpoint: 'https://example.com/hooks',
			attempts: 1,
			accepted_at: '2025-01-15T10:00:00.000Z',
			payload_size: delivery.body.length,
			error_message: null,
		});
	});

	test('parses the response to a batch once for all of its events', async () => {
		const [delivery] = build([pendingEvent(1), pendingEvent(2)], 10);
		const sending = ports([{ statusCode: 200, body: '{"list":[{}]}' }]);
		const jobs = [{ delivery, progress: { attempts: [] } }];
		const limits = { concurrency: 1, perSecond: 0 };
		const [report] = await attemptDirectDeliveries(jobs, sending, limits);
		const [first, second] = delivery.subjects.map(
			(subject) => toDirectResultItem(delivery, subject, report).response,
		);
		expect(first).toEqual({ status_code: 200, body: { list: [{}] }, body_truncated: false });
		expect(second.body).toBe(first.body);
	});

	test('announces a wait without the token in the URL', async () => {
		const retry = { schedule: 'list', delays: '5 s' };
		const [delivery] = build([pendingEvent(1, settingsFor({ retry, maxTotalWaitMs: 9000 }))], 1);
		const sending = ports([{ statusCode: 500 }, { statusCode: 200 }]);
		const jobs = [{ delivery, progress: { attempts: [] } }];
		await attemptDirectDeliveries(jobs, sending, { concurrency: 1, perSecond: 0 });
		expect(sending.announced).toEqual([
			'Attempt 2 of delivery dlv_1 to https://example.com/hooks is due at 2025-01-15T10:00:05.000Z',
		]);
	});
});

test('toDirectSkippedItem names the condition, the event and the endpoint', () => {
	const { target } = settingsFor();
	const ref = { event_id: 'evt_1', event: 'order.created', request: 'event' };
	expect(toDirectSkippedItem('amount gt 3', ref, target)).toEqual({
		status: 'skipped',
		condition: 'amount gt 3',
		event_id: 'evt_1',
		event: 'order.created',
		endpoint: 'https://example.com/hooks',
	});
});
