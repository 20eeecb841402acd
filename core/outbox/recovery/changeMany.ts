import uniq from 'lodash/uniq';

import { matchesEventTypes } from '../../event/eventTypes';
import type { AttemptOutcome } from '../../sending/attemptOutcome';
import type { KeyFilter } from '../apiKey/keyFilter';
import { readRegisteredEndpoints } from '../endpoint/repository';
import type { DeliveryStatus, RegisteredEndpoint, StoredDelivery } from '../model';
import type { OutboxPorts } from '../ports';
import { applyAllAndFind } from '../store/changeGroups';
import { findLatestRowIds } from '../store/deliveries';
import { readDelivery } from '../store/deliveryRows';
import { findEndpointRows } from '../store/endpoints';
import { findForgottenEvents, readForgottenEvents } from '../store/eventRecovery';
import {
	cancelRows,
	changeSelectedRows,
	findChangedRows,
	findSelectedRows,
	queueRows,
	type RowChange,
	type RowSelection,
} from '../store/selectedDeliveries';
import { MAX_FOUND, type StoredRow } from '../store/tables';

import { keepCovered } from './coveredDeliveries';
import { findObstacle } from './obstacles';
import {
	describeProgress,
	RecoveryCounter,
	type RecoveryEntry,
	type RecoveryLimits,
	type RecoveryReport,
} from './recoveryReport';

/** Deliveries to replay or cancel. All criteria that are set must match. */
export interface DeliverySelection {
	/** At least one. */
	statuses: DeliveryStatus[];
	/** Empty for all. */
	endpointIds?: string[];
	/** With `*` for any text. Empty for all. */
	eventTypes?: string[];
	/** Outcomes of the last attempt. Empty for all, also deliveries without an attempt. */
	outcomes?: AttemptOutcome[];
	/** Selects single deliveries of the event. */
	eventId?: string;
	/** Times of the events' acceptance, ISO 8601. */
	since?: string;
	until?: string;
	/** The part of the events that the key of the call is for. Absent for all. */
	filter?: KeyFilter;
}

/** A selection that would not select what it says. The message says what to do. */
export class InvalidSelectionError extends Error {
	override readonly name = 'InvalidSelectionError';
}

/** Returns the criteria that the tables can check; {@link matchesRest} checks the others. */
function toRowSelection(selection: DeliverySelection): RowSelection {
	const { endpointIds = [], eventId, outcomes = [], since, statuses, until } = selection;
	return {
		statuses,
		eventId,
		since,
		until,
		endpointId: endpointIds.length === 1 ? endpointIds[0] : undefined,
		outcome: outcomes.length === 1 ? outcomes[0] : undefined,
	};
}

const matchesRest = (
	{ endpointIds = [], eventTypes = [], outcomes = [] }: DeliverySelection,
	{ endpointId, eventType, outcome }: StoredDelivery,
): boolean =>
	(endpointIds.length === 0 || endpointIds.includes(endpointId)) &&
	(outcomes.length === 0 || (outcome !== null && outcomes.includes(outcome))) &&
	matchesEventTypes(eventTypes, eventType);

/** Everything that decides whether a delivery can be sent again. */
interface ReplayContext {
	endpoints: Map<string, RegisteredEndpoint>;
	forgottenEventIds: Set<string>;
}

/** Returns why a delivery cannot be sent again; `undefined` if it can. */
function findReplayObstacle(
	{ endpoints, forgottenEventIds }: ReplayContext,
	{ batchedEventIds, endpointId, eventId, problem }: StoredDelivery,
): string | undefined {
	const endpoint = endpoints.get(endpointId);
	if (problem !== undefined) return problem;
	if (endpoint === undefined) return 'The endpoint was deleted.';
	const isForgotten = (batchedEventIds ?? [eventId]).some((id) => forgottenEventIds.has(id));
	return findObstacle(endpoint, isForgotten, 'replay');
}

/** What a recovery does to the deliveries that it selects. */
interface Plan {
	/** Past tense, for the progress. */
	verb: string;
	findObstacle: (context: ReplayContext, delivery: StoredDelivery) => string | undefined;
	toRowChange: (nowMs: number) => RowChange;
}

