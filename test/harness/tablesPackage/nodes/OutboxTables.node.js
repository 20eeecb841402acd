/**
 * Makes calls of the Tables port on n8n's Data Tables. Its only item has the `outbox` and `calls`, which are
 * made at once: `{ method, args }`. It returns an item per call, with its `result` or `error`.
 */
class OutboxTables {
	description = {
		displayName: 'Outbox Tables',
		name: 'outboxTables',
		group: ['input'],
		version: [1],
		description: 'Calls the tables of an outbox',
		defaults: { name: 'Outbox Tables' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	};

	async execute() {
		// test/e2e/boot.js puts the modules under test into this package.
		const { openDataTables } = require('../build/nodes/shared/outbox/dataTables');
		const [{ json }] = this.getInputData();
		const tables = openDataTables(this, json.outbox);
		const results = await Promise.all(
			json.calls.map(
				async ({ args, method }) =>
					await tables[method](...args).then(
						(result) => ({ result }),
						(error) => ({ error: error.message }),
					),
			),
		);
		return [results.map((result) => ({ json: result, pairedItem: { item: 0 } }))];
	}
}

module.exports = { OutboxTables };
