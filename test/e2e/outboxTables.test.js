/** The contract of the outbox's tables, in n8n's own Data Tables: a test node calls them inside n8n. */
const { testTablesContract } = require('../harness/tablesContract');

const {
	createActionWorkflow,
	deactivateWorkflows,
	getOutputs,
	node,
	uniqueName,
} = require('./stage');

const action = node('Tables', 'n8n-nodes-outbox-tables.outboxTables', {});

let plan;
beforeAll(async () => {
	plan = await createActionWorkflow(action);
});

afterAll(deactivateWorkflows);

/** Opens the tables of an outbox. Calls made at once are made at once in n8n, by one execution. */
function openTables(outbox) {
	let waiting = [];
	async function send(batch) {
		const calls = batch.map(({ args, method }) => ({ args, method }));
		const [execution] = await plan.start({ items: [{ outbox, calls }] });
		const [items] = getOutputs(execution, 'Tables');
		batch.forEach(({ reject, resolve }, index) => {
			const { error, result } = items[index].json;
			if (error === undefined) resolve(result);
			else reject(new Error(error));
		});
	}
	const call = async (method, args) =>
		await new Promise((resolve, reject) => {
			waiting.push({ args, method, reject, resolve });
			if (waiting.length > 1) return;
			setImmediate(() => {
				const batch = waiting;
				waiting = [];
				send(batch).catch((error) => batch.forEach((one) => one.reject(error)));
			});
		});
	return Object.fromEntries(
		['applyAndFind', 'applyChanges', 'find', 'insert', 'remove', 'update'].map((method) => [
			method,
			async (...args) => await call(method, args),
		]),
	);
}

describe('n8n’s Data Tables keep the contract of the Tables port', () => {
	testTablesContract(async () => openTables(uniqueName('contract').replaceAll('-', '_')));
});
