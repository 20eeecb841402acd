/** An n8n with an outbox at work, whose memory and tables are watched. */
const { CrashStage } = require('../e2e/crashStage');

const { createVitalsEnvironment } = require('./vitals');

const HEAP_MB = 512;
const KEPT_EXECUTIONS = 500;
const TICK_SECONDS = 5;
const PRUNE_SECONDS = 30;
const KEPT_DELIVERIES = 300;

/** Starts it. @returns its stage, and the environment for `Vitals.open` */
async function startWatched(name) {
	const watched = await createVitalsEnvironment({
		heapMegabytes: HEAP_MB,
		keptExecutions: KEPT_EXECUTIONS,
	});
	const stage = new CrashStage(name, { env: watched.env });
	await stage.start();
	return { stage, watched };
}

/** Delivers what is due, and prunes, from now on. */
async function keepDelivering(stage) {
	await stage.schedule(TICK_SECONDS);
	await stage.every(PRUNE_SECONDS, {
		resource: 'delivery',
		operation: 'prune',
		maxOnRecord: KEPT_DELIVERIES,
	});
}

module.exports = { keepDelivering, startWatched };
