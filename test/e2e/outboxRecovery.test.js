/** Tests the operations that send again, later or not at all, in a real n8n: docs/recovery.md. */
const stage = require('./stage');

const { ACTION, deactivateWorkflows, n8n, newSecret, newStandardSecret, node } = stage;
const { planResponses, pause, readInbox, receiver, runAction, setReceiverSecrets, uniqueName } =
	stage;

const secret = newStandardSecret();
const SINCE = '2026-01-01T00:00:00Z';
let outbox;

beforeAll(async () => {
	await setReceiverSecrets({ standard: secret });
	outbox = await n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret: newSecret(),
		outboxName: uniqueName('recovery').replaceAll('-', '_'),
	});
});

afterAll(deactivateWorkflows);

async function run(resource, operation, parameters = {}, items = [{}]) {
	const { execution, outputs } = await runAction(
		items,
		node('Act', ACTION, { resource, operation, ...parameters }, { credentials: outbox }),
	);
	return { execution, outputs: outputs.map((output) => (output ?? []).map(({ json }) => json)) };
}

/** Runs an operation that succeeds, and returns its items by output. */
async function act(...args) {
	const { execution, outputs } = await run(...args);
	expect([execution.status, execution.data.resultData.error?.message]).toEqual([
		'success',
		undefined,
	]);
	return outputs;
}

const byId = (value) => ({ __rl: true, mode: 'id', value });

/** Registers an endpoint for the events of one test. */
async function register(eventTypes) {
	const box = uniqueName('recovered');
	const [[{ id }]] = await act('endpoint', 'create', {
		endpointName: box,
		url: `${receiver}/receive/standardwebhooks/${box}`,
		platform: 'standardWebhooks',
		signingSecret: secret,
		eventTypes,
		retrySchedule: 'none',
		options: { allowHttp: true, allowInternal: true },
	});
	return { box, id };
}

const send = async (customEventType, options = {}, items = [{ n: 1 }]) =>
	await act('event', 'send', { sendTo: 'subscribers', customEventType, options }, items);

const deliverDue = async () => await act('delivery', 'deliverDue');

/** Returns the IDs of the events that an inbox got, each as often as it got it. */
async function readIds(box) {
	const requests = await readInbox(box);
	expect(requests.filter(({ verified }) => !verified)).toEqual([]);
	return requests.map(({ headers }) => headers['webhook-id']).sort();
}

test('Replay Many previews and queues what failed while an endpoint was down', async () => {
	const type = uniqueName('down');
	const { box, id } = await register(`${type}.*`);
	await planResponses(box, [{ status: 400 }, { status: 500 }, { status: 400 }]);
	const [, , failed] = await send(`${type}.a`, {}, [{ n: 1 }, { n: 2 }, { n: 3 }]);
	await send(`${type}.b`);
	expect(failed).toHaveLength(3);

	const filters = { eventTypes: `${type}.*`, outcomes: ['permanent'] };
	const selection = { since: SINCE, filters };
	const [[preview]] = await act('delivery', 'replayMany', { ...selection, previewOnly: true });
	expect(preview).toMatchObject({
		deliveries: 2,
		unchanged_deliveries: 0,
		preview: true,
		complete: true,
		endpoints: [{ endpoint_name: box, deliveries: 2, endpoint_id: id }],
	});
	expect((await deliverDue()).flat()).toEqual([]);
	const [[replayed]] = await act('delivery', 'replayMany', selection);
	expect(replayed).toEqual({ ...preview, preview: false });
	const [delivered] = await deliverDue();
	expect(delivered).toHaveLength(2);
	expect(await readIds(box)).toHaveLength(6);

	await act('endpoint', 'disable', { endpoint: byId(id) });
	const [[kept]] = await act('delivery', 'replayMany', {
		since: SINCE,
		filters: { endpointId: byId(id) },
	});
	expect(kept).toMatchObject({
		deliveries: 0,
		unchanged_deliveries: 1,
		endpoints: [{ reason: expect.stringContaining('Endpoint → Enable') }],
	});
});

