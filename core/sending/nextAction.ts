import { isRetryable, type AttemptOutcome } from './attemptOutcome';
import type { DeliveryControl } from './deliveryControl';
import { countRetries, retryDelayMs, type RetryPolicy } from './retryPolicy';

/** The action to take after an attempt. */
export type NextAction =
	| { action: 'deliver' }
	| { action: 'retry'; atMs: number }
	| { action: 'give_up'; because: string };

/** Names what made an attempt the last one, as the beginning of a sentence. */
function describeFinal(outcome: AttemptOutcome, statusCode: number | undefined): string {
	if (statusCode !== undefined) return `Status ${statusCode}`;
	if (outcome === 'blocked') return 'A blocked address';
	return outcome === 'body_too_large' ? 'A body that is too large' : 'An invalid request';
}

const CONTROL_REASONS: Record<DeliveryControl, string> = {
	'abort-message': 'The endpoint asked for no retries of this delivery',
	'disable-endpoint': 'The endpoint asked to be disabled',
};

interface AttemptState {
	attempts: number;
	outcome: AttemptOutcome;
	retryAfterMs?: number;
	statusCode?: number;
	control?: DeliveryControl;
}

/**
 * Decides what to do after an attempt.
 * @param state `attempts`: the number made so far, including this one; `retryAfterMs`: the wait that the
 * endpoint asked for; `statusCode` and `control` of its response, if there is one
 * @param random in [0, 1)
 */
export function decideNextAction(
	policy: RetryPolicy,
	{ attempts, control, outcome, retryAfterMs, statusCode }: AttemptState,
	nowMs: number,
	random: number,
): NextAction {
	if (outcome === 'success') return { action: 'deliver' };
	if (!isRetryable(outcome)) {
		return {
			action: 'give_up',
			because: `${describeFinal(outcome, statusCode)} is not retried`,
		};
	}
	if (control !== undefined) return { action: 'give_up', because: CONTROL_REASONS[control] };
	if (attempts > countRetries(policy)) {
		return {
			action: 'give_up',
			because: attempts === 1 ? 'No retries are allowed' : `All ${attempts} attempts were made`,
		};
	}
	return { action: 'retry', atMs: nowMs + retryDelayMs(policy, attempts, random, retryAfterMs) };
}
