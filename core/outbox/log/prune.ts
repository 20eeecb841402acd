import type { OutboxPorts } from '../ports';
import { toIsoTime } from '../../lib/time';
import { eq, pagesOf, type Condition, type Tables } from '../store/tables';

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

/** What is still to be sent is not among them: nothing of it is deleted. */
const REMOVABLE = ['delivered', 'failed', 'held'];

const before = (column: string, value: string): Condition => ({ column, operator: 'lt', value });

/** The id of the newest row that is one too many. */
async function lastSurplusId(tables: Tables, max: number): Promise<number | undefined> {
	let seen = 0;
	for await (const page of pagesOf(tables, 'deliveries', [], { newestFirst: true })) {
		if (seen + page.length > max) return page[max - seen].id;
		seen += page.length;
	}
	return undefined;
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
	const cutoff = toIsoTime(nowMs() - maxAgeDays * DAY_MS);
	let deliveries = 0;
	const remove = async (condition: Condition): Promise<void> => {
		for (const status of REMOVABLE) {
			deliveries += await tables.remove('deliveries', { all: [eq('status', status), condition] });
		}
	};
	await remove(before('accepted_at', cutoff));
	const surplus = await lastSurplusId(tables, maxDeliveries);
	if (surplus !== undefined) await remove({ column: 'id', operator: 'lte', value: surplus });
	return { deliveries, events: await removeEvents(tables, cutoff, surplus !== undefined) };
}
