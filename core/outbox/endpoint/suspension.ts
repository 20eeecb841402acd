import { isUnreadable } from './repository';
import type { RegisteredEndpoint } from '../model';

/**
 * Deliveries to a paused endpoint, or to one with an open circuit, stay pending and due, and no run leases
 * them. So nothing has to be written when they may go on.
 */

/** Returns whether attempts at an endpoint are limited to probes, since it keeps failing. */
export const isCircuitOpen = (endpoint: RegisteredEndpoint): boolean =>
	endpoint.status === 'active' &&
	endpoint.probeAt !== null &&
	!isUnreadable(endpoint) &&
	endpoint.settings.circuit_breaker !== undefined;

/** Says why deliveries to an endpoint wait; `undefined` if they need not. */
export function describeWait(endpoint: RegisteredEndpoint): string | undefined {
	if (endpoint.status === 'paused') {
		return 'The endpoint is paused, so its deliveries wait';
	}
	return isCircuitOpen(endpoint)
		? 'The endpoint keeps failing, so its deliveries wait until a single attempt succeeds'
		: undefined;
}
