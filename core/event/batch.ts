/** Limits for one batch. */
export interface BatchLimits {
	/** At least 1. */
	maxEvents: number;
	/** Limit for the total size of the events. A single larger event is a batch by itself. */
	maxBytes?: number;
}

interface BatchMeasures<T> {
	getKey?: (event: T) => string;
	getSize?: (event: T) => number;
}

/**
 * Splits events into batches, in order of arrival, as AgenticFlow's batch webhooks do
 * (docs/platforms.md#agenticflow).
 * @param getKey events share a batch only if their keys are equal; if absent, all may
 * @param getSize bytes of an event; needed only with `maxBytes`
 */
export function splitIntoBatches<T>(
	events: T[],
	{ maxBytes, maxEvents }: BatchLimits,
	{ getKey = () => '', getSize = () => 0 }: BatchMeasures<T>,
): T[][] {
	const batches: T[][] = [];
	const open = new Map<string, { events: T[]; bytes: number }>();
	for (const event of events) {
		const key = getKey(event);
		const size = maxBytes === undefined ? 0 : getSize(event);
		const batch = open.get(key);
		const fits =
			batch !== undefined &&
			batch.events.length < maxEvents &&
			batch.bytes + size <= (maxBytes ?? Infinity);
		if (fits) {
			batch.events.push(event);
			batch.bytes += size;
		} else {
			const started = { events: [event], bytes: size };
			open.set(key, started);
			batches.push(started.events);
		}
	}
	return batches;
}
