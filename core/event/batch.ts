/** How large a batch may be. */
export interface BatchLimits {
	/** At least 1. */
	maxEvents: number;
	/** Of the events' sizes in total. A single event may be larger: it is a batch by itself. */
	maxBytes?: number;
}

interface BatchMeasures<T> {
	keyOf?: (event: T) => string;
	sizeOf?: (event: T) => number;
}

/**
 * Splits events into batches, in order of arrival, as AgenticFlow's batch webhooks do
 * (docs/platforms.md#agenticflow).
 * @param keyOf events share a batch only if their keys are equal; absent, all may
 * @param sizeOf bytes of an event; needed only with `maxBytes`
 */
export function splitIntoBatches<T>(
	events: T[],
	{ maxBytes, maxEvents }: BatchLimits,
	{ keyOf = () => '', sizeOf = () => 0 }: BatchMeasures<T>,
): T[][] {
	const batches: T[][] = [];
	const open = new Map<string, { events: T[]; bytes: number }>();
	for (const event of events) {
		const key = keyOf(event);
		const size = maxBytes === undefined ? 0 : sizeOf(event);
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
