const atWork = new Map<string, number>();

/**
 * Runs a task, unless as many with the same key are at work in this process.
 * @returns whether it ran
 */
export async function runUnlessBusy(
	key: string,
	atOnce: number,
	task: () => Promise<void>,
): Promise<boolean> {
	const others = atWork.get(key) ?? 0;
	if (others >= atOnce) return false;
	atWork.set(key, others + 1);
	try {
		await task();
	} finally {
		const left = (atWork.get(key) ?? 1) - 1;
		if (left > 0) atWork.set(key, left);
		else atWork.delete(key);
	}
	return true;
}
