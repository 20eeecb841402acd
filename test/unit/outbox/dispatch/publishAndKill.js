const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { createWorld, LIMITS } = require('../world');

/**
 * Publishes events in a process that is killed at its n-th call of a method on a table.
 * @param killed whether it is killed `before` or `after` the call's effect
 */
async function publishAndKill(
	world,
	inputs,
	method,
	table,
	{ killed, limits = LIMITS, nth = 1 } = {},
) {
	const rehearsal = createWorld({ attemptMs: world.attemptMs });
	for (const { endpoint_id: id } of world.store.rows('endpoints')) await rehearsal.register(id);
	const probe = rehearsal.process();
	await publishEvents(probe, inputs, limits);
	const calls = probe.tables.calls.map((call, index) => ({ ...call, number: index + 1 }));
	const matching = calls.filter((call) => call.method === method && call.table === table);
	const { number: killAt } = matching[nth - 1];
	const ports = world.process({ killAt, killed });
	await expect(publishEvents(ports, inputs, limits)).rejects.toThrow('dead');
}

module.exports = { publishAndKill };
