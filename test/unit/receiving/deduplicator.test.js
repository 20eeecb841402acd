const fc = require('fast-check');

const { Deduplicator } = require('../../../dist/core/receiving/deduplicator');

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the window of duplicates', () => {
	const WINDOW_MS = 60_000;

	/** A window on a clock of its own; `claim` keeps what became of each claim. */
	function duplicates(maxKeys = 100) {
		const window = new Deduplicator(maxKeys);
		const state = { nowMs: 0 };
		const claim = (key = 'a') => {
			const kept = { result: undefined, complete: undefined };
			kept.done = window
				.start(key, WINDOW_MS, () => state.nowMs)
				.then((outcome) => Object.assign(kept, outcome));
			return kept;
		};
		/** Claims a key and settles it at once, if it is new. */
		const receive = async (key, received = true) => {
			const claimed = claim(key);
			await claimed.done;
			claimed.complete?.(received);
			return claimed.result;
		};
		return { claim, receive, state };
	}

	test('the first delivery of a key is first, the next one a duplicate', async () => {
		const { receive } = duplicates();
		expect(await receive('a')).toBe('first');
		expect(await receive('a')).toBe('duplicate');
		expect(await receive('b')).toBe('first');
	});

	test('ends when its time is over, counted from the answer', async () => {
		const { claim, receive, state } = duplicates();
		const first = claim('a');
		await first.done;
		state.nowMs = 5000;
		first.complete(true);
		state.nowMs = 5000 + WINDOW_MS - 1;
		expect(await receive('a')).toBe('duplicate');
		state.nowMs = 5000 + WINDOW_MS;
		expect(await receive('a')).toBe('first');
		// The new one begins a window of its own.
		state.nowMs += WINDOW_MS - 1;
		expect(await receive('a')).toBe('duplicate');
	});

	test('a duplicate does not make it longer', async () => {
		const { receive, state } = duplicates();
		await receive('a');
		state.nowMs = WINDOW_MS / 2;
		expect(await receive('a')).toBe('duplicate');
		state.nowMs = WINDOW_MS;
		expect(await receive('a')).toBe('first');
	});

	test('repeats wait for the answer, and are duplicates when it was success', async () => {
		const { claim } = duplicates();
		const first = claim();
		const repeats = [claim(), claim()];
		await settled();
		expect(repeats.map(({ result }) => result)).toEqual([undefined, undefined]);
		first.complete(true);
		await settled();
		expect(repeats.map(({ result }) => result)).toEqual(['duplicate', 'duplicate']);
	});

	test('when the first fails, the next that waits takes its place, and only one of them', async () => {
		const { claim } = duplicates();
		const claims = [claim(), claim(), claim(), claim()];
		await settled();
		for (let failing = 0; failing < 3; failing += 1) {
			claims[failing].complete(false);
			await settled();
			expect(claims.map(({ result }) => result)).toEqual(
				claims.map((_, index) => (index <= failing + 1 ? 'first' : undefined)),
			);
		}
		claims[3].complete(true);
		await settled();
		const late = claim();
		await late.done;
		expect(late.result).toBe('duplicate');
	});

	test('a failed delivery without repeats leaves nothing behind', async () => {
		const { receive } = duplicates();
		expect(await receive('a', false)).toBe('first');
		expect(await receive('a', true)).toBe('first');
	});

	test('who claims in the moment of the failure is first, and the others wait on', async () => {
		const { claim } = duplicates();
		const first = claim();
		const waiting = claim();
		await settled();
		first.complete(false);
		const newcomer = claim();
		await settled();
		expect([waiting.result, newcomer.result].sort()).toEqual(['first', undefined]);
	});

	test('settling twice does nothing more', async () => {
		const { claim, receive } = duplicates();
		const first = claim();
		await first.done;
		first.complete(true);
		first.complete(false);
		expect(await receive('a')).toBe('duplicate');

		const { claim: again } = duplicates();
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

	test('no more than 20 repeats wait', async () => {
		const { claim } = duplicates();
		const first = claim();
		const waiting = Array.from({ length: 20 }, () => claim());
		const further = [claim(), claim()];
		await settled();
		expect(further.map(({ result }) => result)).toEqual(['busy', 'busy']);
		expect(waiting.every(({ result }) => result === undefined)).toBe(true);
		// Another key is not busy.
		const other = claim('b');
		await other.done;
		expect(other.result).toBe('first');
		first.complete(true);
		await settled();
		expect(waiting.every(({ result }) => result === 'duplicate')).toBe(true);
	});

	test('beyond its keys the oldest are forgotten', async () => {
		const { receive } = duplicates(3);
		for (const key of ['a', 'b', 'c', 'd']) expect(await receive(key)).toBe('first');
		for (const key of ['b', 'c', 'd']) expect(await receive(key)).toBe('duplicate');
		expect(await receive('a')).toBe('first');
		expect(await receive('b')).toBe('first');
		expect(await receive('d')).toBe('duplicate');
	});

	test('what waits for its answer is not forgotten', async () => {
		const { claim, receive } = duplicates(2);
		const pending = claim('a');
		await pending.done;
		for (const key of ['b', 'c', 'd', 'e']) await receive(key);
		const repeat = claim('a');
		await settled();
		expect(repeat.result).toBeUndefined();
		pending.complete(true);
		await settled();
		expect(repeat.result).toBe('duplicate');
	});

	test('of claims of one key at once exactly one is first, when it settles with success', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 21 }), async (count) => {
				const { claim } = duplicates();
				const claims = Array.from({ length: count }, () => claim());
				await settled();
				const first = claims.filter(({ result }) => result === 'first');
				expect(first).toHaveLength(1);
				first[0].complete(true);
				await settled();
				const results = claims.map(({ result }) => result);
				expect(results.filter((result) => result === 'first')).toHaveLength(1);
				expect(results.filter((result) => result === 'duplicate')).toHaveLength(count - 1);
			}),
		);
	});

	test('whatever fails, one of a key runs at a time and one succeeds at most', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 21 }),
				fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
				async (keys, answers) => {
					const { claim } = duplicates();
					const claims = keys.map((key) => ({ key, claimed: claim(key), answered: undefined }));
					for (let turn = 0; ; turn += 1) {
						await settled();
						const running = claims.filter(
							({ answered, claimed }) => claimed.result === 'first' && answered === undefined,
						);
						for (const key of ['a', 'b']) {
							const of = running.filter((entry) => entry.key === key);
							expect(of.length).toBeLessThanOrEqual(1);
						}
						if (running.length === 0) break;
						running[0].answered = answers[turn % answers.length];
						running[0].claimed.complete(running[0].answered);
					}
					expect(claims.every(({ claimed }) => claimed.result !== undefined)).toBe(true);
					for (const key of new Set(keys)) {
						const of = claims.filter((entry) => entry.key === key);
						const succeeded = of.filter(({ answered }) => answered === true).length;
						const repeated = of.filter(({ claimed }) => claimed.result === 'duplicate').length;
						expect(succeeded).toBeLessThanOrEqual(1);
						// None that its sender believes undelivered is taken for a repeat.
						if (succeeded === 0) expect(repeated).toBe(0);
					}
				},
			),
		);
	});
});
