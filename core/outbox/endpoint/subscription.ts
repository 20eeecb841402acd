import { compileConditions, type ConditionResult } from '../../event/conditions';
import { matchesEventTypes } from '../../event/eventTypes';
import type { Endpoint, OutboxEvent } from '../model';

import { InvalidEndpointError } from './settings';

const EVENT_TYPE = /^[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,255}$/;

/** Checks whether text is a valid event type, e.g. `order.created`. */
export const isEventType = (type: string): boolean => EVENT_TYPE.test(type);

/** Checks whether an endpoint can subscribe to text: an event type, with `*` for any text. */
export const isSubscription = (type: string): boolean => isEventType(type.replaceAll('*', '_'));

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
 * Compiles an endpoint's event types, channels and conditions into a test of events.
 * @returns a function whose result is that of the conditions; `undefined` for an event of another type or channel
 * @throws InvalidConditionsError
 */
export function compileSubscription({
	eventTypes,
	settings,
}: Pick<Endpoint, 'eventTypes' | 'settings'>): (event: OutboxEvent) => ConditionResult | undefined {
	const testConditions = compileConditions(settings.conditions ?? {});
	const { channels } = settings;
	return (event) =>
		matchesEventTypes(eventTypes, event.type) &&
		(channels === undefined || event.channels?.some((channel) => channels.includes(channel)))
			? testConditions(event.data)
			: undefined;
}
