const fc = require('fast-check');

const { Deduplicator } = require('../../../build/core/receiving/deduplicator');

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('Deduplicator', () => {
	const WINDOW_MS = 60_000;

	/**
	 * A deduplicator with a clock; `start` keeps the result of each delivery, which has one key or a
	 * list of them.
	 */
	function createDeduplicator(maxKeys = 100, maxKeysPerTrigger = maxKeys) {
		const window = new Deduplicator({ maxKeys, maxKeysPerTrigger });
		const state = { nowMs: 0 };
		const start = (keys = 'a', { callers = ['c'], trigger = 't' } = {}) => {
			const kept = { result: undefined, complete: undefined };
			kept.done = window
				.start({ trigger, callers, keys: [keys].flat() }, WINDOW_MS, () => state.nowMs)
				.then((outcome) => Object.assign(kept, outcome));
			return kept;
		};
		/** Starts a delivery and completes it at once if it is new. */
		const receive = async (keys, received = true, owner = {}) => {
			const delivery = start(keys, owner);
			await delivery.done;
			delivery.complete?.(received);
			return delivery.result;
		};
		return { start, receive, state };
	}

	test('starts the first delivery of a key and recognizes the next one as a duplicate', async () => {
		const { receive } = createDeduplicator();
		expect(await receive('a')).toBe('first');
		expect(await receive('a')).toBe('duplicate');
		expect(await receive('b')).toBe('first');
	});

	test('recognizes duplicates until the window is over, counted from the answer', async () => {
		const { start, receive, state } = createDeduplicator();
		const first = start('a');
		await first.done;
		state.nowMs = 5000;
		first.complete(true);
		state.nowMs = 5000 + WINDOW_MS - 1;
		expect(await receive('a')).toBe('duplicate');
		state.nowMs = 5000 + WINDOW_MS;
		expect(await receive('a')).toBe('first');
		// The new delivery has its own window.
		state.nowMs += WINDOW_MS - 1;
		expect(await receive('a')).toBe('duplicate');
	});

	test('does not extend the window for a duplicate', async () => {
		const { receive, state } = createDeduplicator();
		await receive('a');
		state.nowMs = WINDOW_MS / 2;
		expect(await receive('a')).toBe('duplicate');
		state.nowMs = WINDOW_MS;
		expect(await receive('a')).toBe('first');
	});

	test('lets duplicates wait for the answer, and recognizes them if it was a success', async () => {
		const { start } = createDeduplicator();
		const first = start();
		const repeats = [start(), start()];
		await settled();
		expect(repeats.map(({ result }) => result)).toEqual([undefined, undefined]);
		first.complete(true);
		await settled();
		expect(repeats.map(({ result }) => result)).toEqual(['duplicate', 'duplicate']);
	});

	test('starts exactly one of the waiting deliveries if the first one fails', async () => {
		const { start } = createDeduplicator();
		const deliveries = [start(), start(), start(), start()];
		await settled();
		for (let failing = 0; failing < 3; failing += 1) {
			deliveries[failing].complete(false);
			await settled();
			expect(deliveries.map(({ result }) => result)).toEqual(
				deliveries.map((_, index) => (index <= failing + 1 ? 'first' : undefined)),
			);
		}
		deliveries[3].complete(true);
		await settled();
		const late = start();
		await late.done;
		expect(late.result).toBe('duplicate');
	});

	test('forgets a failed delivery that nobody repeats', async () => {
		const { receive } = createDeduplicator();
		expect(await receive('a', false)).toBe('first');
		expect(await receive('a', true)).toBe('first');
	});

	test('starts one delivery of those that arrive in the moment of the failure, and lets the others wait', async () => {
		const { start } = createDeduplicator();
		const first = start();
		const waiting = start();
		await settled();
		first.complete(false);
		const newcomer = start();
		await settled();
		expect([waiting.result, newcomer.result].sort()).toEqual(['first', undefined]);
	});

	test('ignores a second completion', async () => {
		const { start, receive } = createDeduplicator();
		const first = start();
		await first.done;
		first.complete(true);
		first.complete(false);
		expect(await receive('a')).toBe('duplicate');

		const { start: again } = createDeduplicator();
		const failed = again();
		await failed.done;
		failed.complete(false);
		const second = again();
		await second.done;
		failed.complete(true);
		const third = again();
		await settled();
		expect([second.result, third.result]).toEqual(['first', undefined]);
	});

	test('lets at most 20 duplicates wait', async () => {
		const { start } = createDeduplicator();
		const first = start();
		const waiting = Array.from({ length: 20 }, () => start());
		const extra = [start(), start()];
		await settled();
		expect(extra.map(({ result }) => result)).toEqual(['busy', 'busy']);
		expect(waiting.every(({ result }) => result === undefined)).toBe(true);
		// Another key is not busy.
		const other = start('b');
		await other.done;
		expect(other.result).toBe('first');
		first.complete(true);
		await settled();
		expect(waiting.every(({ result }) => result === 'duplicate')).toBe(true);
	});

	test('forgets the oldest keys above its limit', async () => {
		const { receive } = createDeduplicator(3);
		for (const key of ['a', 'b', 'c', 'd']) expect(await receive(key)).toBe('first');
		for (const key of ['b', 'c', 'd']) expect(await receive(key)).toBe('duplicate');
		expect(await receive('a')).toBe('first');
		expect(await receive('b')).toBe('first');
		expect(await receive('d')).toBe('duplicate');
	});

	test('does not forget a delivery that is not answered yet', async () => {
		const { start, receive } = createDeduplicator(2);
		const pending = start('a');
		await pending.done;
		for (const key of ['b', 'c', 'd', 'e']) await receive(key);
		const repeat = start('a');
		await settled();
		expect(repeat.result).toBeUndefined();
		pending.complete(true);
		await settled();
		expect(repeat.result).toBe('duplicate');
	});

	test('recognizes a duplicate by any one of its keys, and remembers no other key of it', async () => {
		const { receive } = createDeduplicator();
		expect(await receive(['id 1', 'digest 1'])).toBe('first');
		expect(await receive(['id 2', 'digest 1'])).toBe('duplicate');
		expect(await receive(['digest 1'])).toBe('duplicate');
		expect(await receive(['id 1', 'digest 2'])).toBe('duplicate');
		expect(await receive(['id 2', 'digest 2'])).toBe('first');
	});

	test('lets a delivery wait for one that has another of its keys', async () => {
		const { start } = createDeduplicator();
		const first = start(['id 1', 'digest 1']);
		const replay = start(['id 2', 'digest 1']);
		const other = start(['id 3', 'digest 3']);
		await settled();
		expect([replay.result, other.result]).toEqual([undefined, 'first']);
		first.complete(false);
		await settled();
		expect(replay.result).toBe('first');
	});

	test('forgets all keys of a failed delivery', async () => {
		const { receive } = createDeduplicator();
		expect(await receive(['id 1', 'digest 1'], false)).toBe('first');
		expect(await receive(['id 1', 'digest 2'])).toBe('first');
		expect(await receive(['id 2', 'digest 1'])).toBe('first');
	});

	test('keeps the keys of triggers and of callers apart', async () => {
		const { receive } = createDeduplicator();
		const owners = [{}, { trigger: 'u' }, { callers: ['d'] }, { trigger: 'u', callers: ['d'] }];
		for (const owner of owners) expect(await receive('a', true, owner)).toBe('first');
		for (const owner of owners) expect(await receive('a', true, owner)).toBe('duplicate');
	});

	test('recognizes a duplicate from any of the callers that signed the first delivery', async () => {
		const { receive } = createDeduplicator();
		expect(await receive('a', true, { callers: ['old', 'new'] })).toBe('first');
		for (const caller of ['old', 'new']) {
			expect(await receive('a', true, { callers: [caller] })).toBe('duplicate');
		}
	});

	test('forgets only keys of a caller who sends too many for the trigger', async () => {
		const { receive } = createDeduplicator(1000, 20);
		const quiet = { callers: ['quiet'] };
		for (const key of ['a', 'b', 'c']) await receive(key, true, quiet);
		for (let key = 0; key < 100; key += 1) await receive(`flood ${key}`);
		for (const key of ['a', 'b', 'c']) expect(await receive(key, true, quiet)).toBe('duplicate');
		expect(await receive('flood 99')).toBe('duplicate');
		expect(await receive('flood 82')).toBe('first');
	});

	test('forgets only keys of a trigger that gets too many for the process', async () => {
		const { receive } = createDeduplicator(30, 25);
		for (const trigger of ['quiet 1', 'quiet 2']) await receive(['a', 'b'], true, { trigger });
		for (let key = 0; key < 100; key += 1) await receive(`flood ${key}`);
		for (let key = 0; key < 3; key += 1) await receive(`late ${key}`, true, { trigger: 'late' });
		for (const trigger of ['quiet 1', 'quiet 2']) {
			expect(await receive('a', true, { trigger })).toBe('duplicate');
		}
		expect(await receive('late 0', true, { trigger: 'late' })).toBe('duplicate');
		expect(await receive('flood 99')).toBe('duplicate');
		expect(await receive('flood 70')).toBe('first');
	});

	test('remembers as many keys as its limit, whatever fails, expires or is repeated', async () => {
		const owner = fc.record({
			trigger: fc.constantFrom('t', 'u', 'v'),
			callers: fc.constantFrom(['c'], ['d'], ['c', 'd']),
		});
		const delivery = fc.record({
			owner,
			keys: fc.uniqueArray(fc.constantFrom(...'abcdefghij'), { minLength: 1, maxLength: 3 }),
			received: fc.boolean(),
			pauseMs: fc.constantFrom(0, WINDOW_MS),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(delivery, { maxLength: 60 }), async (deliveries) => {
				const { receive, state } = createDeduplicator(8, 5);
				for (const { keys, owner: from, pauseMs, received } of deliveries) {
					state.nowMs += pauseMs;
					await receive(keys, received, from);
				}
				let remembered = 0;
				for (const trigger of ['t', 'u', 'v']) {
					let ofTrigger = 0;
					for (const caller of ['c', 'd']) {
						for (const key of 'abcdefghij') {
							const result = await receive(key, false, { trigger, callers: [caller] });
							if (result === 'duplicate') ofTrigger += 1;
						}
					}
					expect(ofTrigger).toBeLessThanOrEqual(5);
					remembered += ofTrigger;
				}
				expect(remembered).toBeLessThanOrEqual(8);
			}),
		);
	});

	test('starts exactly one of several deliveries at once if it succeeds', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 21 }), async (count) => {
				const { start } = createDeduplicator();
				const deliveries = Array.from({ length: count }, () => start());
				await settled();
				const first = deliveries.filter(({ result }) => result === 'first');
				expect(first).toHaveLength(1);
				first[0].complete(true);
				await settled();
				const results = deliveries.map(({ result }) => result);
				expect(results.filter((result) => result === 'first')).toHaveLength(1);
				expect(results.filter((result) => result === 'duplicate')).toHaveLength(count - 1);
			}),
		);
	});

	test('runs one delivery of a key at a time and lets one succeed at most, whichever fail', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 21 }),
				fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
				async (keys, answers) => {
					const { start } = createDeduplicator();
					const deliveries = keys.map((key) => ({
						key,
						delivery: start(key),
						answered: undefined,
					}));
					for (let turn = 0; ; turn += 1) {
						await settled();
						const running = deliveries.filter(
							({ answered, delivery }) => delivery.result === 'first' && answered === undefined,
						);
						for (const key of ['a', 'b']) {
							const of = running.filter((entry) => entry.key === key);
							expect(of.length).toBeLessThanOrEqual(1);
						}
						if (running.length === 0) break;
						running[0].answered = answers[turn % answers.length];
						running[0].delivery.complete(running[0].answered);
					}
					expect(deliveries.every(({ delivery }) => delivery.result !== undefined)).toBe(true);
					for (const key of new Set(keys)) {
						const of = deliveries.filter((entry) => entry.key === key);
						const succeeded = of.filter(({ answered }) => answered === true).length;
						const repeated = of.filter(({ delivery }) => delivery.result === 'duplicate').length;
						expect(succeeded).toBeLessThanOrEqual(1);
						// A delivery that its sender believes to have failed is never a duplicate.
						if (succeeded === 0) expect(repeated).toBe(0);
					}
				},
			),
		);
	});
});
