/** The number of running tasks by key, in this process. */
const runningTasks = new Map<string, number>();

/**
 * Runs a task, unless `maxRunning` tasks with the same key are running in this process.
 * @returns whether the task ran
 */
export async function runUnlessBusy(
	key: string,
	maxRunning: number,
	task: () => Promise<void>,
): Promise<boolean> {
	const running = runningTasks.get(key) ?? 0;
	if (running >= maxRunning) return false;
	runningTasks.set(key, running + 1);
	try {
		await task();
	} finally {
		const stillRunning = (runningTasks.get(key) ?? 1) - 1;
		if (stillRunning > 0) runningTasks.set(key, stillRunning);
		else runningTasks.delete(key);
	}
	return true;
}
