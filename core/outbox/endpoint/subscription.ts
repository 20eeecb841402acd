import { compileConditions } from '../../event/conditions';
import type { Endpoint, OutboxEvent } from '../model';

import { InvalidEndpointError } from './settings';

const EVENT_TYPE = /^[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,199}$/;

/** Checks whether text is a valid event type, e.g. `order.created`. */
export const isEventType = (type: string): boolean => EVENT_TYPE.test(type);

/** Checks whether an endpoint can subscribe to text: an event type, or a prefix that ends with `*`. */
export const isSubscription = (type: string): boolean =>
	type === '*' || isEventType(type.replace(/\*$/, ''));

/**
 * Returns an event type.
 * @throws InvalidEndpointError if it is not one
 */
export function requireEventType(type: string): string {
	if (!isEventType(type)) {
		throw new InvalidEndpointError(
			`"${type}" is not an event type. Use letters, digits, dots, hyphens and underscores, e.g. order.created.`,
		);
	}
	return type;
}

/**
 * Compiles an endpoint's event types and conditions into a predicate for events.
 * @throws InvalidConditionsError
 */
export function compileSubscription({
	eventTypes,
	settings,
}: Pick<Endpoint, 'eventTypes' | 'settings'>): (event: OutboxEvent) => boolean {
	const testConditions = compileConditions(settings.conditions ?? {});
	const matchesType = (type: string): boolean =>
		eventTypes.length === 0 ||
		eventTypes.some((pattern) =>
			pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type,
		);
	return ({ data, type }) => matchesType(type) && testConditions(data).met;
}