test('Recover Missing makes deliveries of 1,200 past events once, also in two runs at once', async () => {
	const type = uniqueName('late');
	const count = 1200;
	const items = Array.from({ length: count }, (_, n) => ({ n }));
	const [, , , skipped] = await send(type, {}, items);
	expect(skipped).toHaveLength(count);
	const { box, id } = await register(type);
	const selection = { endpoint: byId(id), since: SINCE };
	const [[preview]] = await act('endpoint', 'recoverMissing', { ...selection, previewOnly: true });
	expect(preview).toMatchObject({ deliveries: count, preview: true, complete: true });
	const runs = await Promise.all(
		[1, 2].map(async () => (await act('endpoint', 'recoverMissing', selection))[0][0]),
	);
	expect(runs[0].deliveries + runs[1].deliveries).toBe(count);
	const [delivered] = await deliverDue();
	expect(delivered).toHaveLength(count);
	const ids = await readIds(box);
	expect(ids).toEqual(skipped.map(({ event_id }) => event_id).sort());
	const [[again]] = await act('endpoint', 'recoverMissing', selection);
	expect(again).toMatchObject({ deliveries: 0, complete: true });

	// All of them at once, over several pages.
	const [[replayed]] = await act('delivery', 'replayMany', {
		since: SINCE,
		statuses: ['delivered'],
		filters: { endpointId: byId(id) },
	});
	expect(replayed).toMatchObject({ deliveries: count, complete: true });
	const [[cancelled]] = await act('delivery', 'cancelMany', {
		since: SINCE,
		filters: { endpointId: byId(id) },
	});
	expect(cancelled).toMatchObject({ deliveries: count, complete: true });
	expect((await deliverDue()).flat()).toEqual([]);
	expect(await readIds(box)).toHaveLength(count);
});

test('Send with Deliver At waits for the time, unless the event is cancelled', async () => {
	const type = uniqueName('timed');
	const { box } = await register(type);
	const at = new Date(Date.now() + 15_000).toISOString();
	const [delivered, [kept]] = await send(type, { deliverAt: at });
	expect(delivered).toEqual([]);
	expect(kept).toMatchObject({ status: 'pending', attempts: 0, next_attempt_at: at });
	const [, [dropped]] = await send(type, { deliverAt: at });
	const [[cancelled]] = await act('delivery', 'cancelMany', {
		filters: { eventId: byId(dropped.event_id) },
	});
	expect(cancelled).toMatchObject({ deliveries: 1, endpoints: [{ endpoint_name: box }] });
	expect((await deliverDue()).flat()).toEqual([]);
	await pause(Math.max(0, Date.parse(at) - Date.now() + 500));
	expect((await deliverDue())[0]).toMatchObject([{ event_id: kept.event_id }]);
	expect(await readIds(box)).toEqual([kept.event_id]);
	const [log] = await act('delivery', 'getAll', { filters: { status: ['cancelled'] } });
	expect(log.map(({ status }) => status)).toContain('cancelled');
});

test('Send with Endpoints sends to them alone, and to nobody if one does not exist', async () => {
	const [chosen, subscribed] = [await register('no.such'), await register(uniqueName('all'))];
	const type = uniqueName('chosen');
	const [delivered] = await send(type, { endpointIds: chosen.id });
	expect(delivered).toMatchObject([{ endpoint_id: chosen.id, status: 'delivered' }]);
	const { execution } = await run('event', 'send', {
		sendTo: 'subscribers',
		customEventType: type,
		options: { endpointIds: `${chosen.id}, ep_x`, idempotencyKey: type },
	});
	expect(execution.data.resultData.error.message).toContain('There is no endpoint "ep_x"');
	const [corrected] = await send(type, { endpointIds: chosen.id, idempotencyKey: type });
	expect(corrected).toMatchObject([{ status: 'delivered', duplicate: false }]);
	expect(await readIds(chosen.box)).toHaveLength(2);
	expect(await readIds(subscribed.box)).toEqual([]);
});

test('Send Again sends a past event to an endpoint right away', async () => {
	const type = uniqueName('again');
	const first = await register(type);
	const [[{ event_id: eventId }]] = await send(type);
	const other = await register('no.such');
	for (const { id } of [first, other]) {
		const [delivered] = await act('event', 'sendAgain', {
			eventId: byId(eventId),
			endpoint: byId(id),
		});
		expect(delivered).toMatchObject([{ status: 'delivered', event_id: eventId, endpoint_id: id }]);
	}
	expect(await readIds(first.box)).toEqual([eventId, eventId]);
	expect(await readIds(other.box)).toEqual([eventId]);
});
