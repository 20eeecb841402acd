import { toIsoTime } from '../../../../core/lib/time';
import type { DeliveryReport } from '../../../../core/sending/deliver';

/**
 * A loop from the output Retry back to the node needs a Wait node. Without one, n8n would run it thousands of times
 * until the next attempt is due, and keep the data of each run in memory.
 */

/** How often an event of a delivery came back from Retry at once. It is kept with the delivery. */
export interface EarlyReturns {
	eventId: string;
	count: number;
	/** When it last left on Retry. */
	atMs: number;
}

/** A Wait node takes longer, except for a time that is past. */
const AT_ONCE_MS = 500;

/** More than a workflow with a Wait node ever makes. */
const MAX_EARLY_RETURNS = 100;

interface ReturnedDelivery {
	/** The attempts before this run. */
	attemptsBefore: number;
	/** The events that came in this run. */
	eventIds: string[];
	early: EarlyReturns | undefined;
}

/** Counts a delivery that leaves on Retry: from zero, unless it came back at once and was not attempted. */
export function countEarlyReturns(
	{ attemptsBefore, early, eventIds }: ReturnedDelivery,
	report: DeliveryReport,
	nowMs: number,
): EarlyReturns {
	const isAtOnce =
		early !== undefined &&
		report.attempts.length === attemptsBefore &&
		Math.abs(nowMs - early.atMs) < AT_ONCE_MS;
	if (!isAtOnce) return { eventId: eventIds[0], count: 0, atMs: nowMs };
	// The other events of its batch may come one by one.
	if (!eventIds.includes(early.eventId)) return early;
	return { ...early, count: early.count + 1, atMs: nowMs };
}

/** Fails a delivery that keeps coming back before its next attempt is due. */
export function failWithoutWait(report: DeliveryReport, { count }: EarlyReturns): DeliveryReport {
	const { nextAttemptAtMs, ...rest } = report;
	if (nextAttemptAtMs === undefined || count < MAX_EARLY_RETURNS) return report;
	return {
		...rest,
		status: 'failed',
		gaveUpBecause: `The next attempt is due at ${toIsoTime(nextAttemptAtMs)}, but the item came back from Retry at once, ${count} times. Put a Wait node between Retry and this node, and set it to resume at {{ $json.next_attempt_at }}`,
	};
}
