/** Limits on how attempts are spread: how many at once, and how many a second. */
export interface PacingLimits {
	/** At least 1. */
	concurrency: number;
	/** Attempts begun in a second; 0 for no limit. */
	perSecond: number;
}

/**
 * Makes a function that runs tasks within the limits, in the order in which they are handed over.
 * A delivery that waits for its next attempt holds no place.
 */
export function createPacer(
	limits: PacingLimits,
	ports: { wait: (ms: number) => Promise<void>; nowMs: () => number },
): <T>(task: () => Promise<T>) => Promise<T> {
	const waiting: Array<() => void> = [];
	let running = 0;
	let nextStartMs = 0;

	const enter = async (): Promise<void> => {
		if (running < limits.concurrency) {
			running += 1;
			return;
		}
		// The place is handed over by whoever leaves, so that nobody slips in between.
		await new Promise<void>((resolve) => waiting.push(resolve));
	};
	const leave = (): void => {
		const next = waiting.shift();
		if (next !== undefined) next();
		else running -= 1;
	};

	return async (task) => {
		await enter();
		try {
			if (limits.perSecond > 0) {
				const now = ports.nowMs();
				const startMs = Math.max(now, nextStartMs);
				nextStartMs = startMs + 1000 / limits.perSecond;
				if (startMs > now) await ports.wait(startMs - now);
			}
			return await task();
		} finally {
			leave();
		}
	};
}
