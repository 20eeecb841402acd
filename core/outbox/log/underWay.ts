import { createDelivery } from '../dispatch/deliveryStates';
import { getInitialState } from '../dispatch/initialState';
import { compileSubscriptions } from '../dispatch/subscribers';
import type { RegisteredEndpoint, StoredDelivery } from '../model';
import type { StoredEvent } from '../store/events';

/** A delivery that has no row yet, and the event that it delivers. */
export interface DerivedDelivery {
	delivery: StoredDelivery;
	event: StoredEvent;
}

/** A row ID that no row has. */
const NO_ROW = 0;

/**
 * Returns the deliveries of events under way as their run is about to make them: most of them are `sending`.
 * Some may have a row already. Those that wait for a batch are left out, since they have a row from the
 * beginning.
 * @param events those that a run makes first deliveries of
 */
export function deriveDeliveries(
	events: StoredEvent[],
	registered: RegisteredEndpoint[],
): DerivedDelivery[] {
	const { findSubscribers } = compileSubscriptions(events.length === 0 ? [] : registered);
	return events.flatMap((stored) => {
		const { event } = stored;
		return findSubscribers(event).flatMap((endpoint) => {
			const state = getInitialState(endpoint, event);
			const isDerived = state.status !== 'gathering' && endpoint.registeredAt <= event.acceptedAt;
			if (!isDerived) return [];
			const delivery = { ...createDelivery(event, endpoint, state), rowId: NO_ROW };
			return [{ delivery, event: stored }];
		});
	});
}
