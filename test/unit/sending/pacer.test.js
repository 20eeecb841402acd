const { createPacer } = require('../../../build/core/sending/pacer');

describe('createPacer', () => {
	test('runs tasks in order, no more at once than allowed, and frees the slot of a task that fails', async () => {
		const pace = createPacer(
			{ concurrency: 3, perSecond: 0 },
			{ wait: async () => {}, nowMs: () => 0 },
		);
		let running = 0;
		let most = 0;
		const begun = [];
		const tasks = Array.from({ length: 20 }, (_, index) =>
			pace(async () => {
				begun.push(index);
				most = Math.max(most, (running += 1));
				await new Promise((resolve) => setImmediate(resolve));
				running -= 1;
				if (index % 4 === 0) throw new Error('failed');
			}).catch(() => 'failed'),
		);
		const results = await Promise.all(tasks);
		expect(most).toBe(3);
		expect(begun).toEqual(Array.from({ length: 20 }, (_, index) => index));
		expect(results.filter((result) => result === 'failed')).toHaveLength(5);
	});

	test('starts tasks no faster than allowed', async () => {
		let now = 0;
		const waits = [];
		const wait = async (ms) => void waits.push(ms);
		const pace = createPacer({ concurrency: 100, perSecond: 4 }, { wait, nowMs: () => now });
		await Promise.all(Array.from({ length: 4 }, () => pace(async () => {})));
		expect(waits).toEqual([250, 500, 750]);
		now = 10_000;
		await pace(async () => {});
		expect(waits).toHaveLength(3);
	});

	test('does not wait for the time that the clock was set back', async () => {
		let now = 10 * 3_600_000;
		const waits = [];
		const wait = async (ms) => {
			waits.push(ms);
			now += ms;
		};
		const pace = createPacer({ concurrency: 2, perSecond: 1 }, { wait, nowMs: () => now });
		await pace(async () => {});
		await pace(async () => {});
		now -= 3_600_000;
		await pace(async () => {});
		await pace(async () => {});
		expect(waits).toEqual([1000, 2000, 1000]);
	});
});
