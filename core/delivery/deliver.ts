import {
	classify,
	isRetryable,
	type AttemptResult,
	type Outcome,
	type StatusPatterns,
} from '../policy/outcome';
import { parseRetryAfterMs, retryDelayMs, type RetryPolicy } from '../policy/retry';

/** One attempt, as the result item shows it. */
export interface AttemptRecord {
	attempt: number;
	/** ISO 8601, UTC. */
	time: string;
	outcome: Outcome;
	status_code: number | null;
	duration_ms: number;
	/** What happened, for people; `null` where it succeeded. */
	error_message: string | null;
}

export interface DeliveryReport {
	status: 'delivered' | 'failed';
	attempts: AttemptRecord[];
	/** Of the last attempt; `null` where no response came. */
	response: { status_code: number; body: string; body_truncated: boolean } | null;
	/** Why no further attempt was made; `null` where it was delivered. */
	gave_up_because: string | null;
}

export interface DeliveryRules {
	retry: RetryPolicy;
	retryStatuses: StatusPatterns;
	/** The sum of all waits between the attempts: no wait is begun that would exceed it. */
	maxTotalWaitMs: number;
}

/** What a delivery needs from outside. */
export interface DeliveryPorts {
	/** Makes one attempt. It reports failures as a result, and rejects only when cancelled. */
	attempt: (attempt: number) => Promise<AttemptResult>;
	/** Rejects when the execution is cancelled. */
	wait: (ms: number) => Promise<void>;
	nowMs: () => number;
	/** In [0, 1). */
	random: () => number;
}

function describe(result: AttemptResult, outcome: Outcome): string | null {
	if (outcome === 'success') return null;
	if (result.kind === 'error') return result.message;
	if (outcome === 'redirect') {
		return `The endpoint answered with a redirect (${result.statusCode}), which is never followed. Send to its final address.`;
	}
	return `The endpoint answered with status ${result.statusCode}`;
}

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/**
 * Attempts a delivery until it succeeds or its policy gives up.
 * @returns what happened; rejects only where a port does
 */
export async function deliver(rules: DeliveryRules, ports: DeliveryPorts): Promise<DeliveryReport> {
	const attempts: AttemptRecord[] = [];
	let waitedMs = 0;
	for (;;) {
		const startedMs = ports.nowMs();
		const result = await ports.attempt(attempts.length + 1);
		const endedMs = ports.nowMs();
		const outcome = classify(result, rules.retryStatuses);
		attempts.push({
			attempt: attempts.length + 1,
			time: new Date(startedMs).toISOString(),
			outcome,
			status_code: result.kind === 'response' ? result.statusCode : null,
			duration_ms: Math.max(0, Math.round(endedMs - startedMs)),
			error_message: describe(result, outcome),
		});
		const report = (gaveUpBecause: string | null): DeliveryReport => ({
			status: gaveUpBecause === null ? 'delivered' : 'failed',
			attempts,
			response:
				result.kind === 'response'
					? {
							status_code: result.statusCode,
							body: result.body,
							body_truncated: result.bodyTruncated,
						}
					: null,
			gave_up_because: gaveUpBecause,
		});

		if (outcome === 'success') return report(null);
		if (!isRetryable(outcome))
			return report(`An attempt with the outcome "${outcome}" is not retried`);
		const retry = attempts.length;
		if (retry > rules.retry.maxRetries) {
			return report(`All ${attempts.length} attempts were made`);
		}
		const delayMs = retryDelayMs(
			rules.retry,
			retry,
			ports.random(),
			result.kind === 'response'
				? parseRetryAfterMs(result.headers['retry-after'], endedMs)
				: undefined,
		);
		if (waitedMs + delayMs > rules.maxTotalWaitMs) {
			return report(
				`The next attempt is due in ${seconds(delayMs)}, and the waits within one execution may sum up to ${seconds(rules.maxTotalWaitMs)} only`,
			);
		}
		await ports.wait(delayMs);
		waitedMs += delayMs;
	}
}
