import get from 'lodash/get';
import groupBy from 'lodash/groupBy';
import has from 'lodash/has';
import { UserError, type IExecuteFunctions } from 'n8n-workflow';

import type { EventInput } from '../../../../core/outbox/dispatch/newEvents';
import { publishEvents, type PublishedEvent } from '../../../../core/outbox/dispatch/publish';
import { publishToAllTenants } from '../../../../core/outbox/dispatch/publishToAll';
import type { EndpointChange, RunLimits } from '../../../../core/outbox/model';
import type { OutboxPorts } from '../../../../core/outbox/ports';
import { forTenant } from '../../../../core/outbox/tenant/tenantPorts';
import { createPacer } from '../../../../core/sending/pacer';

/** The event of an input item. */
export interface ItemEvent {
	itemIndex: number;
	tenantId: string;
	input: EventInput;
}

interface PublishedItems {
	/** For each event in order: one entry, or with All Tenants one for each tenant that gets it. */
	sent: PublishedEvent[][];
	changes: EndpointChange[];
}

/** Most tenants whose events a run publishes at once: one that hangs does not keep the others waiting. */
const MAX_TENANTS_AT_ONCE = 5;

/**
 * Reads whether the events go to all tenants. It is a choice of its own: no expression can make it.
 * @throws UserError if a tenant or endpoints are chosen as well
 */
export function readAllTenants(context: IExecuteFunctions): boolean {
	const { options } = context.getNode().parameters;
	if (get(options, 'allTenants') !== true) return false;
	for (const [name, label] of Object.entries({ tenant: 'Tenant', endpointIds: 'Endpoints' })) {
		if (!has(options, name)) continue;
		throw new UserError(`"${label}" and "All Tenants" are both set. Remove one of these options.`);
	}
	return true;
}

/**
 * Publishes the events of all items: those of each tenant in as few calls as possible.
 * @param outbox that of all tenants
 */
export async function publishItems(
	outbox: OutboxPorts,
	events: ItemEvent[],
	isForAllTenants: boolean,
	limits: RunLimits,
): Promise<PublishedItems> {
	if (isForAllTenants) {
		const inputs = events.map(({ input }) => input);
		return await publishToAllTenants(outbox, inputs, limits);
	}
	const groups = Object.entries(groupBy([...events.entries()], ([, { tenantId }]) => tenantId));
	const atOnce = Math.max(1, Math.min(groups.length, MAX_TENANTS_AT_ONCE));
	const shared = { ...limits, concurrency: Math.ceil(limits.concurrency / atOnce) };
	const pace = createPacer({ concurrency: atOnce, perSecond: 0 }, outbox);
	const published: PublishedItems = { sent: events.map(() => []), changes: [] };
	const settled = await Promise.allSettled(
		groups.map(async ([tenantId, ofTenant]) => {
			const inputs = ofTenant.map(([, { input }]) => ({ ...input, tenantId }));
			const { changes, sent } = await pace(
				async () => await publishEvents(forTenant(outbox, tenantId), inputs, shared),
			);
			ofTenant.forEach(([position], index) => published.sent[position].push(sent[index]));
			published.changes.push(...changes);
		}),
	);
	for (const result of settled) if (result.status === 'rejected') throw result.reason;
	return published;
}
