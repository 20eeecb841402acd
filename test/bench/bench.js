/**
 * Measures what this package costs in n8n, compared with n8n alone. Figures are compared within adjacent
 * rounds, since machines and their load differ.
 */
const { core } = require('./core');
const { growth } = require('./growth');
const { inbound } = require('./inbound');
const { machine } = require('./machine');
const { memory } = require('./memory');
const { readOptions } = require('./options');
const { outbound } = require('./outbound');
const { print, writeJson, writeMarkdown } = require('./output');
const { say } = require('./rounds');
const { BenchStage } = require('./stage');
const { isReached } = require('./statistics');
const { suspended } = require('./suspended');
const { served } = require('./served');
const { tenants } = require('./tenants');
const { packageLoad } = require('./packageLoad');

/** n8n's default engine, which sending is measured with. Receiving is measured with both. */
const OWN_ENGINE = 'vm';
const ENGINES = [OWN_ENGINE, 'legacy'];
/** The parts that are measured with it. */
const IN_OWN_ENGINE = ['inbound', 'outbound', 'served', 'tenants', 'growth', 'suspended'];

const options = readOptions(process.argv.slice(2));

let running;

/** Runs a measurement in a new n8n. */
async function inN8n(engine, task, env) {
	running = new BenchStage(engine, { ...options.env, ...env });
	let isDone = false;
	try {
		await running.start();
		const results = await task(running);
		isDone = true;
		return results;
	} finally {
		await running.stop({ keep: !isDone });
	}
}

/** The parts to measure after n8n boots with one engine. */
async function measureIn(stage, results) {
	const { parts, sizes } = options;
	if (parts.includes('inbound')) results.push(...(await inbound(stage, sizes.inbound)));
	if (stage.engine !== OWN_ENGINE) return;
	if (parts.includes('outbound')) results.push(...(await outbound(stage, sizes.outbound)));
	if (parts.includes('served')) results.push(...(await served(stage, sizes.served)));
	if (parts.includes('tenants')) results.push(...(await tenants(stage, sizes.tenants)));
	if (parts.includes('growth')) results.push(...(await growth(stage, sizes.growth)));
	if (parts.includes('suspended')) results.push(...(await suspended(stage, sizes.suspended)));
}

/** @param results collects each part's results as it is measured */
async function measure(results) {
	const { parts, sizes } = options;
	if (parts.includes('core')) results.push(...core(sizes.core));
	if (parts.includes('load')) results.push(...packageLoad(sizes.load));
	for (const engine of ENGINES) {
		const needed = engine === OWN_ENGINE ? IN_OWN_ENGINE : ['inbound'];
		if (!parts.some((part) => needed.includes(part))) continue;
		await inN8n(engine, async (stage) => await measureIn(stage, results));
	}
	if (parts.includes('memory')) {
		const inOwnN8n = async (task, env) => await inN8n(OWN_ENGINE, task, env);
		results.push(...(await memory(inOwnN8n, sizes.memory)));
	}
}

function buildReport(measuredOn, results) {
	const { env, parts, quick } = options;
	const order = (result) => parts.indexOf(result.part);
	return {
		machine: measuredOn,
		options: { env, parts, quick },
		results: results
			.map((result) => ({
				...result,
				...(result.figure && { reached: isReached(result.figure, result.target) }),
			}))
			.sort((a, b) => order(a) - order(b)),
	};
}

async function main() {
	const { json, markdown } = options;
	const measuredOn = machine();
	const results = [];
	try {
		await measure(results);
	} finally {
		// Measuring takes long, so keep the results from before the error.
		if (results.length > 0) print(buildReport(measuredOn, results));
	}
	const report = buildReport(measuredOn, results);
	if (json !== undefined) writeJson(json, report);
	if (markdown !== undefined) writeMarkdown(markdown, report);
	say('Done.');
}

async function end(signal) {
	say(`${signal}: stopping n8n …`);
	await running?.stop();
	process.exit(1);
}
process.on('SIGINT', () => void end('SIGINT'));
process.on('SIGTERM', () => void end('SIGTERM'));

main().then(
	() => process.exit(0),
	(error) => {
		console.error(`\n✗ ${error.stack}`);
		process.exit(1);
	},
);
