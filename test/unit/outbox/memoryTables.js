const { MAX_CONDITIONS, MAX_FOUND, TABLES } = require('../../../build/core/outbox/store/tables');

/**
 * The outbox's tables in memory. They behave as n8n's Data Tables (https://docs.n8n.io/data/data-tables/):
 * tablesContract.js tests both.
 */

/** Thrown by every call of a process that was killed. */
class KilledError extends Error {}

const SYSTEM_COLUMNS = { id: 'number', createdAt: 'date', updatedAt: 'date' };
const TYPES = {
	string: (value) => typeof value === 'string',
	number: (value) => typeof value === 'number' && Number.isFinite(value),
	boolean: (value) => typeof value === 'boolean',
	date: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
};

function getType(table, column, system) {
	const type = TABLES[table][column] ?? (system ? SYSTEM_COLUMNS[column] : undefined);
	if (type === undefined) throw new Error(`unknown column name '${column}'`);
	return type;
}

function checkValues(table, values, system = false) {
	for (const [column, value] of Object.entries(values)) {
		const type = getType(table, column, system);
		if (value !== null && !TYPES[type](value)) {
			throw new Error(`value '${value}' does not match column type '${type}'`);
		}
	}
}

/** SQL's comparisons: nothing is greater than, less than or equal to NULL. */
const COMPARISONS = {
	eq: (actual, value) => (value === null ? actual === null : actual === value),
	neq: (actual, value) => (value === null ? actual !== null : actual !== value),
	gt: (actual, value) => actual !== null && value !== null && actual > value,
	gte: (actual, value) => actual !== null && value !== null && actual >= value,
	lt: (actual, value) => actual !== null && value !== null && actual < value,
	lte: (actual, value) => actual !== null && value !== null && actual <= value,
	contains: (actual, value) => actual !== null && actual.includes(value),
};

/** Replaces what PostgreSQL has no text with. */
const toStorable = (value) =>
	typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value;

const toStorableRow = (row) =>
	Object.fromEntries(Object.entries(row).map(([column, value]) => [column, toStorable(value)]));

function compile(table, query) {
	const conditions = 'all' in query ? query.all : query.any;
	if (conditions.length > MAX_CONDITIONS) throw new Error('Expression tree is too large');
	const tests = conditions.map(({ column, operator, value: searched }) => {
		const value = toStorable(searched);
		checkValues(table, { [column]: value }, true);
		const compare = COMPARISONS[operator];
		return (row) => compare(row[column], value);
	});
	if (tests.length === 0) return () => true;
	return 'all' in query
		? (row) => tests.every((test) => test(row))
		: (row) => tests.some((test) => test(row));
}

const compare = (a, b) => {
	if (a === b) return 0;
	if (a === null) return -1;
	if (b === null) return 1;
	return a < b ? -1 : 1;
};

/** The effects of the calls. Each is atomic. */
const EFFECTS = {
	insert(rows, nextId, table, added) {
		for (const row of added) checkValues(table, row);
		const empty = Object.fromEntries(Object.keys(TABLES[table]).map((column) => [column, null]));
		for (const row of added) rows.push({ ...empty, ...toStorableRow(row), id: nextId() });
	},
	find(rows, nextId, table, query, { by = 'id', limit, newestFirst }) {
		getType(table, by, true);
		if (!(limit >= 1 && limit <= MAX_FOUND)) throw new Error(`limit ${limit} is out of range`);
		const direction = newestFirst ? -1 : 1;
		return rows
			.filter(compile(table, query))
			.sort((a, b) => direction * compare(a[by], b[by]) || a.id - b.id)
			.slice(0, limit)
			.map((row) => ({ ...row }));
	},
	update(rows, nextId, table, query, values) {
		checkValues(table, values);
		const found = rows.filter(compile(table, query));
		return found.map((row) => ({ ...Object.assign(row, toStorableRow(values)) }));
	},
	remove(rows, nextId, table, query) {
		const matches = compile(table, query);
		const kept = rows.filter((row) => !matches(row));
		return rows.splice(0, rows.length, ...kept).length - kept.length;
	},
};

