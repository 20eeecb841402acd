const { MAX_CONDITIONS, MAX_FOUND, TABLES } = require('../../../dist/core/outbox/store/tables');

/**
 * The outbox's tables in memory, as n8n's Data Tables behave: https://docs.n8n.io/data/data-tables/ and
 * n8n's data-table-rows.repository.
 */

/** What every call throws once its process is dead. */
class KilledError extends Error {}

const SYSTEM_COLUMNS = { id: 'number', createdAt: 'date', updatedAt: 'date' };
const TYPES = {
	string: (value) => typeof value === 'string',
	number: (value) => typeof value === 'number' && Number.isFinite(value),
	boolean: (value) => typeof value === 'boolean',
	date: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
};

function typeOf(table, column, system) {
	const type = TABLES[table][column] ?? (system ? SYSTEM_COLUMNS[column] : undefined);
	if (type === undefined) throw new Error(`unknown column name '${column}'`);
	return type;
}

function checkValues(table, values, system = false) {
	for (const [column, value] of Object.entries(values)) {
		const type = typeOf(table, column, system);
		if (value !== null && !TYPES[type](value)) {
			throw new Error(`value '${value}' does not match column type '${type}'`);
		}
	}
}

/** SQL's comparisons: with NULL nothing is greater, smaller or equal. */
const COMPARISONS = {
	eq: (actual, value) => (value === null ? actual === null : actual === value),
	neq: (actual, value) => (value === null ? actual !== null : actual !== value),
	gt: (actual, value) => actual !== null && value !== null && actual > value,
	gte: (actual, value) => actual !== null && value !== null && actual >= value,
	lt: (actual, value) => actual !== null && value !== null && actual < value,
	lte: (actual, value) => actual !== null && value !== null && actual <= value,
	contains: (actual, value) => actual !== null && actual.includes(value),
};

function compile(table, query) {
	const conditions = 'all' in query ? query.all : query.any;
	if (conditions.length > MAX_CONDITIONS) throw new Error('Expression tree is too large');
	const tests = conditions.map(({ column, operator, value }) => {
		checkValues(table, { [column]: value }, true);
		const compare = COMPARISONS[operator];
		return (row) => compare(row[column], value);
	});
	if (tests.length === 0) return () => true;
	return 'all' in query
		? (row) => tests.every((holds) => holds(row))
		: (row) => tests.some((holds) => holds(row));
}

const compare = (a, b) => {
	if (a === b) return 0;
	if (a === null) return -1;
	if (b === null) return 1;
	return a < b ? -1 : 1;
};

/** What a call does, in one step. */
const EFFECTS = {
	insert(rows, nextId, table, added) {
		for (const row of added) checkValues(table, row);
		const empty = Object.fromEntries(Object.keys(TABLES[table]).map((column) => [column, null]));
		for (const row of added) rows.push({ ...empty, ...row, id: nextId() });
	},
	find(rows, nextId, table, query, { by = 'id', limit, newestFirst }) {
		typeOf(table, by, true);
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
		return found.map((row) => ({ ...Object.assign(row, values) }));
	},
	remove(rows, nextId, table, query) {
		const fits = compile(table, query);
		const kept = rows.filter((row) => !fits(row));
		return rows.splice(0, rows.length, ...kept).length - kept.length;
	},
};

const nextTick = async () => await new Promise((resolve) => setImmediate(resolve));

/** What calls were made, in words: changes that were made in one call stand together. */
const callNames = ({ calls }) =>
	calls.reduce((names, { joined, method, table }) => {
		const name = `${method} ${table}`;
		return joined ? [...names.slice(0, -1), `${names.at(-1)}, ${name}`] : [...names, name];
	}, []);

/** A database. Any number of processes connect to it. */
function createStore() {
	const tables = Object.fromEntries(Object.keys(TABLES).map((table) => [table, []]));
	const lastIds = Object.fromEntries(Object.keys(TABLES).map((table) => [table, 0]));
	const nextIdOf = (table) => () => (lastIds[table] += 1);
	const run = (method, table, ...args) =>
		EFFECTS[method](tables[table], nextIdOf(table), table, ...args);
	/** Numbers rows that are seen later: others, with higher numbers, may be seen before. */
	const numbered = (table, rows) => {
		const ids = rows.map(nextIdOf(table));
		return () => EFFECTS.insert(tables[table], () => ids.shift(), table, rows);
	};

	/**
	 * @param pause before and after each call, so that others come in between
	 * @param failAt the number of the call that fails, or a function that tells whether a call does;
	 * `failed`: whether it had its effect all the same
	 * @param numbersFirst whether rows get their ids before the first pause, as PostgreSQL's do, and not with
	 * the effect, as SQLite's
	 * @param killAt the number of the call with which the process dies; `killed`: whether it has its effect
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
		/** @param joined whether it is made in one call with the change before it */
		const perform = async (method, table, args, joined = false) => {
			assertAlive();
			const call = { table, method, args: structuredClone(args), joined };
			const count = connection.calls.push(call);
			const fails = typeof failAt === 'function' ? failAt(call, count) : count === failAt;
			const dies = count === killAt;
			const given = structuredClone(args);
			const effect =
				method === 'insert' && numbersFirst
					? numbered(table, ...given)
					: () => run(method, table, ...given);
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
		// Each change counts: the process can die between them as well.
		connection.applyChanges = async (changes) => {
			for (const [index, { change, table, ...given }] of changes.entries()) {
				await perform(change, table, Object.values(given), index > 0);
			}
		};
		return connection;
	}

	return {
		connect,
		/** Everything that is in a table, oldest first. */
		rows: (table) => structuredClone(tables[table]),
		/** Puts rows in, or changes them, by hand. */
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
