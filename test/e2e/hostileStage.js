/**
 * An n8n with a bounded heap that hostile requests are sent to, several at once, and what they must not change in it:
 * its executions, its tables and its memory. HOSTILE_REQUESTS sets their number (300 by default) and HOSTILE_SEED the
 * seed of what is random. `npm run test:soak -- hostile` sends ten thousand.
 */
const { Inspector } = require('../harness/inspector');
const { residentMegabytes } = require('../harness/memory');
const { bootN8n, pause } = require('../harness/n8n');
const { findAnyPort } = require('../harness/ports');
const { exchange } = require('../harness/rawHttp');

const SEED = Number(process.env.HOSTILE_SEED ?? 20_240_120);
const REQUESTS = Number(process.env.HOSTILE_REQUESTS ?? 300);
const AT_ONCE = 8;
const HEAP_MB = 512;
/** With fewer, n8n is still warming up in the first half. */
const MEASURED_FROM = 10_000;
const MAX_GROWTH = 1.05;
const SHOWN_FAULTS = 20;

/** Time in which an execution would have begun. */
const NOTHING_BEGINS_MS = 1000;

class HostileStage {
	/** @param name the n8n's folder below .n8n/ */
	constructor(name) {
		this.name = name;
	}

	async start(env = {}) {
		const inspectPort = await findAnyPort();
		this.n8n = await bootN8n({
			name: this.name,
			env: {
				// n8n deletes rows of executions that it does not keep later, and would change their number.
				EXECUTIONS_DATA_PRUNE: 'false',
				NODE_OPTIONS: `--max-old-space-size=${HEAP_MB} --inspect-port=${inspectPort}`,
				...env,
			},
		});
		this.inspector = await Inspector.open(this.n8n.pids[0], inspectPort);
	}

	async stop() {
		this.inspector?.close();
		await this.n8n?.stop();
	}

	/** Sends one request as it is. */
	async send(request) {
		return await exchange(this.n8n.port, request);
	}

	async measureMegabytes() {
		await this.inspector.collectGarbage();
		return residentMegabytes(this.n8n.pids[0]);
	}

	async #count(table, where = 'TRUE') {
		const [{ count }] = await this.n8n.query(
			`SELECT COUNT(*) AS count FROM "${table}" WHERE ${where}`,
		);
		return Number(count);
	}

	/** Counts all executions, or those of one workflow, also those that have not ended. */
	async countExecutions(workflowId) {
		const where = workflowId === undefined ? undefined : `"workflowId" = '${workflowId}'`;
		return await this.#count('execution_entity', where);
	}

	/** Counts the rows of each Data Table. */
	async countRows() {
		const counts = {};
		for (const { id, name } of await this.n8n.query('SELECT id, name FROM data_table')) {
			counts[name] = await this.#count(`data_table_user_${id}`);
		}
		return counts;
	}

	/** What must be the same before and after requests that are rejected. */
	async takeCensus() {
		await pause(NOTHING_BEGINS_MS);
		return { executions: await this.countExecutions(), rows: await this.countRows() };
	}

	/**
	 * Sends this number of requests, several at once.
	 * @param next returns the next request
	 * @param findFault returns what is wrong with the answer to a request, or `undefined`
	 * @returns the faults, and the count of each status
	 */
	async #attack(next, findFault, from, count) {
		const faults = [];
		const statuses = {};
		let started = from;
		const work = async () => {
			while (started < from + count) {
				const index = started;
				started += 1;
				const request = next(index);
				const answer = await this.send(request);
				statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
				const fault = findFault(request, answer);
				if (fault !== undefined) {
					const { label } = request;
					faults.push({ seed: SEED, index, label, fault, answer: answer.text.slice(0, 500) });
				}
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, work));
		return { faults, statuses };
	}

	/** Sends requests in two halves, and measures n8n's memory before, between and after them. */
	async attack({ count = REQUESTS, findFault, next }) {
		const half = Math.ceil(count / 2);
		const begun = Date.now();
		const megabytes = [await this.measureMegabytes()];
		const halves = [];
		for (const from of [0, half]) {
			halves.push(await this.#attack(next, findFault, from, half));
			megabytes.push(await this.measureMegabytes());
		}
		const faults = halves.flatMap((part) => part.faults);
		const statuses = halves.map((part) => part.statuses);
		const seconds = Math.round((Date.now() - begun) / 1000);
		console.log(
			JSON.stringify({ seed: SEED, seconds, megabytes: megabytes.map(Math.round), statuses }),
		);
		return { count, faults, megabytes, statuses };
	}
}

/** Expects that all requests of an attack were rejected as they should be, and that the second half cost no memory. */
function expectWithstood({ count, faults, megabytes }) {
	expect({ count: faults.length, some: faults.slice(0, SHOWN_FAULTS) }).toEqual({
		count: 0,
		some: [],
	});
	const [, afterFirst, afterSecond] = megabytes;
	if (count >= MEASURED_FROM) expect(afterSecond).toBeLessThanOrEqual(afterFirst * MAX_GROWTH);
}

module.exports = { expectWithstood, HostileStage, REQUESTS, SEED };
