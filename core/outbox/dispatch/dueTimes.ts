import sortBy from 'lodash/sortBy';

import { LATE_MS } from '../alert/findBacklogs';
import { isUnreadable } from '../endpoint/repository';
import type { RegisteredEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { findLastEnded } from '../store/deliveries';
import { MAX_FINDS, type Row } from '../store/tables';

import type { DueState } from './dueState';
import type { OrderChain } from './orderedDue';

/** Tells since when deliveries could have been attempted: what waits on purpose is not late. */

/** Returns the time since which nothing keeps an endpoint's deliveries waiting; empty if nothing ever did. */
const getFreeSince = (endpoint: RegisteredEndpoint): string => {
	const closedAt = isUnreadable(endpoint) ? undefined : endpoint.alerts.closedAt;
	return [endpoint.statusChangedAt ?? '', closedAt ?? ''].sort()[1];
};

const getDueAt = ({ deliveries: [{ nextAttemptAt }] }: OrderChain): string => nextAttemptAt ?? '';

/**
 * Finds since when the first deliveries of orders are due: not before the last one of their order was settled. It makes a
 * call only if some seem to be late, and leaves out those of which it cannot tell.
 */
async function dateChains(
	{ tables }: Pick<OutboxPorts, 'tables'>,
	chains: OrderChain[],
	nowMs: number,
): Promise<Array<{ chain: OrderChain; dueAt: string }>> {
	const isLate = (chain: OrderChain): boolean => nowMs - Date.parse(getDueAt(chain)) >= LATE_MS;
	const late = sortBy(chains.filter(isLate), getDueAt).slice(0, MAX_FINDS);
	const finds = late.map(({ deliveries: [{ endpointId, place }] }) =>
		findLastEnded(endpointId, place.key),
	);
	const pages = finds.length === 0 ? [] : await tables.applyAndFind([], finds);
	return [
		...chains.filter((chain) => !isLate(chain)).map((chain) => ({ chain, dueAt: getDueAt(chain) })),
		...late.map((chain, index) => {
			const settledAt = pages[index].map(({ completed_at }) => String(completed_at));
			return { chain, dueAt: [getDueAt(chain), ...settledAt].sort().reverse()[0] };
		}),
	];
}

/**
 * Lists the deliveries that are due, without those that wait for a probe. In an order, all count from the time of the
 * first one, or from the end of the one before it; after a pause or an open circuit, from the time at which that ended.
 */
export async function listDue(
	ports: Pick<OutboxPorts, 'tables'>,
	{ chains, probes, registered, shares }: DueState,
	nowMs: number,
): Promise<Row[]> {
	const freeSince = new Map(registered.map((endpoint) => [endpoint.id, getFreeSince(endpoint)]));
	const probedIds = new Set(probes.map(({ endpoint }) => endpoint.id));
	const others = chains.filter(({ deliveries: [{ endpointId }] }) => !probedIds.has(endpointId));
	const placed = (await dateChains(ports, others, nowMs)).flatMap(({ chain, dueAt }) =>
		chain.deliveries.map(({ endpointId, tenantId }) => ({
			tenant_id: tenantId,
			endpoint_id: endpointId,
			next_attempt_at: dueAt,
		})),
	);
	return [...shares.flatMap(({ candidates }) => candidates), ...placed].map((row) => {
		const since = freeSince.get(String(row.endpoint_id)) ?? '';
		return since > String(row.next_attempt_at) ? { ...row, next_attempt_at: since } : row;
	});
}
