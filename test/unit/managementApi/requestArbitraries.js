/** Arbitrary requests to the management API: valid ones of which parts are replaced. */
const fc = require('fast-check');

const { changed, nastyText, nastyValue } = require('../svixApi/callArbitraries');

const { SETTINGS, TASKS, TOKEN, WEBHOOK } = require('./managedWorld');

const BODIES = {
	create: { ...WEBHOOK, ...SETTINGS, authentication: TOKEN, description: 'A', status: 'active' },
	update: { ...WEBHOOK, ...SETTINGS, url_query: 'hidden', status: 'paused' },
	test: { event: 'order.created', test_data: { order: 7 } },
};

const QUERY = {
	...{ limit: '3', cursor: '', status: 'failed', event: 'order.created' },
	...{ since: '2025-01-15T00:00:00Z', until: '2025-01-15T00:00:00Z' },
};

const idempotency = fc.option(
	fc.record({ key: fc.constantFrom('key-1', 'key-2', ''), caller: fc.constant('caller') }),
	{ nil: undefined },
);

/** Arbitrary requests. @param ids of webhooks to choose from */
const createRequests = (ids) =>
	fc.constantFrom(...TASKS).chain((task) =>
		fc.record({
			task: fc.constant(task),
			id: ['list', 'create'].includes(task)
				? fc.constant(undefined)
				: fc.oneof(
						{ weight: 9, arbitrary: fc.constantFrom(...ids) },
						{ weight: 1, arbitrary: nastyText },
					),
			body:
				BODIES[task] === undefined
					? fc.constant(undefined)
					: fc.oneof(
							{ weight: 2, arbitrary: fc.constant(BODIES[task]) },
							{ weight: 6, arbitrary: changed(BODIES[task], nastyValue) },
							{ weight: 1, arbitrary: nastyValue },
						),
			query: fc.oneof(
				fc.constant({}),
				changed(QUERY, nastyText),
				fc.dictionary(nastyText, nastyText, { maxKeys: 2 }),
			),
			idempotency,
		}),
	);

module.exports = { BODIES, createRequests };
