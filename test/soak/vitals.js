/** Samples what must not grow in an n8n: the memory of its process, and the rows of its tables. */
const { Inspector } = require('../harness/inspector');
const { residentMegabytes } = require('../harness/memory');
const { findAnyPort } = require('../harness/ports');

const { judgeFlatness } = require('./flatness');

const SAMPLE_MS = 10_000;
const HEAP_USED = 'process.memoryUsage().heapUsed / 2 ** 20';
/** Below this, warming up takes most of the time. */
const JUDGED_FROM_MS = 10 * 60_000;
/** Rows come and go with each pruning, so a table may have more at the end of the judged time than at its beginning. */
const MAX_ROW_GROWTH = 1.2;
/** Fewer rows than this are no growth. */
const FEW_ROWS = 500;
const EXECUTIONS = 'executions';
/** n8n deletes executions in turns, so there may be more than it keeps. */
const MAX_EXECUTION_EXCESS = 2;

/** n8n deletes old executions within minutes instead of hours. */
const getPruningEnvironment = (keptExecutions) => ({
	EXECUTIONS_DATA_PRUNE: 'true',
	EXECUTIONS_DATA_PRUNE_MAX_COUNT: String(keptExecutions),
	EXECUTIONS_DATA_HARD_DELETE_BUFFER: '0',
	EXECUTIONS_DATA_PRUNE_SOFT_DELETE_INTERVAL: '1',
	EXECUTIONS_DATA_PRUNE_HARD_DELETE_INTERVAL: '1',
});

/** Chooses the inspector's port. Returns it with the environment for an n8n with a bounded heap. */
async function createVitalsEnvironment({ heapMegabytes, keptExecutions }) {
	const inspectPort = await findAnyPort();
	return {
		inspectPort,
		keptExecutions,
		env: {
			...getPruningEnvironment(keptExecutions),
			NODE_OPTIONS: `--max-old-space-size=${heapMegabytes} --inspect-port=${inspectPort}`,
		},
	};
}

/** Counts the rows of n8n's tables: each Data Table, and executions. */
async function countRows(n8n) {
	const tables = await n8n.query('SELECT id, name FROM data_table');
	const counts = {};
	for (const { id, name } of [...tables, { name: EXECUTIONS }]) {
		const table = id === undefined ? 'execution_entity' : `data_table_user_${id}`;
		const [{ count }] = await n8n.query(`SELECT COUNT(*) AS count FROM "${table}"`);
		counts[name] = Number(count);
	}
	return counts;
}

class Vitals {
	#series = new Map();
	#sampledMs = 0;

	/** @param n8n that was booted with the environment, which createVitalsEnvironment returned */
	async open(n8n, { inspectPort, keptExecutions }) {
		Object.assign(this, { n8n, keptExecutions });
		this.startedMs = Date.now();
		this.inspector = await Inspector.open(n8n.pids[0], inspectPort);
	}

	close() {
		this.inspector?.close();
	}

	#add(name, atMs, value) {
		this.#series.set(name, [...(this.#series.get(name) ?? []), { atMs, value }]);
	}

	/** Takes a sample if the last one was long enough ago. */
	async watch() {
		const atMs = Date.now();
		if (atMs - this.#sampledMs < SAMPLE_MS) return;
		this.#sampledMs = atMs;
		await this.#sample(atMs);
	}

	async #sample(atMs) {
		this.#add('resident MB', atMs, residentMegabytes(this.n8n.pids[0]));
		this.#add('heap MB', atMs, await this.inspector.evaluate(HEAP_USED));
		for (const [name, count] of Object.entries(await countRows(this.n8n))) {
			this.#add(`rows of ${name}`, atMs, count);
		}
	}

	/** Returns the number below which an increase is no growth. */
	#countFew(name) {
		if (name === `rows of ${EXECUTIONS}`) return this.keptExecutions * MAX_EXECUTION_EXCESS;
		return name.startsWith('rows') ? FEW_ROWS : 0;
	}

	/** Judges all series. @returns for each its line, and whether it is flat; `undefined` if the time was too short */
	judge() {
		if (Date.now() - this.startedMs < JUDGED_FROM_MS) return undefined;
		return Object.fromEntries(
			[...this.#series].map(([name, samples]) => {
				const isRows = name.startsWith('rows');
				const judged = judgeFlatness(samples, isRows ? { maxGrowth: MAX_ROW_GROWTH } : {});
				return [name, { ...judged, isFlat: judged.isFlat || judged.to < this.#countFew(name) }];
			}),
		);
	}

	/** The last values, for a run that is too short to be judged. */
	describe() {
		const describeSeries = ([name, samples]) =>
			`${name} ${Math.round(samples[0].value)} to ${Math.round(samples.at(-1).value)}`;
		return [...this.#series].map(describeSeries).join(', ');
	}
}

/** Expects that nothing grew, if it was watched for long enough. */
function expectFlat(judgement) {
	const growing = Object.entries(judgement ?? {}).filter(([, { isFlat }]) => !isFlat);
	expect(growing).toEqual([]);
}

module.exports = { countRows, createVitalsEnvironment, expectFlat, Vitals };
