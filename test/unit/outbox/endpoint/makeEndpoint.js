const { createEndpoint } = require('../../../../build/core/outbox/endpoint/lifecycle');

const NOW = Date.parse('2025-01-15T10:00:00.000Z');
const HOUR = 3_600_000;
const iso = (ms) => new Date(ms).toISOString();

const INPUT = {
	name: 'Orders',
	url: 'https://example.com/hooks?token=query-token',
	platform: 'agenticflow',
};

/** Creates an endpoint, at {@link NOW} by default: AgenticFlow's, unless the input says otherwise. */
const makeEndpoint = (input = {}, nowMs = NOW) =>
	createEndpoint({ ...INPUT, ...input }, 'ep_1', nowMs);

module.exports = { HOUR, iso, makeEndpoint, NOW };
