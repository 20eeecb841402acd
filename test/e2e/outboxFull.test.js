/** An outbox whose data tables are full, in an n8n of its own with little room for them. */
const axios = require('axios');

const { getOutputs, pause } = require('../harness/n8n');

const { CrashStage } = require('./crashStage');
const { chain, node, startNode, uniqueName } = require('./workflows');

const [DELIVERED, HEALTH] = [0, 3];
const FULL = /n8n’s data tables are full/;

const stage = new CrashStage('full', {
	env: {
		N8N_DATA_TABLES_MAX_SIZE_BYTES: '1500000',
		N8N_DATA_TABLES_SIZE_CHECK_CACHE_DURATION_MS: '0',
	},
});

beforeAll(async () => await stage.start());
afterAll(async () => await stage.stop());

/** Sends an event with 100 KB of data. */
const send = async () =>
	await stage.run({
		resource: 'event',
		operation: 'send',
		sendTo: 'subscribers',
		customEventType: 'order.created',
		dataSource: 'json',
		data: '={{ JSON.stringify({ text: "x".repeat(100000) }) }}',
	});

const due = (options = {}) => ({ resource: 'delivery', operation: 'deliverDue', options });

/** Runs Deliver Due with a node on Health. Returns its items by output. */
async function deliverDue(options) {
	const name = uniqueName('due');
	const nodes = [startNode(name), stage.action('Do', due(options))];
	const tell = node('Tell', 'n8n-nodes-base.noOp', {});
	const connections = chain(...nodes);
	connections.Do = { main: [[], [], [], [{ node: 'Tell', type: 'main', index: 0 }]] };
	const { base, client } = stage.n8n;
	const id = await client.createWorkflow({ name, nodes: [...nodes, tell], connections });
	await axios.post(`${base}/webhook/${name}`, {});
	const [execution] = await client.finished(id, 1, 120_000);
	await client.deactivate(id);
	expect(execution.status).toBe('success');
	return getOutputs(execution, 'Do').map((items) => items.map(({ json }) => json));
}

test('full tables are an alert on Health, fail a run without it, and have room once the log is pruned', async () => {
	const box = uniqueName('full');
	await stage.endpoint('Shop', `${stage.base}/receive/svix/${box}`, {
		retrySchedule: 'list',
		retryDelays: '1 s',
	});
	/** Sends events until there is no room. Returns how many. */
	async function fill() {
		for (let sent = 0; ; sent += 1) {
			const error = await send().then(() => undefined, String);
			if (error === undefined) continue;
			expect(error).toMatch(FULL);
			return sent;
		}
	}
	const sent = await fill();
	expect(sent).toBeGreaterThan(5);
	// The last one may have arrived, without room for its outcome. Then it is sent again later.
	expect([sent, sent + 1]).toContain((await stage.readInbox(box)).length);

	// Something has to be written: a delivery's retry. It is made due while there is room.
	const pruned = { maxOnRecord: 1 };
	await deliverDue(pruned);
	await stage.planResponses(box, [{ status: 503 }]);
	const [, [pending]] = await send();
	await fill();
	await pause(1000);
	await expect(stage.run(due())).rejects.toThrow(FULL);
	const full = await deliverDue();
	expect(full[HEALTH]).toEqual([{ alert: 'outbox.full', reason: expect.stringMatching(FULL) }]);
	expect(full[DELIVERED]).toEqual([]);

	const made = await deliverDue(pruned);
	expect(made[HEALTH]).toMatchObject([{ alert: 'outbox.full' }]);
	const freed = await deliverDue(pruned);
	const { delivery_id } = pending;
	expect(freed[DELIVERED]).toContainEqual(expect.objectContaining({ attempts: 2, delivery_id }));
	expect(freed[HEALTH].map(({ alert }) => alert)).not.toContain('outbox.full');
	const [delivered] = await send();
	expect(delivered).toMatchObject([{ status: 'delivered' }]);
});