const REPLAY: Plan = {
	verb: 'queued',
	findObstacle: findReplayObstacle,
	toRowChange: queueRows,
};

const CANCEL: Plan = {
	verb: 'cancelled',
	findObstacle: () => undefined,
	toRowChange: cancelRows,
};

/** Rows that were read together, with what is to happen to each of them. */
interface SelectedPage {
	rows: StoredDelivery[];
	entries: Map<number, RecoveryEntry>;
}

const listRecovered = ({ entries }: SelectedPage): number[] =>
	[...entries].flatMap(([rowId, { obstacle }]) => (obstacle === undefined ? [rowId] : []));

/** A run that changes selected deliveries: it reads all of them first, then changes them page by page. */
class ChangeRun {
	private readonly rowSelection: RowSelection;

	private readonly deadlineMs: number;

	constructor(
		private readonly ports: OutboxPorts,
		private readonly selection: DeliverySelection,
		private readonly plan: Plan,
		{ maxRunMs }: RecoveryLimits,
	) {
		this.rowSelection = toRowSelection(selection);
		this.deadlineMs = ports.nowMs() + maxRunMs;
	}

	private get hasTime(): boolean {
		return this.ports.nowMs() < this.deadlineMs;
	}

	/** Decides what happens to each row of a page. A row whose delivery has a newer one does not count. */
	private async examine(context: ReplayContext, found: StoredRow[]): Promise<SelectedPage> {
		const { ports, selection } = this;
		const rows = found.map(readDelivery);
		const selected = rows.filter((delivery) => matchesRest(selection, delivery));
		const matching = await keepCovered(ports.tables, selected, selection.filter);
		const latestRowIds = await findLatestRowIds(
			ports.tables,
			matching.map(({ id }) => id),
		);
		const entries = new Map<number, RecoveryEntry>();
		for (const delivery of matching) {
			const { acceptedAt, endpointId, id, rowId } = delivery;
			if ((latestRowIds.get(id) ?? rowId) !== rowId) continue;
			const endpointName = context.endpoints.get(endpointId)?.name ?? delivery.endpointName;
			const obstacle = this.plan.findObstacle(context, delivery);
			entries.set(rowId, { endpointId, endpointName, acceptedAt, obstacle });
		}
		// The rest of a row is not needed, and there may be many.
		return { rows: rows.map((row) => ({ ...row, attemptLog: [] })), entries };
	}

	/** Reads everything that is selected. @returns `isComplete: false` if the time was not enough */
	async select(): Promise<{ pages: SelectedPage[]; isComplete: boolean }> {
		const { ports, rowSelection } = this;
		const { since, until } = this.selection;
		const [endpointRows, forgotten, firstRows] = await ports.tables.applyAndFind(
			[],
			[findEndpointRows(), findForgottenEvents(), findSelectedRows(rowSelection, 0)],
		);
		const registered = await readRegisteredEndpoints(ports, endpointRows);
		const context: ReplayContext = {
			endpoints: new Map(registered.map((endpoint) => [endpoint.id, endpoint])),
			forgottenEventIds: await readForgottenEvents(ports.tables, forgotten),
		};
		if (since !== undefined && until !== undefined && since >= until) {
			return { pages: [], isComplete: true };
		}
		const pages: SelectedPage[] = [];
		for (let found = firstRows; found.length > 0; ) {
			pages.push(await this.examine(context, found));
			if (found.length < MAX_FOUND) break;
			if (!this.hasTime) return { pages, isComplete: false };
			const lastRow = found[found.length - 1].id;
			[found] = await ports.tables.applyAndFind([], [findSelectedRows(rowSelection, lastRow)]);
		}
		return { pages, isComplete: true };
	}

