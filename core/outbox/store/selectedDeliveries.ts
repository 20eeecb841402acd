import groupBy from 'lodash/groupBy';

import type { AttemptOutcome } from '../../sending/attemptOutcome';
import { toIsoTime } from '../../lib/time';
import type { DeliveryStatus, Lease, StoredDelivery } from '../model';

import { replayColumns } from './deliveries';
import { matchStatuses, matchTimes } from './deliveryLog';
import { readDelivery, toPlaceColumns } from './deliveryRows';
import {
	eq,
	MAX_FOUND,
	type Change,
	type Condition,
	type Find,
	type Row,
	type Tables,
} from './tables';

/**
 * Finds the deliveries that a person selects by criteria, and changes them in place. A row that a run has
 * leased is never found nor changed: that run writes its outcome.
 */

/** Criteria of {@link findSelectedRows}. All that are set must match. */
export interface RowSelection {
	/** At least one. */
	statuses: DeliveryStatus[];
	endpointId?: string;
	/** Finds single deliveries of the event. */
	eventId?: string;
	outcome?: AttemptOutcome;
	/** Times of the events' acceptance, ISO 8601. */
	since?: string;
	until?: string;
}

/** The rows from one to another, inclusive, by their IDs. */
export interface RowRange {
	from: number;
	to: number;
}

function toConditions(selection: RowSelection): Condition[] {
	const { endpointId, eventId, outcome, statuses } = selection;
	return [
		eq('lease_owner', null),
		...matchStatuses(statuses),
		...matchTimes(selection),
		...(endpointId === undefined ? [] : [eq('endpoint_id', endpointId)]),
		...(eventId === undefined ? [] : [eq('event_id', eventId)]),
		...(outcome === undefined ? [] : [eq('outcome', outcome)]),
	];
}

const isInRange = ({ from, to }: RowRange): Condition[] => [
	{ column: 'id', operator: 'gte', value: from },
	{ column: 'id', operator: 'lte', value: to },
];

/** Finds a page of the selected rows that follow a row, oldest first. */
export const findSelectedRows = (selection: RowSelection, afterRow: number): Find => ({
	table: 'deliveries',
	query: {
		all: [...toConditions(selection), { column: 'id', operator: 'gt', value: afterRow }],
	},
	options: { newestFirst: false, limit: MAX_FOUND },
});

/** Returns the ranges of the included rows that no other row interrupts. */
function listRanges(rowIds: number[], included: Set<number>): RowRange[] {
	const ranges: RowRange[] = [];
	let isOpen = false;
	for (const id of rowIds) {
		const range = ranges[ranges.length - 1];
		if (!included.has(id)) isOpen = false;
		else if (isOpen) range.to = id;
		else {
			ranges.push({ from: id, to: id });
			isOpen = true;
		}
	}
	return ranges;
}

/** The columns by which a change can tell rows apart that are read in one order. */
const getKind = ({ endpointId, eventType, outcome }: StoredDelivery): string =>
	JSON.stringify([endpointId, eventType, outcome]);

/**
 * Returns the changes that give some of the selected rows other values, as few as possible.
 * @param page rows that {@link findSelectedRows} found, in its order
 * @param included IDs of the rows to change
 */
export function changeSelectedRows(
	selection: RowSelection,
	page: StoredDelivery[],
	included: Set<number>,
	values: Row,
): Change[] {
	const change = (range: RowRange, conditions: Condition[]): Change => ({
		change: 'update',
		table: 'deliveries',
		query: { all: [...toConditions(selection), ...isInRange(range), ...conditions] },
		values,
	});
	const ranges = listRanges(
		page.map(({ rowId }) => rowId),
		included,
	);
	const byKind = Object.values(groupBy(page, getKind)).flatMap((sameKind) => {
		const [{ endpointId, eventType, outcome }] = sameKind;
		const kind = [
			eq('endpoint_id', endpointId),
			eq('event_type', eventType),
			eq('outcome', outcome),
		];
		const rowIds = sameKind.map(({ rowId }) => rowId);
		return listRanges(rowIds, included).map((range) => change(range, kind));
	});
	return ranges.length <= byKind.length ? ranges.map((range) => change(range, [])) : byKind;
}

/** A change of selected rows, and how to tell the rows that it has changed. */
export interface RowChange {
	values: Row;
	marks: Condition[];
}

/** Returns the change that makes deliveries due now, and restarts their schedules. */
export const queueRows = (nowMs: number): RowChange => ({
	values: { ...replayColumns(nowMs), status: 'pending', next_attempt_at: toIsoTime(nowMs) },
	marks: [eq('replayed_at', toIsoTime(nowMs))],
});

/**
 * Makes one delivery due, gives it its place, and restarts its schedule, unless it was changed or leased since it was read.
 * @returns its new state
 */
export async function queueForReplay(
	tables: Pick<Tables, 'update'>,
	{ place, rowId, status }: StoredDelivery,
	nowMs: number,
	reason: string,
): Promise<StoredDelivery | undefined> {
	const unchanged = [eq('id', rowId), eq('status', status), eq('lease_owner', null)];
	const values = { ...queueRows(nowMs).values, ...toPlaceColumns(place), error: reason };
	const [row] = await tables.update('deliveries', { all: unchanged }, values);
	return row && readDelivery(row);
}

/**
 * Makes the one delivery that a run has leased due, without an attempt.
 * @returns its new state; `undefined` if the run no longer leases it
 */
export async function releaseLeased(
	tables: Pick<Tables, 'update'>,
	{ owner }: Lease,
	reason: string,
	nowMs: number,
): Promise<StoredDelivery | undefined> {
	const values = {
		status: 'pending',
		next_attempt_at: toIsoTime(nowMs),
		lease_owner: null,
		error: reason,
	};
	const [row] = await tables.update('deliveries', { all: [eq('lease_owner', owner)] }, values);
	return row && readDelivery(row);
}

/** Returns the change that ends deliveries without another attempt. */
export const cancelRows = (nowMs: number): RowChange => ({
	values: {
		status: 'cancelled',
		next_attempt_at: null,
		completed_at: toIsoTime(nowMs),
		error: 'The delivery was cancelled',
	},
	marks: [eq('status', 'cancelled'), eq('completed_at', toIsoTime(nowMs))],
});

/** Finds the rows in a range that a change has changed. */
export const findChangedRows = ({ marks }: RowChange, range: RowRange): Find => ({
	table: 'deliveries',
	query: { all: [...marks, ...isInRange(range)] },
	options: { newestFirst: false, limit: MAX_FOUND },
});
