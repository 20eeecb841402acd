const { runUnlessBusy } = require('../../../../build/nodes/shared/execution/runUnlessBusy');

/** Returns a task that runs until the test ends it. */
function createTask() {
	const task = {};
	task.ended = new Promise((resolve, reject) => Object.assign(task, { resolve, reject }));
	return task;
}

describe('runUnlessBusy', () => {
	test('runs at most the given number of tasks with the same key at once', async () => {
		const [first, second] = [createTask(), createTask()];
		const ran = [];
		const start = async (key, task) =>
			await runUnlessBusy(key, 2, async () => {
				ran.push(task);
				await task.ended;
			});
		const results = [start('a', first), start('a', second)];
		expect(await start('a', createTask())).toBe(false);
		// No task with another key is running.
		expect(await runUnlessBusy('b', 1, async () => undefined)).toBe(true);
		expect(ran).toEqual([first, second]);

		first.resolve();
		expect(await results[0]).toBe(true);
		const third = createTask();
		results.push(start('a', third));
		expect(ran).toEqual([first, second, third]);

		// A task that fails makes room too.
		second.reject(new Error('broken'));
		await expect(results[1]).rejects.toThrow('broken');
		third.resolve();
		await results[2];
		for (let round = 0; round < 3; round += 1) {
			expect(await runUnlessBusy('a', 1, async () => undefined)).toBe(true);
		}
	});
});