	/** Changes the rows of a page. @returns the IDs of those that were still as they were read */
	private async changePage({ rows }: SelectedPage, rowIds: number[]): Promise<Set<number>> {
		const { plan, ports, rowSelection } = this;
		const rowChange = plan.toRowChange(ports.nowMs());
		const changes = changeSelectedRows(rowSelection, rows, new Set(rowIds), rowChange.values);
		const range = { from: rowIds[0], to: rowIds[rowIds.length - 1] };
		const [changed] = await applyAllAndFind(ports.tables, changes, [
			findChangedRows(rowChange, range),
		]);
		return new Set(changed.map(({ id }) => id));
	}

	/** Changes what was selected. @returns whether there was time for everything */
	async change(pages: SelectedPage[], counter: RecoveryCounter): Promise<boolean> {
		const { plan, ports } = this;
		const total = pages.reduce((sum, page) => sum + listRecovered(page).length, 0);
		let done = 0;
		for (const [index, page] of pages.entries()) {
			const rowIds = listRecovered(page);
			if (index > 0 && !this.hasTime) return false;
			const changed = rowIds.length > 0 ? await this.changePage(page, rowIds) : new Set<number>();
			for (const [rowId, entry] of page.entries) {
				if (entry.obstacle !== undefined || changed.has(rowId)) counter.add(entry);
			}
			done += rowIds.length;
			if (pages.length > 1) {
				ports.announce(describeProgress(done, total, `deliveries ${plan.verb}`));
			}
		}
		return true;
	}
}

async function changeMany(
	ports: OutboxPorts,
	selection: DeliverySelection,
	limits: RecoveryLimits,
	plan: Plan,
	allowed: DeliveryStatus[],
): Promise<RecoveryReport> {
	const statuses = uniq(selection.statuses);
	const excess = statuses.find((status) => !allowed.includes(status));
	if (excess !== undefined || statuses.length === 0) {
		const problem = excess === undefined ? 'No status is selected' : `"${excess}" is not possible`;
		throw new InvalidSelectionError(`${problem}. Choose any of: ${allowed.join(', ')}.`);
	}
	const run = new ChangeRun(ports, { ...selection, statuses }, plan, limits);
	const { isComplete, pages } = await run.select();
	const counter = new RecoveryCounter();
	if (limits.isPreview) {
		for (const { entries } of pages) for (const entry of entries.values()) counter.add(entry);
		return counter.toReport(isComplete);
	}
	const hadTime = await run.change(pages, counter);
	return counter.toReport(isComplete && hadTime);
}

/** Statuses that {@link replayMany} can select. */
export const REPLAYABLE: DeliveryStatus[] = ['failed', 'held', 'cancelled', 'delivered', 'pending'];

/**
 * Queues deliveries: Deliver Due attempts them the next time it runs, with their schedules from the
 * beginning. Those that a run is sending are left out. Those that cannot be sent now stay as they are.
 * @returns how many were queued, or would be; of those that were changed in the meantime, none
 * @throws InvalidSelectionError
 * @example
 * const selection = { statuses: ['failed'], eventTypes: ['order.*'], since: '2026-01-31T00:00:00.000Z' };
 * const preview = await replayMany(ports, selection, { isPreview: true, maxRunMs: 60_000 });
 * preview.endpoints[0]; // { endpointId: 'ep_…', deliveries: 12, kept: 0, … }
 */
export const replayMany = async (
	ports: OutboxPorts,
	selection: DeliverySelection,
	limits: RecoveryLimits,
): Promise<RecoveryReport> => await changeMany(ports, selection, limits, REPLAY, REPLAYABLE);

/** Statuses that {@link cancelMany} can select: those of deliveries that wait. */
export const CANCELLABLE: DeliveryStatus[] = ['pending', 'gathering', 'held'];

/**
 * Cancels deliveries that wait: for a retry, for their time, for a batch, or on hold. Those that a run is
 * sending are left out.
 * @returns how many were cancelled, or would be
 * @throws InvalidSelectionError
 */
export const cancelMany = async (
	ports: OutboxPorts,
	selection: DeliverySelection,
	limits: RecoveryLimits,
): Promise<RecoveryReport> => await changeMany(ports, selection, limits, CANCEL, CANCELLABLE);