const nextTick = async (_call) => await new Promise((resolve) => setImmediate(resolve));

/** Returns the calls in words, with the changes of one `applyChanges` in one text. */
const callNames = ({ calls }) =>
	calls.reduce((names, { joined, method, table }) => {
		const name = `${method} ${table}`;
		return joined ? [...names.slice(0, -1), `${names.at(-1)}, ${name}`] : [...names, name];
	}, []);

/** Creates a database to which any number of processes can connect. */
function createStore() {
	const tables = Object.fromEntries(Object.keys(TABLES).map((table) => [table, []]));
	const lastIds = Object.fromEntries(Object.keys(TABLES).map((table) => [table, 0]));
	const createIdCounter = (table) => () => (lastIds[table] += 1);
	const run = (method, table, ...args) =>
		EFFECTS[method](tables[table], createIdCounter(table), table, ...args);
	/** Numbers rows that become visible later, maybe after others with higher numbers. */
	const numbered = (table, rows) => {
		const ids = rows.map(createIdCounter(table));
		return () => EFFECTS.insert(tables[table], () => ids.shift(), table, rows);
	};

	/**
	 * Connects a process.
	 * @param pause runs before and after each call, so that other processes interleave
	 * @param failAt the number of the call that fails, or a function that returns whether a call fails
	 * @param failed whether that call fails `before` or `after` its effect
	 * @param numbersFirst whether rows get their IDs before the first pause, as in PostgreSQL, and not with
	 * the effect, as in SQLite
	 * @param killAt the number of the call at which the process is killed
	 * @param killed whether it is killed `before` or `after` the call's effect
	 */
	function connect({
		pause = nextTick,
		failAt,
		failed = 'before',
		killAt,
		killed = 'before',
		numbersFirst = false,
	} = {}) {
		const connection = { calls: [], dead: false };
		const assertAlive = () => {
			if (connection.dead) throw new KilledError('The process is dead');
		};
		/** @param joined whether it belongs to the same call as the change before it */
		const perform = async (method, table, args, joined = false) => {
			assertAlive();
			const call = { table, method, args: structuredClone(args), joined };
			const count = connection.calls.push(call);
			const fails = typeof failAt === 'function' ? failAt(call, count) : count === failAt;
			const dies = count === killAt;
			const copiedArgs = structuredClone(args);
			const effect =
				method === 'insert' && numbersFirst
					? numbered(table, ...copiedArgs)
					: () => run(method, table, ...copiedArgs);
			await pause(call);
			assertAlive();
			if (dies && killed === 'before') connection.dead = true;
			assertAlive();
			if (fails && failed === 'before') throw new Error('The database is busy');
			const result = effect();
			if (dies) connection.dead = true;
			assertAlive();
			await pause(call);
			assertAlive();
			if (fails) throw new Error('The database went away');
			return result;
		};
		for (const method of Object.keys(EFFECTS)) {
			connection[method] = async (table, ...args) => await perform(method, table, args);
		}
		// Each change counts as a call: the process can be killed between them.
		connection.applyChanges = async (changes) => {
			for (const [index, { change, table, ...args }] of changes.entries()) {
				await perform(change, table, Object.values(args), index > 0);
			}
		};
		connection.applyAndFind = async (changes, finds) => {
			await connection.applyChanges(changes);
			const lists = [];
			for (const [index, { options, query, table }] of finds.entries()) {
				const joined = changes.length + index > 0;
				lists.push(await perform('find', table, [query, options], joined));
			}
			return lists;
		};
		return connection;
	}

	return {
		connect,
		/** Returns all rows of a table, oldest first. */
		rows: (table) => structuredClone(tables[table]),
		/** Inserts or edits rows directly, without a process. */
		insert: (table, rows) => run('insert', table, rows),
		edit: (table, id, values) => {
			Object.assign(
				tables[table].find((row) => row.id === id),
				values,
			);
		},
	};
}

module.exports = { callNames, createStore, KilledError };
