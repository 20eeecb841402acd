/** Fills n8n's Data Tables to their limit while events are sent. */
const { FaultStage } = require('./faultStage');

const LIMIT_BYTES = 3_000_000;
const PAYLOAD_BYTES = 100_000;
/** More than the limit has room for. */
const MOST_SENDS = 200;
const SETTLES_WITHIN_MS = 120_000;

const stage = new FaultStage('full', {
	env: {
		N8N_DATA_TABLES_MAX_SIZE_BYTES: String(LIMIT_BYTES),
		N8N_DATA_TABLES_WARNING_THRESHOLD_BYTES: String(LIMIT_BYTES / 2),
		N8N_DATA_TABLES_SIZE_CHECK_CACHE_DURATION_MS: '100',
	},
});
let endpoint;

beforeAll(async () => {
	await stage.start();
	endpoint = await stage.createEndpoint('full');
}, 600_000);

afterAll(async () => await stage.stop());

const text = 'x'.repeat(PAYLOAD_BYTES);
const SEND = {
	resource: 'event',
	operation: 'send',
	sendTo: 'subscribers',
	customEventType: 'order.created',
	options: {},
};

test('a send to full tables fails with what to do, and works after they were pruned', async () => {
	let sends = 0;
	let status = 200;
	while (status === 200 && sends < MOST_SENDS) {
		({ status } = await stage.sendOnce(1, { text }));
		sends += 1;
	}
	console.log(
		`tables of ${LIMIT_BYTES} bytes were full after ${sends} sends of ${PAYLOAD_BYTES} bytes`,
	);
	expect(sends).toBeLessThan(MOST_SENDS);
	expect(await stage.findError(SEND)).toMatch(
		/data tables are full.*N8N_DATA_TABLES_MAX_SIZE_BYTES/s,
	);
	await stage.run({ resource: 'delivery', operation: 'prune', maxOnRecord: 1 });
	expect(await stage.findError(SEND)).toBeUndefined();
	expect(await stage.deliverAll(endpoint.box, stage.acknowledged, SETTLES_WITHIN_MS)).toEqual([]);
}, 900_000);
