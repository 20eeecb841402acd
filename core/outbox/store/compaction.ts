import pick from 'lodash/pick';

import { groupByKey } from '../../lib/groupByKey';
import { MINUTE_MS, toIsoTime } from '../../lib/time';
import type { OutboxPorts } from '../ports';

import { dropReplaced, isLoose } from './tallies';
import {
	addSlots,
	addTallies,
	computeTallyId,
	getSlotDay,
	readTallyRow,
	TALLY,
	TALLY_SLOTS,
	toTallyRow,
	type Tally,
	type TallyRow,
} from './tallyRows';
import {
	completePages,
	eq,
	findFirstPage,
	insertChange,
	type Change,
	type Condition,
	type Row,
} from './tables';

/**
 * Each write of outcomes inserts a tally for each endpoint. Compaction puts them together: into one total
 * per endpoint, which is all that a list of endpoints has to read, and into one row per endpoint and day
 * with the outcomes by time. A run leases the tallies, so that none goes into two; inserts the new ones,
 * which name those that they contain; and deletes these. Readers leave out a tally that another one names,
 * so that counts are right at every moment, whenever the run is killed.
 */

/** More loose tallies make lists of endpoints slow. */
export const MAX_LOOSE_TALLIES = 300;

/** Days whose rows one run puts together. The outcomes of others get further rows. */
const MAX_DAYS = 20;

/** Time after which the run that leased tallies was probably killed. */
const LEASE_MS = 15 * MINUTE_MS;

/** A run that is slower than this puts nothing together: another one may have its tallies. */
const MAX_RUN_MS = 5 * MINUTE_MS;

const OWNER_PREFIX = 'tally ';

const isDayRow = (day: string): Condition[] => [eq('status', TALLY_SLOTS), eq('event_type', day)];

/** Releases tallies of runs that were killed, then leases all that go together. */
function leaseTallies(owner: string, days: string[], nowMs: number): Change[] {
	const expired = OWNER_PREFIX + toIsoTime(nowMs - LEASE_MS);
	const update = (conditions: Condition[], lease_owner: string | null): Change => ({
		change: 'update',
		table: 'deliveries',
		query: { all: conditions },
		values: { lease_owner },
	});
	return [
		...[TALLY, TALLY_SLOTS].map((status) =>
			update(
				[eq('status', status), { column: 'lease_owner', operator: 'lt', value: expired }],
				null,
			),
		),
		update([eq('status', TALLY), eq('lease_owner', null)], owner),
		...days.map((day) => update([...isDayRow(day), eq('lease_owner', null)], owner)),
	];
}

const getOwnerKey = ({ endpointId, tenantId }: TallyRow): string =>
	JSON.stringify([tenantId, endpointId]);

/** A tally of one endpoint, and a part of it that belongs to one day. */
interface DayPart {
	day: string;
	tally: TallyRow;
	slots: Array<readonly [number, Tally]>;
}

const splitByDay = (tally: TallyRow): DayPart[] =>
	groupByKey([...(tally.slots ?? [])], ([slot]) => getSlotDay(slot)).map((slots) => ({
		day: getSlotDay(slots[0][0]),
		tally,
		slots,
	}));

/** Puts leased tallies together. @param present all tallies that were found with them */
function buildRows(owner: string, leased: TallyRow[], present: TallyRow[]): Row[] {
	const presentIds = new Set(present.map(({ id }) => id));
	// What they contain may still be there, if a run was killed: then the new tally has to name it too.
	const listReplaced = (tallies: TallyRow[]): string[] => [
		...new Set(
			tallies.flatMap(({ id, replaces }) => [id, ...replaces.filter((old) => presentIds.has(old))]),
		),
	];
	const shared = (group: TallyRow[]) => ({
		...pick(group[group.length - 1], ['endpointId', 'endpointName', 'tenantId']),
		acceptedUntil: group
			.map(({ acceptedUntil }) => acceptedUntil)
			.reduce((a, b) => (a > b ? a : b)),
	});
	const totals = groupByKey(
		leased.filter(({ status }) => status === TALLY),
		getOwnerKey,
	).map((group) =>
		toTallyRow({
			...shared(group),
			id: computeTallyId([owner, getOwnerKey(group[0])]),
			status: TALLY,
			slots: null,
			total: addTallies(group.map(({ total }) => total)),
			replaces: listReplaced(group),
		}),
	);
	const days = groupByKey(leased.flatMap(splitByDay), ({ day, tally }) =>
		JSON.stringify([day, getOwnerKey(tally)]),
	).map((group) => {
		const [{ day }] = group;
		const tallies = group.map(({ tally }) => tally);
		return toTallyRow(
			{
				...shared(tallies),
				id: computeTallyId([owner, getOwnerKey(tallies[0]), day]),
				status: TALLY_SLOTS,
				slots: addSlots(group.flatMap(({ slots }) => slots)),
				total: addTallies([]),
				replaces: listReplaced(tallies.filter(({ status }) => status === TALLY_SLOTS)),
			},
			day,
		);
	});
	return [...totals, ...days];
}

/**
 * Puts loose tallies together; makes no more than one call if there are none. It can be killed at any time,
 * and any number of runs may overlap.
 */
export async function compactTallies({
	newId,
	nowMs,
	tables,
}: Pick<OutboxPorts, 'newId' | 'nowMs' | 'tables'>): Promise<void> {
	const startMs = nowMs();
	const totalsOnly = [eq('status', TALLY)];
	const [firstPage] = await tables.applyAndFind([], [findFirstPage('deliveries', totalsOnly)]);
	const before = (await completePages(tables, 'deliveries', totalsOnly, firstPage)).map(
		readTallyRow,
	);
	const owner = `${OWNER_PREFIX}${toIsoTime(startMs)} ${newId()}`;
	const isExpired = ({ leaseOwner }: TallyRow): boolean =>
		leaseOwner !== null && leaseOwner < OWNER_PREFIX + toIsoTime(startMs - LEASE_MS);
	if (!before.some((tally) => isLoose(tally) || isExpired(tally))) return;
	const days = [
		...new Set(before.flatMap(({ slots }) => [...(slots?.keys() ?? [])].map(getSlotDay))),
	]
		.sort()
		.slice(-MAX_DAYS);
	const queries = [totalsOnly, ...days.map(isDayRow)];
	const pages = await tables.applyAndFind(
		leaseTallies(owner, days, startMs),
		queries.map((conditions) => findFirstPage('deliveries', conditions)),
	);
	const present: TallyRow[] = [];
	for (const [index, page] of pages.entries()) {
		const rows = await completePages(tables, 'deliveries', queries[index], page);
		present.push(...rows.map(readTallyRow));
	}
	const leased = dropReplaced(present).filter(({ leaseOwner }) => leaseOwner === owner);
	if (nowMs() - startMs > MAX_RUN_MS) return;
	await tables.applyChanges([
		...insertChange('deliveries', buildRows(owner, leased, present)),
		{ change: 'remove', table: 'deliveries', query: { all: [eq('lease_owner', owner)] } },
	]);
}
