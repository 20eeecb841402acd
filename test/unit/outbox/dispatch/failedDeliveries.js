/** Deliveries whose first attempt failed, for tests of what happens to them later. */
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { createWorld, events, LIMITS, START } = require('../world');

const START_MS = Date.parse(START);

/** Creates endpoint settings with a list of delays between attempts, e.g. `1 min, 5 min`. */
const listed = (delays) => ({ settings: { retry_policy: { schedule: 'list', delays } } });

const getStatuses = ({ results }) => results.map(({ delivery }) => delivery.status).sort();

/** Creates a world in which `count` events were sent, and their first attempts failed. */
async function failedOnce(count, input = {}) {
	const world = createWorld({ answer: () => 500 });
	await world.register('ep_a', input);
	await publishEvents(world.process(), events(count), LIMITS);
	return world;
}

module.exports = { failedOnce, getStatuses, listed, START_MS };
