import groupBy from 'lodash/groupBy';
import uniq from 'lodash/uniq';

import { createPacer } from '../../sending/pacer';
import type { AttemptJob, Endpoint, RunLimits } from '../model';
import type { OutboxPorts } from '../ports';

/** Within a run, tenants take turns, and so do the endpoints of each: none keeps the others waiting. */

/** Takes one entry of each list in turn, until all are taken. */
export function interleave<T>(lists: T[][]): T[] {
	const rounds = Math.max(0, ...lists.map(({ length }) => length));
	return Array.from({ length: rounds }, (_, round) =>
		lists.flatMap((list) => (round < list.length ? [list[round]] : [])),
	).flat();
}

/** Orders jobs so that tenants take turns, and so do the endpoints of each. */
export const orderByTurns = (jobs: AttemptJob[]): AttemptJob[] =>
	interleave(
		Object.values(groupBy(jobs, ({ endpoint }) => endpoint.tenantId)).map((ofTenant) =>
			interleave(Object.values(groupBy(ofTenant, ({ endpoint }) => endpoint.id))),
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
