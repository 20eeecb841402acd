import sortBy from 'lodash/sortBy';

import { groupByKey } from '../../lib/groupByKey';
import { findDueRows, MAX_EXCEPTIONS, type DueQuery, type DueShare } from '../store/deliveryLeases';
import type { StoredRow, Tables } from '../store/tables';

/**
 * Tenants take turns: if one has more due deliveries than a run leases at once, the others still get their
 * share of the places.
 */

/**
 * Shares places: nobody gets more than they ask for, and what some leave is shared by the others. If there are fewer
 * places than those who ask, the first ones get one each.
 * @param wanted how many places each one asks for, starting with the one who has waited longest
 * @returns how many places each one gets, in the same order
 */
export function sharePlaces(wanted: number[], places: number): number[] {
	const shares = wanted.map(() => 0);
	let remaining = places;
	const asking = [...wanted.keys()].filter((index) => wanted[index] > 0).slice(0, places);
	const order = sortBy(asking, (index) => wanted[index]);
	order.forEach((index, position) => {
		const fair = Math.floor(remaining / (order.length - position));
		shares[index] = Math.min(wanted[index], fair);
		remaining -= shares[index];
	});
	return shares;
}

/** Most times that a run looks for the deliveries of further tenants. */
const MAX_LOOKS = 20;

/**
 * Splits the places of a run among the tenants that have due deliveries. While a page of them is full, it
 * looks again without the tenants in it.
 * @param tenantIds the tenants that have endpoints
 * @param firstPage the oldest due deliveries
 * @param places how many deliveries the run leases at once, and so the length of a full page
 */
export async function takeTurns(
	tables: Tables,
	due: DueQuery,
	tenantIds: string[],
	firstPage: StoredRow[],
	places: number,
): Promise<DueShare[]> {
	const { exceptEndpointIds = [], exceptTenantIds = [] } = due;
	const excepted = new Set(exceptTenantIds);
	const rows = [...firstPage];
	let page = firstPage;
	for (let looks = 0; page.length === places && looks < MAX_LOOKS; looks += 1) {
		const seenIds = new Set(rows.map(({ tenant_id }) => String(tenant_id)));
		const exceptions = [...exceptTenantIds, ...seenIds];
		if (tenantIds.every((id) => seenIds.has(id) || excepted.has(id))) break;
		if (exceptEndpointIds.length + exceptions.length > MAX_EXCEPTIONS) break;
		const others = findDueRows({ ...due, exceptTenantIds: exceptions }, places);
		[page] = await tables.applyAndFind([], [others]);
		rows.push(...page);
	}
	if (rows.length <= places) return rows.length === 0 ? [] : [{ due, candidates: rows }];
	const queues = groupByKey(rows, ({ tenant_id }) => String(tenant_id));
	const shares = sharePlaces(
		queues.map(({ length }) => length),
		places,
	);
	return queues.flatMap((queue, index) => {
		const tenantId = String(queue[0].tenant_id);
		return shares[index] === 0
			? []
			: [{ due: { ...due, tenantId }, candidates: queue.slice(0, shares[index]) }];
	});
}
