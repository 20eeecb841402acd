/**
 * Measures what deliveries to an endpoint that is down cost a run of Deliver Due, which serves another endpoint.
 */
const { interleave, say } = require('./rounds');
const { Sending, createItems } = require('./sending');
const { compare } = require('./statistics');

/** A port that nothing listens on. */
const DEAD_URL = 'http://127.0.0.1:9/';
const MAX_RATIO = 1.25;

/** Creates an outbox with an endpoint that has one due delivery before each run. */
async function createCase(sending, name, waiting) {
	const { measure, outbox } = await sending.outbox(name);
	await measure(createItems(1));
	if (waiting > 0) {
		await outbox.createEndpoint('Down', DEAD_URL, sending.secret, {
			circuitBreaker: { breaker: { failures: 1, probeMinutes: 1440 } },
			disableRule: 'never',
		});
		await outbox.fail(createItems(1));
		outbox.fillWaiting(waiting);
	}
	const { due } = await sending.idle(outbox);
	/** @param isProbed whether the endpoint that is down gets its probe in this run */
	return async (isProbed = false) => {
		outbox.makeDue(isProbed);
		const ms = await due();
		const { requests } = await sending.stage.received();
		if (requests !== 1) throw new Error(`The run made ${requests} requests, where 1 was due.`);
		return ms;
	};
}

/** @returns the result rows of endpoints that are down */
async function suspended(stage, { rounds, waiting }) {
	say('Suspended: making the outboxes …');
	const sending = new Sending(stage);
	await sending.start();
	const alone = await createCase(sending, 'alone', 0);
	const beside = await createCase(sending, 'beside', waiting);
	const samples = await interleave(
		'Suspended',
		{
			alone: async () => await alone(),
			beside: async () => await beside(),
			probe: async () => await beside(true),
		},
		rounds,
		'ms a run',
	);
	const count = waiting.toLocaleString('en');
	const toRow = (what, ours) => ({
		part: 'suspended',
		engine: stage.engine,
		unit: 'ms',
		what: `Deliver Due serves one event, ${count} wait for an endpoint that is down${what}`,
		against: 'itself, no other endpoint',
		...compare(ours, samples.alone),
	});
	return [
		{ ...toRow('', samples.beside), target: { atMost: MAX_RATIO } },
		toRow(', and it is probed', samples.probe),
	];
}

module.exports = { suspended };
