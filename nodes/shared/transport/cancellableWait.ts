import { OperationalError, sleep, type IExecuteFunctions } from 'n8n-workflow';

/** The message of a wait or an attempt that ends with the execution. */
export const CANCELLED = 'The execution was cancelled';

// The longest delay that Node's timers accept.
const MAX_TIMER_MS = 2_147_483_647;

/**
 * Returns a function that waits, and rejects as soon as the execution is cancelled.
 * @throws OperationalError from the returned function
 */
export function cancellableWait(context: IExecuteFunctions): (ms: number) => Promise<void> {
	const signal = context.getExecutionCancelSignal();
	const cancelled = new Promise<never>((_, reject) => {
		const cancel = () => reject(new OperationalError(CANCELLED));
		if (signal?.aborted) cancel();
		else signal?.addEventListener('abort', cancel, { once: true });
	});
	// Without this, a cancellation during no wait would be an unhandled rejection.
	cancelled.catch(() => undefined);
	return async (ms) => await Promise.race([sleep(Math.min(ms, MAX_TIMER_MS)), cancelled]);
}
