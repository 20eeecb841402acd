/** Measures n8n's peak memory while it sends many items. */
const fs = require('node:fs');

const { Inspector } = require('../harness/inspector');
const { findAnyPort } = require('../harness/ports');

const { interleave } = require('./rounds');
const { createItems, Sending } = require('./sending');
const { compare, median } = require('./statistics');

const KILOBYTES_IN_A_MEGABYTE = 1024;
/** Resets Linux's record of the largest resident set. */
const FORGET_PEAK = '5';

const row = (items) => ({
	part: 'memory',
	unit: 'MB',
	what: `Peak resident set of n8n, ${items.toLocaleString('en')} items: Send`,
	against: 'Crypto, HTTP Request',
});

/** Reads a process's largest resident set since the last reset, in MB. */
function peakMegabytes(pid) {
	const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
	return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)[1]) / KILOBYTES_IN_A_MEGABYTE;
}

async function measure(stage, inspectPort, { items: count, rounds }) {
	const [pid] = stage.n8n.pids;
	const inspector = await Inspector.open(pid, inspectPort);
	const sending = new Sending(stage);
	await sending.start();
	const items = createItems(count);
	const grown = { ours: [], chain: [] };
	const peak = (name, send) => async () => {
		await inspector.collectGarbage();
		fs.writeFileSync(`/proc/${pid}/clear_refs`, FORGET_PEAK);
		const before = peakMegabytes(pid);
		let after;
		await send(items, () => {
			after = peakMegabytes(pid);
		});
		grown[name].push(after - before);
		return after;
	};
	const samples = await interleave(
		'Memory',
		{
			ours: peak('ours', await sending.ours('http')),
			chain: peak('chain', await sending.chain('http')),
		},
		rounds,
		'MB at most',
	);
	inspector.close();
	const [own, other] = [grown.ours, grown.chain].map((values) => Math.round(median(values)));
	return {
		...row(count),
		engine: stage.engine,
		...compare(samples.ours, samples.chain),
		target: { atMost: 1 },
		note: `Above what n8n had before the run: ours ${own} MB, theirs ${other} MB`,
	};
}

/**
 * @param inN8n runs a measurement in a new n8n, with additional environment variables
 * @returns the result row of memory
 */
async function memory(inN8n, sizes) {
	if (sizes === undefined) return [{ ...row(10_000), skipped: '--quick leaves it out' }];
	if (process.platform !== 'linux') {
		return [
			{ ...row(sizes.items), skipped: 'Only Linux reports a process’s largest resident set' },
		];
	}
	const inspectPort = await findAnyPort();
	const env = { NODE_OPTIONS: `--inspect-port=${inspectPort}` };
	return [await inN8n(async (stage) => await measure(stage, inspectPort, sizes), env)];
}

module.exports = { memory };
