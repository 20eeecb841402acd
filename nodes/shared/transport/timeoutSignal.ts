/**
 * Creates a signal that aborts after a time limit. Node takes whole milliseconds only, and a limit in seconds may have
 * any fraction.
 */
export const createTimeoutSignal = (timeoutMs: number): AbortSignal =>
	AbortSignal.timeout(Math.ceil(timeoutMs));
