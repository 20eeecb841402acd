/** How the outbox finds its tables in n8n, in particular those of an earlier version of this package. */
const omit = require('lodash/omit');

const { TABLES } = require('../../../build/core/outbox/store/tables');
const { openDataTables } = require('../../../build/nodes/shared/outbox/dataTables');

/** The columns that tables lack which were made before order, circuit breakers and alerts. */
const NEW = {
	endpoints: { probe_at: 'date', alerts: 'string' },
	deliveries: { order_key: 'string', order_number: 'number' },
};

let count = 0;

/** An n8n that has an outbox’s tables. It counts what is asked of rows. */
function createN8n(tables) {
	const state = { rowSteps: 0, created: [] };
	const list = () =>
		Object.entries(tables).map(([table, columns], index) => ({
			id: `t${index}`,
			name: `box_${table}_v1`,
			columns: Object.entries(columns).map(([name, type]) => ({ name, type })),
		}));
	const runStep = ({ operation, resource, tableName }) => {
		if (resource === 'row') state.rowSteps += 1;
		if (operation === 'create') state.created.push(tableName);
		return operation === 'list' ? list() : [];
	};
	count += 1;
	const workflow = { id: `workflow ${count}` };
	state.context = {
		getWorkflow: () => workflow,
		executeWorkflow: async ({ code }) => {
			const steps = code.nodes.filter(({ type }) => type === 'n8n-nodes-base.dataTable');
			const items = steps.flatMap(({ parameters }) => runStep(parameters));
			return { data: [items.map((json) => ({ json }))] };
		},
	};
	return state;
}

const OLD = Object.fromEntries(
	Object.entries(TABLES).map(([table, columns]) => [
		table,
		omit(columns, Object.keys(NEW[table] ?? {})),
	]),
);

const read = async ({ context }) =>
	await openDataTables(context, 'box').find(
		'endpoints',
		{ all: [] },
		{ newestFirst: false, limit: 10 },
	);

test('tables of an earlier version are not touched, and the error says which columns to add', async () => {
	const n8n = createN8n(OLD);
	const { message } = await read(n8n).catch((error) => error);
	for (const [table, columns] of Object.entries(NEW)) {
		expect(message).toContain(`"box_${table}_v1" lacks`);
		for (const [name, type] of Object.entries(columns)) {
			expect(message).toContain(`the column "${name}" with the type ${type}`);
		}
	}
	expect(message).toContain('Add what is missing under Data tables in n8n; existing rows stay.');
	expect(message).toContain('Or rename or delete "box_tenants_v1"');
	expect(message).not.toMatch(/"box_(?:tenants|events|event_types)_v1" lacks/);
	expect(n8n).toMatchObject({ rowSteps: 0, created: [] });
});

test('tables that got these columns by hand are used', async () => {
	const withColumns = Object.fromEntries(
		Object.entries(OLD).map(([table, columns]) => [table, { ...columns, ...NEW[table] }]),
	);
	const n8n = createN8n(withColumns);
	expect(await read(n8n)).toEqual([]);
	expect(n8n).toMatchObject({ rowSteps: 1, created: [] });
});

test('a column with another type is named with both types', async () => {
	const n8n = createN8n({ ...TABLES, events: { ...TABLES.events, data: 'number' } });
	await expect(read(n8n)).rejects.toThrow(
		'"box_events_v1" has the column "data" with the type number instead of string.',
	);
});

test('n8n gets no text with NUL, which PostgreSQL rejects together with the other rows of the call', async () => {
	const n8n = createN8n(TABLES);
	const { executeWorkflow } = n8n.context;
	const calls = [];
	n8n.context.executeWorkflow = async (...call) => {
		calls.push(call);
		return await executeWorkflow(...call);
	};
	const query = { all: [{ column: 'error', operator: 'eq', value: 'c\0' }] };
	await openDataTables(n8n.context, 'box').applyChanges([
		{ change: 'insert', table: 'deliveries', rows: [{ error: 'a\0' }] },
		{ change: 'update', table: 'deliveries', query, values: { error: 'b\0' } },
		{ change: 'update', table: 'deliveries', query, values: { error: '=\0' } },
		{ change: 'remove', table: 'deliveries', query },
	]);
	const sent = JSON.stringify(calls.slice(1));
	expect(sent).not.toContain('\\u0000');
	for (const text of ['a', 'b', 'c', '=']) expect(sent).toContain(`${text}\uFFFD`);
});
