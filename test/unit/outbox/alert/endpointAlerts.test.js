const { applyObservedAttempts } = require('../../../../build/core/outbox/alert/endpointAlerts');

const { HOUR, makeEndpoint, NOW } = require('../endpoint/makeEndpoint');

const DAY = 24 * HOUR;
const iso = (ms) => new Date(ms).toISOString();
const FIVE_DAYS = { rule: 'failingFor', days: 5 };
const see = (outcome, atMs, more) => ({ outcome, atMs, ended: false, isOfAlert: false, ...more });
const exhausted = { id: 'dlv_1', eventId: 'evt_1', eventType: 'order.created', attempts: 3 };
const exhaust = (atMs, more) => see('retryable', atMs, { ended: true, exhausted, ...more });

/** Applies attempts one run after the other, and returns what each run found. */
function run(runs, rule, endpoint = makeEndpoint()) {
	let current = endpoint;
	return runs.map((attempts) => {
		const applied = applyObservedAttempts(current, attempts, rule);
		current = applied.endpoint;
		return applied;
	});
}

const listAlerts = (found) =>
	found.map(({ changes }) =>
		changes.map(({ change, progress, tellsTenant }) => [change, progress, tellsTenant]),
	);

test('warns at the first failure, then at half, three quarters and nine tenths of the way, each once', () => {
	const days = [0, 1, 2.5, 2.6, 3.75, 4, 4.5, 4.9, 5];
	const found = run(
		days.map((day) => [see('timeout', NOW + day * DAY)]),
		FIVE_DAYS,
	);
	expect(listAlerts(found)).toEqual([
		[['failing', 0, true]],
		[],
		[['failing', 0.5, true]],
		[],
		[['failing', 0.75, true]],
		[],
		[['failing', 0.9, true]],
		[],
		[['disabled', undefined, true]],
	]);
	expect(found[2].changes[0].reason).toBe(
		'The endpoint keeps failing: 50% of the way to being disabled',
	);
});

test('warns once of the furthest share if failures skip some', () => {
	const found = run([[see('timeout', NOW)], [see('timeout', NOW + 4.6 * DAY)]], FIVE_DAYS);
	expect(listAlerts(found)[1]).toEqual([['failing', 0.92, true]]);
});

test('counts failures in a row, and warns anew after a success', () => {
	const rule = { rule: 'consecutiveFailures', count: 4 };
	const fail = (hours) => [see('timeout', NOW + hours * HOUR)];
	const success = [see('success', NOW + 6 * HOUR)];
	const found = run([fail(0), fail(2), fail(4), success, fail(8), fail(10)], rule);
	expect(listAlerts(found)).toEqual([
		[['failing', 0.25, true]],
		[['failing', 0.5, true]],
		[['failing', 0.75, true]],
		[['recovered', undefined, true]],
		[['failing', 0.25, true]],
		[['failing', 0.5, true]],
	]);
});

test('tells the tenant of each kind at most once an hour, and the owner of every change', () => {
	const minutes = (count) => NOW + count * 60_000;
	const flapping = [0, 1, 2, 3, 59, 60, 61].map((minute, index) => [
		see(index % 2 === 0 ? 'timeout' : 'success', minutes(minute)),
	]);
	expect(listAlerts(run(flapping, { rule: 'never' }))).toEqual([
		[['failing', undefined, true]],
		[['recovered', undefined, true]],
		[['failing', undefined, false]],
		[['recovered', undefined, false]],
		[['failing', undefined, false]],
		[['recovered', undefined, false]],
		[['failing', undefined, true]],
	]);
});

test('tells the tenant again within an hour after the clock was set back by a day', () => {
	const at = (ms, outcome) => [see(outcome, ms)];
	const back = NOW - DAY;
	const runs = [
		at(NOW, 'timeout'),
		at(back, 'success'),
		at(back + 1, 'timeout'),
		at(back + 2, 'success'),
		at(back + 3, 'timeout'),
	];
	const told = run(runs, { rule: 'never' }).map(({ changes }) => changes[0].tellsTenant);
	expect(told).toEqual([true, true, true, false, false]);
});

test('says of deliveries that ended without success, once an hour and for all of them', () => {
	const endpoint = { ...makeEndpoint(), failingSince: iso(NOW - DAY), consecutiveFailures: 9 };
	const at = (minute) => NOW + minute * 60_000;
	const runs = [[exhaust(at(0)), exhaust(at(1))], [exhaust(at(59))], [exhaust(at(61))]];
	const found = run(runs, { rule: 'never' }, endpoint);
	expect(listAlerts(found)).toEqual([
		[['exhausted', undefined, true]],
		[],
		[['exhausted', undefined, true]],
	]);
	expect(found[0].changes[0]).toMatchObject({
		reason: '2 deliveries failed and are not retried',
		exhausted,
	});
	expect(found[2].changes[0].reason).toBe('A delivery failed and is not retried');
});

test('tells nobody of what the delivery of an alert has shown', () => {
	const found = run([[exhaust(NOW, { isOfAlert: true })]], { rule: 'exhausted' });
	expect(listAlerts(found)).toEqual([
		[
			['failing', undefined, false],
			['disabled', undefined, false],
		],
	]);
	// So it does not keep the tenant from being told of something else.
	expect(found[0].endpoint.alerts).toEqual({});
});

test('keeps what it has told with the endpoint', () => {
	const [, { endpoint }] = run([[see('timeout', NOW)], [exhaust(NOW + 4 * DAY)]], FIVE_DAYS);
	expect(endpoint.alerts).toEqual({
		share: 0.75,
		failing: iso(NOW + 4 * DAY),
		exhausted: iso(NOW + 4 * DAY),
	});
});

test('finds nothing new if the run made no attempt at a failing endpoint', () => {
	const endpoint = { ...makeEndpoint(), failingSince: iso(NOW - DAY), consecutiveFailures: 9 };
	const { changes, endpoint: after } = applyObservedAttempts(endpoint, [], FIVE_DAYS);
	expect(changes).toEqual([]);
	expect(after).toEqual(endpoint);
});
