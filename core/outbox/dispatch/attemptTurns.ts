import uniq from 'lodash/uniq';

import { groupByKey } from '../../lib/groupByKey';
import { createPacer } from '../../sending/pacer';
import type { Endpoint, RunLimits } from '../model';
import type { OutboxPorts } from '../ports';

/** Within a run, tenants take turns, and so do the endpoints of each: none keeps the others waiting. */

/** Takes one entry of each list in turn, until all are taken. */
export function interleave<T>(lists: T[][]): T[] {
	const rounds = Math.max(0, ...lists.map(({ length }) => length));
	return Array.from({ length: rounds }, (_, round) =>
		lists.flatMap((list) => (round < list.length ? [list[round]] : [])),
	).flat();
}

/** Orders entries so that tenants take turns, and so do the endpoints of each. */
export const orderByTurns = <T>(
	entries: T[],
	getEndpoint: (entry: T) => Pick<Endpoint, 'id' | 'tenantId'>,
): T[] =>
	interleave(
		groupByKey(entries, (entry) => getEndpoint(entry).tenantId).map((ofTenant) =>
			interleave(groupByKey(ofTenant, (entry) => getEndpoint(entry).id)),
		),
	);

/** Runs a task when the limits on simultaneous attempts allow it. */
export type Pace = <T>(task: () => Promise<T>) => Promise<T>;

/**
 * Creates pacers for endpoints. An endpoint or a tenant that hangs leaves half of the concurrency to the
 * others, if there are others.
 * @returns by endpoint ID
 */
export function createFairPacers(
	endpoints: Endpoint[],
	{ concurrency }: RunLimits,
	ports: OutboxPorts,
): Map<string, Pace> {
	const createPacers = (ids: string[]): Map<string, Pace> => {
		const share = ids.length > 1 ? Math.ceil(concurrency / 2) : concurrency;
		return new Map(ids.map((id) => [id, createPacer({ concurrency: share, perSecond: 0 }, ports)]));
	};
	const ofTenants = createPacers(uniq(endpoints.map(({ tenantId }) => tenantId)));
	const ofEndpoints = createPacers(endpoints.map(({ id }) => id));
	const run: Pace = async (task) => await task();
	return new Map(
		endpoints.map(({ id, tenantId }): [string, Pace] => {
			const paceEndpoint = ofEndpoints.get(id) ?? run;
			const paceTenant = ofTenants.get(tenantId) ?? run;
			return [id, async (task) => await paceEndpoint(async () => await paceTenant(task))];
		}),
	);
}
