import { toIsoTime } from '../lib/time';

import { classifyAttempt, type AttemptOutcome, type AttemptResult } from './attemptOutcome';
import { parseDeliveryControl, type DeliveryControl } from './deliveryControl';
import { decideNextAction } from './nextAction';
import { parseRetryAfterMs } from './retryPolicy';
import type { DeliveryRules, OutgoingAttempt } from './target';
import type { WorkflowCall, WorkflowRun } from './workflowRun';

/** One attempt, as the attempt log of a result item shows it. */
export interface AttemptRecord {
	/** 1 for the first attempt. */
	attempt: number;
	/** ISO 8601, UTC. */
	time: string;
	outcome: AttemptOutcome;
	/** `null` if no response came. */
	status_code: number | null;
	duration_ms: number;
	/** Describes the failure; `null` after a success. */
	error_message: string | null;
	/** The execution of the workflow that got the event, or that made no body; absent if there is none. */
	execution_id?: string;
	/** What the outbox keeps of the response; absent for direct sends, and if none came. */
	response?: RecordedResponse;
}

/** The part of a response that the outbox's log keeps. */
export interface RecordedResponse {
	/** Lower-case names. */
	headers: Record<string, string>;
	body: string;
	/** `true` if the body was longer. */
	body_truncated: boolean;
}

export interface DeliveryReport {
	/** `retrying`: the next attempt is due later than this run may wait. */
	status: 'delivered' | 'retrying' | 'failed';
	/** All attempts so far, including those of earlier runs. */
	attempts: AttemptRecord[];
	/** Response to the last attempt of this run; `null` if none came. */
	response: { status_code: number; body: string; body_truncated: boolean } | null;
	/** The reason that no other attempt follows; `null` unless the delivery failed. */
	gaveUpBecause: string | null;
	/** Set if the status is `retrying`. */
	nextAttemptAtMs?: number;
	/** Request of the endpoint in its last answer; absent if there was none. */
	control?: DeliveryControl;
}

/** The progress that earlier runs made on a delivery. */
export interface DeliveryProgress {
	attempts: AttemptRecord[];
	/** When the next attempt is due; absent if it is due at once. */
	nextAttemptAtMs?: number;
}

/** The clock and the randomness that a delivery depends on. */
export interface DeliveryClock {
	/** Rejects when the execution is cancelled. */
	wait: (ms: number) => Promise<void>;
	nowMs: () => number;
	/** Returns a number in [0, 1). */
	random: () => number;
}

export interface DeliveryPorts extends DeliveryClock {
	/**
	 * Makes one attempt.
	 * @param attempt 1 for the first
	 * @returns failures as a result; rejects only when the execution is cancelled
	 */
	attempt: (attempt: number) => Promise<AttemptResult>;
	/** Adds to the record of an attempt; by default nothing. */
	annotate?: (record: AttemptRecord, result: AttemptResult) => AttemptRecord;
	/** Called before each wait. */
	onWait?: (nextAttempt: number, atMs: number) => void;
}

/** Everything that sending needs from n8n, for direct sends and for the outbox. */
export interface SendingPorts extends DeliveryClock {
	/** Makes one attempt. Failures are a result; it rejects only when the execution is cancelled. */
	attempt: (attempt: OutgoingAttempt) => Promise<AttemptResult>;
	/** Runs a workflow in this n8n. Failures are a result; it rejects only when the execution is cancelled. */
	runWorkflow: (call: WorkflowCall) => Promise<WorkflowRun>;
	/** Shows a person what a run waits for. */
	announce: (text: string) => void;
}

function describeResult(result: AttemptResult, outcome: AttemptOutcome): string | null {
	if (outcome === 'success') return null;
	if (result.kind === 'error') return result.message;
	if (outcome === 'redirect') {
		return `The endpoint answered with a redirect (${result.statusCode}), and redirects are not followed. Send to its final URL.`;
	}
	return `The endpoint answered with status ${result.statusCode}`;
}

const toResponse = (result: AttemptResult): DeliveryReport['response'] =>
	result.kind === 'response'
		? { status_code: result.statusCode, body: result.body, body_truncated: result.bodyTruncated }
		: null;

/** Makes one attempt, appends it to the log, and decides what follows. */
async function attemptOnce(
	rules: DeliveryRules,
	ports: DeliveryPorts,
	attempts: AttemptRecord[],
): Promise<{
	result: AttemptResult;
	next: ReturnType<typeof decideNextAction>;
	control: DeliveryControl | undefined;
}> {
	const attempt = attempts.length + 1;
	const startedMs = ports.nowMs();
	const result = await ports.attempt(attempt);
	const endedMs = ports.nowMs();
	const outcome = classifyAttempt(result, rules.retryStatuses);
	const record = {
		attempt,
		time: toIsoTime(startedMs),
		outcome,
		status_code: result.kind === 'response' ? result.statusCode : null,
		duration_ms: Math.max(0, Math.round(endedMs - startedMs)),
		error_message: describeResult(result, outcome),
		...(result.executionId !== undefined && { execution_id: result.executionId }),
	};
	const control =
		result.kind === 'response'
			? parseDeliveryControl(result.headers['webhook-delivery'])
			: undefined;
	attempts.push(ports.annotate?.(record, result) ?? record);
	const state = {
		attempts: attempt,
		outcome,
		...(result.kind === 'response' && {
			retryAfterMs: parseRetryAfterMs(result.headers['retry-after'], endedMs),
			statusCode: result.statusCode,
			control,
		}),
	};
	return { result, control, next: decideNextAction(rules.retry, state, endedMs, ports.random()) };
}

/**
 * Attempts a delivery until it succeeds, fails for good, or has to wait longer than this run may.
 * @param progress the progress of earlier runs; it is not changed
 * @returns the report, whatever the endpoint answered; rejects only if a port rejects
 * @example
 * const { body, key, target } = delivery;
 * const report = await deliver(target.rules, {
 * 	...ports,
 * 	attempt: async () => await ports.attempt({ target, key, body, nowMs: ports.nowMs(), credential }),
 * });
 * if (report.status === 'retrying') keepUntil(report.nextAttemptAtMs, report.attempts);
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
	for (;;) {
		if (dueMs !== undefined) {
			const delayMs = Math.max(0, dueMs - ports.nowMs());
			if (rules.maxTotalWaitMs === null || waitedMs + delayMs > rules.maxTotalWaitMs) {
				return {
					status: 'retrying',
					attempts,
					response,
					gaveUpBecause: null,
					nextAttemptAtMs: dueMs,
				};
			}
			if (delayMs > 0) {
				ports.onWait?.(attempts.length + 1, dueMs);
				await ports.wait(delayMs);
			}
			waitedMs += delayMs;
		}
		const { control, next, result } = await attemptOnce(rules, ports, attempts);
		response = toResponse(result);
		const asked = control === undefined ? {} : { control };
		if (next.action === 'deliver') {
			return { status: 'delivered', attempts, response, gaveUpBecause: null, ...asked };
		}
		if (next.action === 'give_up') {
			return { status: 'failed', attempts, response, gaveUpBecause: next.because, ...asked };
		}
		dueMs = next.atMs;
	}
}
