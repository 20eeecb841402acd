import { decideNextAction } from './nextAction';
import { classifyAttempt, type AttemptResult, type AttemptOutcome } from './attemptOutcome';
import { parseRetryAfterMs } from './retryPolicy';
import type { DeliveryRules } from './target';

/** One attempt, as the result item shows it. */
export interface AttemptRecord {
	attempt: number;
	/** ISO 8601, UTC. */
	time: string;
	outcome: AttemptOutcome;
	status_code: number | null;
	duration_ms: number;
	/** What happened, for people; `null` where it succeeded. */
	error_message: string | null;
}

export interface DeliveryReport {
	/** `retrying`: the next attempt is too far away to be waited for here. */
	status: 'delivered' | 'retrying' | 'failed';
	attempts: AttemptRecord[];
	/** Of the last attempt of this run; `null` where no response came. */
	response: { status_code: number; body: string; body_truncated: boolean } | null;
	/** Why no further attempt is made; `null` where one is, or none is needed. */
	gave_up_because: string | null;
	/** Set where the status is `retrying`. */
	nextAttemptAtMs?: number;
}

/** How far a delivery has come before. */
export interface DeliveryProgress {
	attempts: AttemptRecord[];
	/** When the next attempt is due; at once where absent. */
	nextAttemptAtMs?: number;
}

/** What a delivery needs from outside. */
export interface DeliveryPorts {
	/** Makes one attempt. It reports failures as a result, and rejects only when cancelled. */
	attempt: (attempt: number) => Promise<AttemptResult>;
	/** Rejects when the execution is cancelled. */
	wait: (ms: number) => Promise<void>;
	/** Told before each wait, so that whoever watches sees what is waited for. */
	onWait?: (nextAttempt: number, atMs: number) => void;
	nowMs: () => number;
	/** In [0, 1). */
	random: () => number;
}

function describe(result: AttemptResult, outcome: AttemptOutcome): string | null {
	if (outcome === 'success') return null;
	if (result.kind === 'error') return result.message;
	if (outcome === 'redirect') {
		return `The endpoint answered with a redirect (${result.statusCode}), which is never followed. Send to its final address.`;
	}
	return `The endpoint answered with status ${result.statusCode}`;
}

const responseOf = (result: AttemptResult): DeliveryReport['response'] =>
	result.kind === 'response'
		? { status_code: result.statusCode, body: result.body, body_truncated: result.bodyTruncated }
		: null;

/**
 * Attempts a delivery until it succeeds, its policy gives up, or its next attempt is further away than
 * may be waited for here.
 * @param progress what was done before, in this run or in an earlier one
 * @returns what happened; rejects only where a port does
 */
export async function deliver(
	rules: DeliveryRules,
	ports: DeliveryPorts,
	progress: DeliveryProgress = { attempts: [] },
): Promise<DeliveryReport> {
	const attempts = [...progress.attempts];
	let response: DeliveryReport['response'] = null;
	let dueMs = progress.nextAttemptAtMs;
	let waitedMs = 0;
	const report = (
		status: DeliveryReport['status'],
		gaveUpBecause: string | null = null,
	): DeliveryReport => ({ status, attempts, response, gave_up_because: gaveUpBecause });

	for (;;) {
		if (dueMs !== undefined) {
			const delayMs = Math.max(0, dueMs - ports.nowMs());
			if (rules.maxTotalWaitMs === null || waitedMs + delayMs > rules.maxTotalWaitMs) {
				return { ...report('retrying'), nextAttemptAtMs: dueMs };
			}
			if (delayMs > 0) {
				ports.onWait?.(attempts.length + 1, dueMs);
				await ports.wait(delayMs);
			}
			waitedMs += delayMs;
		}
		const startedMs = ports.nowMs();
		const result = await ports.attempt(attempts.length + 1);
		const endedMs = ports.nowMs();
		const outcome = classifyAttempt(result, rules.retryStatuses);
		response = responseOf(result);
		attempts.push({
			attempt: attempts.length + 1,
			time: new Date(startedMs).toISOString(),
			outcome,
			status_code: result.kind === 'response' ? result.statusCode : null,
			duration_ms: Math.max(0, Math.round(endedMs - startedMs)),
			error_message: describe(result, outcome),
		});
		const retryAfterMs =
			result.kind === 'response'
				? parseRetryAfterMs(result.headers['retry-after'], endedMs)
				: undefined;
		const decision = decideNextAction(
			rules.retry,
			{ attempts: attempts.length, outcome, retryAfterMs },
			endedMs,
			ports.random(),
		);
		if (decision.action === 'deliver') return report('delivered');
		if (decision.action === 'give_up') return report('failed', decision.because);
		dueMs = decision.atMs;
	}
}
