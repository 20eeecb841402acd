import groupBy from 'lodash/groupBy';

import { readRegisteredEndpoints } from '../endpoint/repository';
import type { EndpointChange, RegisteredEndpoint, RunLimits } from '../model';
import type { OutboxPorts } from '../ports';
import { findEndpointRows } from '../store/endpoints';
import { findInactiveTenants, readInactiveTenants } from '../store/tenants';

import { prepareEvents, type EventInput } from './newEvents';
import { publishEvents, type PublishedEvent } from './publish';
import { compileSubscriptions } from './subscribers';

/** Loads the endpoints of each tenant that is not disabled. */
async function loadEndpointsByTenant(
	ports: OutboxPorts,
): Promise<Array<[string, RegisteredEndpoint[]]>> {
	const [endpointRows, inactiveRows] = await ports.tables.applyAndFind(
		[],
		[findEndpointRows(), findInactiveTenants()],
	);
	const { disabledIds } = await readInactiveTenants(ports.tables, inactiveRows);
	const registered = await readRegisteredEndpoints(ports, endpointRows);
	return Object.entries(groupBy(registered, ({ tenantId }) => tenantId)).filter(
		([tenantId]) => !disabledIds.has(tenantId),
	);
}

/**
 * Publishes events to the subscribed endpoints of all tenants. Each tenant that has one gets an event of its
 * own, with its own ID, so that no tenant sees anything of another.
 * @param ports those of the whole outbox
 * @returns for each input in order, the tenants' events; none if no tenant has a subscribed endpoint
 * @throws the errors of {@link publishEvents}
 */
export async function publishToAllTenants(
	ports: OutboxPorts,
	inputs: EventInput[],
	limits: RunLimits,
): Promise<{ sent: PublishedEvent[][]; changes: EndpointChange[] }> {
	const events = prepareEvents(ports, inputs).map(({ event }) => event);
	const tenants = (await loadEndpointsByTenant(ports)).map(([tenantId, registered]) => ({
		tenantId,
		...compileSubscriptions(registered),
	}));
	const addressed = events.flatMap((event, index) =>
		tenants.flatMap(({ findSubscribers, listUndecided, tenantId }) => {
			const ofTenant = { ...event, tenantId };
			const concerned = [...findSubscribers(ofTenant), ...listUndecided(ofTenant)];
			return concerned.length > 0 ? [{ index, input: { ...inputs[index], tenantId } }] : [];
		}),
	);
	const { changes, sent } = await publishEvents(
		ports,
		addressed.map(({ input }) => input),
		limits,
	);
	const byInput: PublishedEvent[][] = inputs.map(() => []);
	addressed.forEach(({ index }, position) => byInput[index].push(sent[position]));
	return { sent: byInput, changes };
}
