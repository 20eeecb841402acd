/** The part of a tenant's events that a key is for. */

export interface KeyFilter {
	/** Names of event types. Empty for all. */
	eventTypes: string[];
	/** Empty for all, also events without a channel. */
	channels: string[];
}

/** More than a link needs; the key stays short enough for a header. */
export const MAX_FILTER_NAMES = 20;

/** The part of an event that a filter is compared with. */
interface FilteredEvent {
	type: string;
	channels?: string[] | null;
}

/** The part of an endpoint that a filter is compared with. Empty lists stand for everything. */
interface FilteredSubscription {
	eventTypes: string[];
	channels: string[];
}

const isWithin = (names: string[], allowed: string[]): boolean =>
	allowed.length === 0 || (names.length > 0 && names.every((name) => allowed.includes(name)));

/** Returns whether a key is for an event. */
export const coversEvent = (filter: KeyFilter | undefined, event: FilteredEvent): boolean =>
	filter === undefined ||
	((filter.eventTypes.length === 0 || filter.eventTypes.includes(event.type)) &&
		(filter.channels.length === 0 ||
			(event.channels ?? []).some((channel) => filter.channels.includes(channel))));

/** Returns whether a key is for an endpoint: for everything that the endpoint gets. */
export const coversSubscription = (
	filter: KeyFilter | undefined,
	{ channels, eventTypes }: FilteredSubscription,
): boolean =>
	filter === undefined ||
	(isWithin(eventTypes, filter.eventTypes) && isWithin(channels, filter.channels));

/** Returns whether a key is for an event type of the catalog. */
export const coversEventType = (filter: KeyFilter | undefined, name: string): boolean =>
	filter === undefined || filter.eventTypes.length === 0 || filter.eventTypes.includes(name);
