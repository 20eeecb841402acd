/**
 * AgenticFlow's batch webhooks (spec/agenticflow.txt, "Batch Webhooks"): several events in one
 * delivery. `max_wait_seconds` needs memory across executions and is not this module's.
 */

/**
 * Puts events that go to the same place into batches of at most `maxEvents`, in order of arrival.
 * @param keyOf two events share a batch only where their keys are equal
 * @param maxEvents at least 1
 */
export function groupIntoBatches<T>(
	events: T[],
	maxEvents: number,
	keyOf: (event: T) => string,
): T[][] {
	const batches: T[][] = [];
	const open = new Map<string, T[]>();
	for (const event of events) {
		const key = keyOf(event);
		let batch = open.get(key);
		if (batch === undefined || batch.length >= maxEvents) {
			batch = [];
			open.set(key, batch);
			batches.push(batch);
		}
		batch.push(event);
	}
	return batches;
}
