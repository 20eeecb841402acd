/** Measures what the core costs in addition to the unavoidable HMAC, without n8n or a network. */
const { createHmac } = require('node:crypto');

const { newSecret } = require('../e2e/workflows');

const { compileConditions } = require('../../build/core/event/conditions');
const { compileFieldFilters } = require('../../build/core/event/fieldFilter');
const { platform } = require('../../build/core/platforms/definitions/agenticflow');
const { signRequest } = require('../../build/core/signing/sign');
const { verifyRequest } = require('../../build/core/signing/verify');
const { validate } = require('../../build/core/http/validateBody');

const { say } = require('./rounds');
const { compare, median } = require('./statistics');
const { buildVerifications } = require('./verification');

const EVENT_TYPE = 'workflow.execution.completed';
const SIZES = [
	['1 KB', 1024],
	['1 MB', 1024 ** 2],
];
/** Number of turns that our operation and the HMAC each take in a round. */
const TURNS = 10;
const MAX_OVER_US = 10;
const MAX_OVER_PERCENT = 5;

/** Creates an event of this size, whose data is a list of records. */
function createEvent(bytes) {
	const event = {
		event: EVENT_TYPE,
		timestamp: '2026-01-15T10:30:00Z',
		webhook_id: 'wh_bench',
		data: {
			workflow_id: 'wf_bench',
			execution_id: 'exec_bench',
			status: 'success',
			duration_seconds: 300,
			input_data: { name: 'Jane Doe', email: 'jane@example.com' },
			output_data: { records: [] },
			credits_used: 4.5,
		},
	};
	const record = (index) => ({
		id: `record_${index}`,
		email: `customer-${index}@example.com`,
		note: 'Ordered twice, paid once; asks for an invoice.',
	});
	const { records } = event.data.output_data;
	const each = JSON.stringify(record(0)).length + 1;
	const room = bytes - JSON.stringify(event).length;
	while ((records.length + 1) * (each + 8) < room) records.push(record(records.length));
	event.data.output_data.padding = '';
	const left = bytes - JSON.stringify(event).length;
	event.data.output_data.padding = 'x'.repeat(Math.max(0, left));
	return event;
}

/** Returns the operations to measure on a body. */
function operationsOn(event, body, secret) {
	const { events, scheme } = platform;
	const { data } = event;
	const nowMs = Date.now();
	const secrets = [secret];
	const headers = Object.fromEntries(
		Object.entries(signRequest(scheme, { body, id: 'evt_bench', nowMs, secrets })).map(
			([name, value]) => [name.toLowerCase(), value],
		),
	);
	const known = events.types.find(({ value }) => value === EVENT_TYPE);
	return {
		hmac: () => createHmac('sha256', secret).update(body).digest('hex').length,
		verify: () => verifyRequest(scheme, { headers, body, nowMs, secrets }).valid,
		sign: () => signRequest(scheme, { body, id: 'evt_bench', nowMs, secrets }) !== undefined,
		condition: () =>
			compileConditions({
				status: 'success',
				duration_seconds: { lt: 600 },
				credits_used: { gt: 1 },
			})(data).met,
		filter: () =>
			compileFieldFilters({
				include_fields: ['workflow_id', 'status', 'input_data', 'output_data'],
				exclude_fields: ['input_data.email'],
			})(data).status === 'success',
		'filter in a list': () =>
			compileFieldFilters({ exclude_fields: ['output_data.records.email'] })(data).status ===
			'success',
		validate: () =>
			validate(events.schema, event).valid && validate(known.data, data, events.data).valid,
	};
}

const TITLES = {
	verify: 'Verify a signature',
	sign: 'Sign',
	condition: 'Conditions on three fields, compiled and tested',
	filter: 'Filter: four fields in, one out',
	'filter in a list': 'Filter: one field out of each record of a list',
	validate: 'Validate an event',
};

/** Operations that include an HMAC are compared with it; the others count in full. */
const WITH_HMAC = ['verify', 'sign'];

/** Measures how long a call takes, in µs. */
function time(operation, calls) {
	const began = process.hrtime.bigint();
	for (let call = 0; call < calls; call += 1) {
		if (!operation()) throw new Error('The measured operation failed.');
	}
	return Number(process.hrtime.bigint() - began) / 1000 / calls;
}

/** Returns the number of calls that take `ms` milliseconds. */
const callsWithin = (operation, ms) =>
	Math.max(1, Math.round((ms * 1000) / Math.max(0.05, time(operation, 20))));

/** Measures an operation and the HMAC in turns. */
function measureRound(operation, hmac, roundMs) {
	const turnMs = roundMs / TURNS / 2;
	const calls = [operation, hmac].map((one) => callsWithin(one, turnMs));
	const turns = [[], []];
	for (let turn = 0; turn < TURNS; turn += 1) {
		turns[0].push(time(operation, calls[0]));
		turns[1].push(time(hmac, calls[1]));
	}
	return turns.map(median);
}

function buildRow(name, size, samples) {
	const isSmall = size === SIZES[0][0];
	const kinds = WITH_HMAC.includes(name) ? ['over', 'percentOver'] : ['alone', 'percentOf'];
	return {
		part: 'core',
		unit: 'µs',
		what: `${TITLES[name]}, ${size}`,
		against: 'createHmac over the same bytes',
		...compare(samples.ours, samples.theirs, kinds[isSmall ? 0 : 1]),
		target: { atMost: isSmall ? MAX_OVER_US : MAX_OVER_PERCENT },
	};
}

/** Measures our operation and what it is compared with, round after round. */
function sampleRounds(ours, theirs, { rounds, roundMs }) {
	const samples = { ours: [], theirs: [] };
	for (let round = 0; round <= rounds; round += 1) {
		const [own, other] = measureRound(ours, theirs, roundMs);
		if (round === 0) continue;
		samples.ours.push(own);
		samples.theirs.push(other);
	}
	return samples;
}

/** @returns the result rows of the schemes that are no HMAC over the body */
const measureVerifications = (sizes) =>
	buildVerifications().map(({ against, ours, theirs, what }) => {
		say(`Core: ${what} …`);
		const samples = sampleRounds(ours, theirs, sizes);
		const figure = compare(samples.ours, samples.theirs, 'over');
		return { part: 'core', unit: 'µs', what, against, ...figure };
	});

/** @returns the result rows of the core */
function core(sizes) {
	const secret = newSecret();
	const rows = SIZES.flatMap(([size, bytes]) => {
		const event = createEvent(bytes);
		const body = Buffer.from(JSON.stringify(event), 'utf8');
		const { hmac, ...operations } = operationsOn(event, body, secret);
		return Object.entries(operations).map(([name, operation]) => {
			say(`Core: ${name}, ${size} …`);
			return buildRow(name, size, sampleRounds(operation, hmac, sizes));
		});
	});
	return [...rows, ...measureVerifications(sizes)];
}

module.exports = { core };
