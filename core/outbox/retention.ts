import type { OutboxPorts } from './ports';
import { eq, MAX_FOUND, type Condition, type Tables } from './tables';

/** What is kept on record. */
export interface Retention {
	/** Deliveries that have ended, or are held, are deleted when their event is older. */
	maxAgeDays: number;
	/** So many deliveries stay at most, the newest; those that wait for an attempt stay in any case. */
	maxDeliveries: number;
}

/** A week, and well below n8n’s 200 MB for all tables where events are of the usual few kilobytes. */
export const DEFAULT_RETENTION: Retention = { maxAgeDays: 7, maxDeliveries: 10_000 };

const DAY_MS = 86_400_000;

const before = (column: string, value: string): Condition => ({ column, operator: 'lt', value });

/** The id of the newest row that is one too many. */
async function lastSurplusId(tables: Tables, max: number): Promise<number | undefined> {
	let seen = 0;
	let below: Condition[] = [];
	for (;;) {
		const page = await tables.find(
			'deliveries',
			{ all: below },
			{ newestFirst: true, limit: MAX_FOUND },
		);
		if (seen + page.length > max) return page[max - seen].id;
		if (page.length < MAX_FOUND) return undefined;
		seen += page.length;
		below = [{ column: 'id', operator: 'lt', value: page[page.length - 1].id }];
	}
}

/**
 * Deletes events to which no delivery belongs any more. Those without any are kept for as long as others,
 * since their keys are remembered by them.
 */
async function removeEvents(tables: Tables, cutoff: string, tooMany: boolean): Promise<number> {
	const [oldest] = await tables.find(
		'deliveries',
		{ all: [] },
		{ by: 'accepted_at', newestFirst: false, limit: 1 },
	);
	const oldestNeeded = oldest === undefined ? cutoff : String(oldest.accepted_at);
	const limit = tooMany || oldestNeeded < cutoff ? oldestNeeded : cutoff;
	return await tables.remove('events', {
		all: [before('accepted_at', limit), eq('fan_out_until', null)],
	});
}

/**
 * Deletes what need not be kept any longer.
 * @returns how many deliveries and events were deleted
 */
export async function prune(
	{ nowMs, tables }: OutboxPorts,
	{ maxAgeDays, maxDeliveries }: Retention,
): Promise<{ deliveries: number; events: number }> {
	const cutoff = new Date(nowMs() - maxAgeDays * DAY_MS).toISOString();
	let deliveries = 0;
	// Of the statuses, "pending" and "sending" are left out: nothing that is still to be sent is deleted.
	for (const status of ['delivered', 'failed', 'held']) {
		const all = [eq('status', status), before('accepted_at', cutoff)];
		deliveries += await tables.remove('deliveries', { all });
	}
	const surplus = await lastSurplusId(tables, maxDeliveries);
	if (surplus !== undefined) {
		for (const status of ['delivered', 'failed', 'held']) {
			deliveries += await tables.remove('deliveries', {
				all: [eq('status', status), { column: 'id', operator: 'lte', value: surplus }],
			});
		}
	}
	return { deliveries, events: await removeEvents(tables, cutoff, surplus !== undefined) };
}
