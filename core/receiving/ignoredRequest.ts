import type { ConditionResult } from '../event/conditions';
import { buildIgnoredReply, type IgnoredReply } from '../http/replyBodies';

/** Cause for the receiver's owner; the reply does not name it. */
type IgnoredCause =
	/** The event's types, of which none is chosen. */
	| { eventTypes: string[] }
	/** The first condition that is not met. */
	| { condition: string };

/** An authentic, valid request that was filtered out. */
export interface IgnoredRequest {
	result: 'ignored';
	reply: IgnoredReply;
	body: unknown;
	cause: IgnoredCause;
}

/** Ignores an event of another type than the receiver has chosen. */
export const ignoreUnchosen = (body: unknown, eventTypes: string[]): IgnoredRequest => ({
	result: 'ignored',
	reply: buildIgnoredReply('This webhook does not subscribe to this event type'),
	body,
	cause: { eventTypes },
});

/** Ignores a request that does not meet the receiver's conditions. */
export const ignoreUnmet = (
	body: unknown,
	{ condition }: Extract<ConditionResult, { met: false }>,
): IgnoredRequest => ({
	result: 'ignored',
	reply: buildIgnoredReply('The conditions of this webhook are not met'),
	body,
	cause: { condition },
});
