/** Limits for the attempts of one run. */
export interface PacingLimits {
	/** Attempts at once, at least 1. */
	concurrency: number;
	/** Attempts started per second; 0 for no limit. */
	perSecond: number;
}

/**
 * Returns a function that runs tasks within the limits, in the order of its calls. Only attempts count:
 * a delivery that waits for its next attempt takes no slot.
 */
export function createPacer(
	limits: PacingLimits,
	ports: { wait: (ms: number) => Promise<void>; nowMs: () => number },
): <T>(task: () => Promise<T>) => Promise<T> {
	const waiting: Array<() => void> = [];
	const intervalMs = 1000 / limits.perSecond;
	let running = 0;
	let nextStartMs = 0;

	const enter = async (): Promise<void> => {
		if (running < limits.concurrency) {
			running += 1;
			return;
		}
		// The task that ends hands its slot over, so that no later task can overtake.
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
				// Tasks in a slot are all that can be ahead: a later start means that the clock was set back.
				const latestMs = now + limits.concurrency * intervalMs;
				const startMs = Math.max(now, Math.min(nextStartMs, latestMs));
				nextStartMs = startMs + intervalMs;
				if (startMs > now) await ports.wait(startMs - now);
			}
			return await task();
		} finally {
			leave();
		}
	};
}
