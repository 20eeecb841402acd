import type { JsonObject, JsonValue } from '../../lib/jsonValue';

/** An event type of the owner's catalog. */
export interface EventType {
	name: string;
	description: string;
	schema?: JsonObject;
	example?: JsonValue;
	archived: boolean;
	groupName?: string;
	createdAt: string;
	updatedAt: string;
}

/** The catalog of event types, which all tenants share. */
export interface EventTypes {
	/**
	 * Lists event types, sorted by name.
	 * @param query `after`: the name that the first one follows; archived ones are left out by default
	 * @throws UnreadableRowError for one that was edited, unless `skipsUnreadable`
	 */
	list(query: {
		limit?: number;
		after?: string;
		includeArchived?: boolean;
		skipsUnreadable?: boolean;
	}): Promise<EventType[]>;
	find(name: string): Promise<EventType | undefined>;
	/** @throws EventTypeExistsError if the name is taken, InvalidEventTypeFieldError */
	create(input: EventTypeInput): Promise<EventType>;
	/** @throws EventTypeNotFoundError, InvalidEventTypeFieldError */
	update(name: string, changes: Partial<EventTypeInput>): Promise<EventType>;
	/** @throws EventTypeNotFoundError */
	delete(name: string): Promise<void>;
}

/** Values for an event type. `undefined` leaves a value as it is, or without one; `null` removes it. */
export interface EventTypeInput {
	name: string;
	description?: string;
	schema?: JsonObject | null;
	example?: JsonValue;
	archived?: boolean;
	groupName?: string | null;
}
