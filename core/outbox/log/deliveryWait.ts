import { WAITS_FOR_ELDER } from '../dispatch/order';
import { isCircuitOpen } from '../endpoint/suspension';
import type { Delivery, RegisteredEndpoint } from '../model';

/** Reason why a delivery waits, apart from the time of its next attempt. */
export interface DeliveryWait {
	/**
	 * `resume`: its endpoint is paused. `probe`: its endpoint keeps failing, so that a single attempt is made from time to
	 * time. `earlier`: an earlier delivery of its order comes first. `replay`: it is on hold.
	 */
	waitsFor: 'resume' | 'probe' | 'earlier' | 'replay';
	/** Time of the next probe. */
	probeAt?: string;
}

/**
 * Finds what a delivery waits for.
 * @returns `undefined` if it ended, is being attempted, or only waits for the time of its next attempt
 */
export function findWait(
	{ error, place, status }: Delivery,
	endpoint: RegisteredEndpoint,
): DeliveryWait | undefined {
	if (status === 'held') return { waitsFor: 'replay' };
	if (status !== 'pending' && status !== 'gathering') return undefined;
	if (endpoint.status === 'paused') return { waitsFor: 'resume' };
	if (isCircuitOpen(endpoint) && endpoint.probeAt !== null) {
		return { waitsFor: 'probe', probeAt: endpoint.probeAt };
	}
	return place !== null && error === WAITS_FOR_ELDER ? { waitsFor: 'earlier' } : undefined;
}
