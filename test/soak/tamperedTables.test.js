/**
 * Empties the outbox's tables and edits their rows, as a person can in n8n, while events are sent: one column of one row
 * after another gets a value that the outbox never writes. TAMPER_STEPS limits how many columns there are.
 */
const { pause } = require('../harness/n8n');

const { FaultStage, JAVASCRIPT_MESSAGE } = require('./faultStage');

const STEPS = Number(process.env.TAMPER_STEPS ?? Infinity);
const ARRIVES_WITHIN_MS = 90_000;
const BUSY_WAIT_MS = 50;
/** Of n8n itself. */
const OTHER_COLUMNS = ['id', 'createdAt', 'updatedAt'];
const GARBAGE = ["'garbage {'", 'NULL', "'={{ 1 }}'", '-1'];
const LOG = { resource: 'delivery', operation: 'getAll', returnAll: true, simplify: false };
const LIST = { resource: 'endpoint', operation: 'getAll', returnAll: true, simplify: false };

const stage = new FaultStage('tampered');
let kept;
let edited;

beforeAll(async () => {
	await stage.start();
	kept = await stage.createEndpoint('kept');
	edited = await stage.createEndpoint('edited');
}, 600_000);

afterAll(async () => await stage.stop());

/** Changes n8n's database, also while n8n writes to it. */
async function change(sql) {
	for (;;) {
		try {
			return await stage.n8n.query(sql);
		} catch (error) {
			if (!/locked|busy/i.test(error.message)) throw error;
			await pause(BUSY_WAIT_MS);
		}
	}
}

async function listTables() {
	const tables = await stage.n8n.query("SELECT id, name FROM data_table WHERE name LIKE 'crash%'");
	return tables.map(({ id, name }) => ({ name, table: `data_table_user_${id}` }));
}

const findTable = async (kind) =>
	(await listTables()).find(({ name }) => name.includes(`_${kind}_`)).table;

/** Expects that an event that is sent now arrives at the endpoint whose row nobody edits. */
async function expectFlow(what) {
	const { items } = await stage.sendOnce(1);
	const missing = await stage.deliverAll(
		kept.box,
		items.map(({ n }) => n),
		ARRIVES_WITHIN_MS,
	);
	expect({ what, missing }).toEqual({ what, missing: [] });
}

/** Runs what reads all rows. Returns the messages that no person may read. */
async function findStrangeMessages(what) {
	const messages = [];
	for (const parameters of [{ resource: 'delivery', operation: 'deliverDue' }, LOG, LIST]) {
		const message = await stage.findError(parameters);
		if (message !== undefined && JAVASCRIPT_MESSAGE.test(message)) messages.push([what, message]);
	}
	return messages;
}

test('a table of events or deliveries that is emptied in mid-run does not stop what is sent later', async () => {
	await expectFlow('nothing');
	for (const kind of ['deliveries', 'events']) {
		await stage.planResponses(edited.box, Array(3).fill({ status: 503 }));
		const sending = stage.sendOnce(20);
		await change(`DELETE FROM "${await findTable(kind)}"`);
		await sending;
		await expectFlow(`emptied ${kind}`);
		expect(await findStrangeMessages(`emptied ${kind}`)).toEqual([]);
	}
}, 900_000);

test('rows with values that the outbox never writes do not stop what is sent later', async () => {
	const strange = [];
	let steps = 0;
	for (const kind of ['deliveries', 'events', 'endpoints']) {
		const table = await findTable(kind);
		const columns = await stage.n8n.query(`PRAGMA table_info("${table}")`);
		for (const { name } of columns.filter((column) => !OTHER_COLUMNS.includes(column.name))) {
			if (steps >= STEPS) break;
			steps += 1;
			await stage.planResponses(edited.box, [{ status: 503 }]);
			await stage.sendOnce(1);
			const value = GARBAGE[steps % GARBAGE.length];
			const where =
				kind === 'endpoints'
					? `endpoint_id = '${edited.id}'`
					: `id = (SELECT MAX(id) FROM "${table}")`;
			const what = `${kind}.${name} = ${value}`;
			const [before] = await stage.n8n.query(
				`SELECT "${name}" AS value FROM "${table}" WHERE ${where}`,
			);
			await change(`UPDATE "${table}" SET "${name}" = ${value} WHERE ${where}`);
			await expectFlow(what);
			strange.push(...(await findStrangeMessages(what)));
			// The next column is edited alone.
			if (kind === 'endpoints' && before !== undefined) {
				const text =
					before.value === null ? 'NULL' : `'${String(before.value).replaceAll("'", "''")}'`;
				const place = name === 'endpoint_id' ? `endpoint_id IS ${value}` : where;
				await change(`UPDATE "${table}" SET "${name}" = ${text} WHERE ${place}`);
			}
		}
	}
	console.log(`${steps} columns were edited`);
	expect(strange).toEqual([]);
	expect(steps).toBeGreaterThan(0);
}, 3_600_000);

test('endpoints that were deleted from the table get nothing, and new ones do', async () => {
	await change(`DELETE FROM "${await findTable('endpoints')}"`);
	const before = (await stage.readInbox(kept.box)).length;
	await stage.sendOnce(3);
	expect(await findStrangeMessages('deleted endpoints')).toEqual([]);
	expect(await stage.readInbox(kept.box)).toHaveLength(before);
	kept = await stage.createEndpoint('kept again');
	await expectFlow('created again');
}, 600_000);
