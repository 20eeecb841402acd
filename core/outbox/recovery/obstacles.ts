import { isUnreadable } from '../endpoint/repository';
import type { RegisteredEndpoint } from '../model';

/**
 * Returns why an endpoint cannot get an event again, or at last; `undefined` if it can.
 * @param isForgotten whether the event's payload was forgotten
 * @param verb what to do once the endpoint is enabled
 */
export function findObstacle(
	endpoint: RegisteredEndpoint,
	isForgotten: boolean,
	verb: 'recover' | 'replay',
): string | undefined {
	if (isUnreadable(endpoint)) return `The endpoint cannot be opened. ${endpoint.problem}`;
	if (endpoint.status === 'disabled') {
		return `The endpoint is disabled. Enable it with Endpoint → Enable, then ${verb}.`;
	}
	return isForgotten ? 'The payload of the event was forgotten.' : undefined;
}
