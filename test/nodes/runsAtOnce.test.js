const { runUnlessBusy } = require('../../dist/nodes/shared/execution/runsAtOnce');

/** A task that goes on until the test ends it. */
function openTask() {
	const task = {};
	task.ended = new Promise((resolve, reject) => Object.assign(task, { resolve, reject }));
	return task;
}

test('as many tasks of a kind run at once as may, and no more', async () => {
	const [first, second] = [openTask(), openTask()];
	const ran = [];
	const start = async (key, task) =>
		await runUnlessBusy(key, 2, async () => {
			ran.push(task);
			await task.ended;
		});
	const results = [start('a', first), start('a', second)];
	expect(await start('a', openTask())).toBe(false);
	// Of another kind there is none at work.
	expect(await runUnlessBusy('b', 1, async () => undefined)).toBe(true);
	expect(ran).toEqual([first, second]);

	first.resolve();
	expect(await results[0]).toBe(true);
	const third = openTask();
	results.push(start('a', third));
	expect(ran).toEqual([first, second, third]);

	// One that fails makes room as well.
	second.reject(new Error('broken'));
	await expect(results[1]).rejects.toThrow('broken');
	third.resolve();
	await results[2];
	for (let round = 0; round < 3; round += 1) {
		expect(await runUnlessBusy('a', 1, async () => undefined)).toBe(true);
	}
});
