import { OperationalError, sleep, type IExecuteFunctions } from 'n8n-workflow';

/** What is said where a wait or an attempt is cut off. */
export const CANCELLED = 'The execution was cancelled';

// The longest wait that Node's timers take.
const MAX_TIMER_MS = 2_147_483_647;

/**
 * Makes a function that waits, and that rejects as soon as the execution is cancelled.
 * @throws OperationalError
 */
export function cancellableWait(context: IExecuteFunctions): (ms: number) => Promise<void> {
	const signal = context.getExecutionCancelSignal();
	const cancelled = new Promise<never>((_, reject) => {
		const cancel = () => reject(new OperationalError(CANCELLED));
		if (signal?.aborted) cancel();
		else signal?.addEventListener('abort', cancel, { once: true });
	});
	// Whoever waits sees the rejection; where nobody does, it is no error.
	cancelled.catch(() => undefined);
	return async (ms) => await Promise.race([sleep(Math.min(ms, MAX_TIMER_MS)), cancelled]);
}
