import { matchesEventTypes } from '../../event/eventTypes';
import { toIsoTime } from '../../lib/time';
import { computeDeliveryId, createDelivery, listCoveredIds } from '../dispatch/deliveryStates';
import { compileSubscriptions } from '../dispatch/subscribers';
import { readRegisteredEndpoints } from '../endpoint/repository';
import type { Delivery, OutboxEvent, RegisteredEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { insertDeliveries } from '../store/deliveries';
import { findEndpointRows } from '../store/endpoints';
import {
	findIdleEvents,
	findOwnEvents,
	findRecord,
	leaseIdleEvents,
	readIdleEvents,
	readRecord,
	type EventSpan,
} from '../store/eventRecovery';
import { toRecoveryOwner } from '../store/eventOwnership';
import { completeEvents, type StoredEvent } from '../store/events';
import { MAX_FOUND, type Change, type Find, type StoredRow } from '../store/tables';

import { findObstacle } from './obstacles';
import { RecoveryCounter, type RecoveryLimits, type RecoveryReport } from './recoveryReport';

/** Events to look for. Times are the events' acceptance, ISO 8601. */
export interface MissingSelection extends EventSpan {
	/** The only endpoint that gets missing deliveries; all if absent. */
	endpointId?: string;
	/** With `*` for any text. Empty for all. */
	eventTypes?: string[];
}

/** An event that an endpoint would get now. */
interface Candidate {
	event: OutboxEvent;
	endpoint: RegisteredEndpoint;
	/** Why it gets no delivery all the same. */
	obstacle: string | undefined;
}

/** Time for looking for missing deliveries of one page and inserting them, on a slow machine. */
const LEASE_MS = 120_000;
/** Part of that time which has to be left when they are inserted. */
const LEASE_MARGIN_MS = 30_000;

/** Events that were read together. */
interface EventPage {
	rows: StoredRow[];
	candidates: Candidate[];
}

const listMissing = ({ candidates }: EventPage, existingIds: Set<string>): Candidate[] =>
	candidates.filter(
		({ endpoint, event }) => !existingIds.has(computeDeliveryId(event.id, endpoint.id)),
	);

/** A run that makes missing deliveries, page by page. */
class MissingRun {
	private readonly counter = new RecoveryCounter();

	private readonly deadlineMs: number;

	private endpoints: RegisteredEndpoint[] = [];

	constructor(
		private readonly ports: OutboxPorts,
		private readonly selection: MissingSelection,
		private readonly limits: RecoveryLimits,
	) {
		this.deadlineMs = ports.nowMs() + limits.maxRunMs;
	}

	private readPage(rows: StoredRow[]): EventPage {
		const { eventTypes = [] } = this.selection;
		const { findSubscribers } = compileSubscriptions(this.endpoints);
		const events = readIdleEvents(rows).filter(({ event }) =>
			matchesEventTypes(eventTypes, event.type),
		);
		const toCandidates = ({ event }: StoredEvent): Candidate[] =>
			findSubscribers(event).map((endpoint) => ({
				event,
				endpoint,
				obstacle: findObstacle(endpoint, event.payloadForgottenAt !== null, 'recover'),
			}));
		return { rows, candidates: events.flatMap(toCandidates) };
	}

	/**
	 * Reads what is on record about the events of a page, after changes and together with other rows.
	 * @returns the IDs of the deliveries that they have, and the rows of each find
	 */
	private async readExisting(
		{ candidates }: EventPage,
		changes: Change[],
		finds: Find[],
	): Promise<{ existingIds: Set<string>; found: StoredRow[][] }> {
		const { tables } = this.ports;
		const times = candidates.map(({ event }) => event.acceptedAt).sort();
		const { endpointId } = this.selection;
		const query = { endpointId, from: times[0], to: times[times.length - 1] };
		const pages = await tables.applyAndFind(changes, [...finds, ...findRecord(query)]);
		const deliveries = await readRecord(tables, query, pages.slice(finds.length));
		const existingIds = new Set(deliveries.flatMap(listCoveredIds));
		return { existingIds, found: pages.slice(0, finds.length) };
	}

	private count(missing: Candidate[]): void {
		for (const { endpoint, event, obstacle } of missing) {
			this.counter.add({
				endpointId: endpoint.id,
				endpointName: endpoint.name,
				acceptedAt: event.acceptedAt,
				obstacle,
			});
		}
	}

	/** Creates the missing deliveries that nothing keeps from being sent, due now or at the event's time. */
	private createMissing(missing: Candidate[]): Delivery[] {
		const now = toIsoTime(this.ports.nowMs());
		return missing.flatMap(({ endpoint, event, obstacle }) => {
			const { deliverAt } = event;
			const nextAttemptAt = deliverAt !== null && deliverAt > now ? deliverAt : now;
			const state = { status: 'pending' as const, nextAttemptAt, lease: null, error: null };
			return obstacle === undefined ? [createDelivery(event, endpoint, state)] : [];
		});
	}

	/** Makes the missing deliveries of a page. @returns `false` if the machine was too slow for the lease */
	private async makeMissing(page: EventPage): Promise<boolean> {
		const { ports, selection } = this;
		const { rows } = page;
		const owner = toRecoveryOwner(ports.newId());
		const lease = { owner, expiresAtMs: ports.nowMs() + LEASE_MS };
		const range = { from: rows[0].id, to: rows[rows.length - 1].id };
		const { existingIds, found } = await this.readExisting(
			page,
			[leaseIdleEvents(selection, range, lease)],
			[findOwnEvents(owner)],
		);
		const leasedIds = new Set(found.flat().map(({ event_id }) => event_id));
		const missing = listMissing(page, existingIds).filter(({ event }) => leasedIds.has(event.id));
		const isInTime = ports.nowMs() < lease.expiresAtMs - LEASE_MARGIN_MS;
		await ports.tables.applyChanges([
			...insertDeliveries(isInTime ? this.createMissing(missing) : []),
			completeEvents(owner),
		]);
		if (isInTime) this.count(missing);
		return isInTime;
	}

	/** Works on a page. @returns whether it is done */
	private async work(page: EventPage): Promise<boolean> {
		if (page.candidates.length === 0) return true;
		if (!this.limits.isPreview) return await this.makeMissing(page);
		const { existingIds } = await this.readExisting(page, [], []);
		this.count(listMissing(page, existingIds));
		return true;
	}

	async run(): Promise<RecoveryReport> {
		const { limits, ports, selection } = this;
		const [endpointRows, firstRows] = await ports.tables.applyAndFind(
			[],
			[findEndpointRows(), findIdleEvents(selection, 0)],
		);
		const registered = await readRegisteredEndpoints(ports, endpointRows);
		this.endpoints = registered.filter(
			({ id }) => selection.endpointId === undefined || id === selection.endpointId,
		);
		let seen = 0;
		for (let rows = firstRows; rows.length > 0; ) {
			if (!(await this.work(this.readPage(rows)))) return this.counter.toReport(false);
			seen += rows.length;
			if (rows.length < MAX_FOUND) break;
			const { deliveries } = this.counter.toReport(true);
			ports.announce(
				`${seen.toLocaleString('en-US')} events checked: ${deliveries.toLocaleString('en-US')} missing deliveries ${limits.isPreview ? 'found' : 'queued'}`,
			);
			if (ports.nowMs() >= this.deadlineMs) return this.counter.toReport(false);
			const lastRow = rows[rows.length - 1].id;
			[rows] = await ports.tables.applyAndFind([], [findIdleEvents(selection, lastRow)]);
		}
		return this.counter.toReport(true);
	}
}

/**
 * Makes the deliveries of past events that an endpoint would get now and never got, e.g. because it was
 * registered or subscribed later. They are due now: Deliver Due attempts them the next time it runs. An
 * event counts as gotten if there is a delivery of it, whatever its status, or a batch with it. Events that a
 * run is sending are left out.
 * @returns how many deliveries were made, or would be
 * @example
 * const since = '2026-01-31T00:00:00.000Z';
 * await recoverMissing(ports, { endpointId: 'ep_…', since }, { isPreview: false, maxRunMs: 300_000 });
 */
export const recoverMissing = async (
	ports: OutboxPorts,
	selection: MissingSelection,
	limits: RecoveryLimits,
): Promise<RecoveryReport> => await new MissingRun(ports, selection, limits).run();
