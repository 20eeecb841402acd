import sortBy from 'lodash/sortBy';

import { toIsoTime } from '../../lib/time';
import type { OutboxPorts } from '../ports';
import { resolveCreation } from '../store/creationOwnership';
import {
	findEventTypeRow,
	findEventTypes,
	pickEventTypeRow,
	readEventType,
	removeEventType,
	toContestedEventType,
	toEventTypeRow,
	updateEventTypeRows,
} from '../store/eventCatalog';
import { isEventType } from '../endpoint/subscription';

import { checkEventTypeInput, InvalidEventTypeFieldError } from './eventTypeInput';
import type { EventType, EventTypeInput, EventTypes } from './eventTypePorts';

/** There is no event type with this name. */
export class EventTypeNotFoundError extends Error {
	override readonly name = 'EventTypeNotFoundError';

	constructor(name: string) {
		super(
			`There is no event type "${name}". Event Type → Get Many lists all event types, and Event Type → Create creates one.`,
		);
	}
}

/** There is an event type with this name already. */
export class EventTypeExistsError extends Error {
	override readonly name = 'EventTypeExistsError';

	constructor(name: string) {
		super(
			`There is an event type "${name}" already. Choose another name, or change this one with Event Type → Update.`,
		);
	}
}

type EventTypeStorage = Pick<OutboxPorts, 'newId' | 'nowMs' | 'random' | 'tables' | 'wait'>;

class StoredEventTypes implements EventTypes {
	constructor(private readonly ports: EventTypeStorage) {}

	async list({
		after = '',
		includeArchived = false,
		limit = Infinity,
		skipsUnreadable = false,
	}: Parameters<EventTypes['list']>[0]): Promise<EventType[]> {
		const all = await findEventTypes(this.ports.tables, { skipsUnreadable });
		const wanted = all.filter(
			({ archived, name }) => name > after && (includeArchived || !archived),
		);
		// Databases sort text in their own ways.
		return sortBy(wanted, 'name').slice(0, limit);
	}

	async find(name: string): Promise<EventType | undefined> {
		if (!isEventType(name)) return undefined;
		const [rows] = await this.ports.tables.applyAndFind([], [findEventTypeRow(name)]);
		const row = pickEventTypeRow(rows);
		return row && readEventType(row);
	}

	async create(input: EventTypeInput): Promise<EventType> {
		checkEventTypeInput(input);
		const { newId, nowMs, tables } = this.ports;
		const owner = newId();
		const row = { ...toEventTypeRow(input, toIsoTime(nowMs())), creation_owner: owner };
		const [found] = await tables.applyAndFind(
			[{ change: 'insert', table: 'event_types', rows: [row] }],
			[findEventTypeRow(input.name)],
		);
		const counted = await resolveCreation(
			this.ports,
			toContestedEventType(input.name),
			owner,
			found,
		);
		if (counted?.creation_owner !== owner) throw new EventTypeExistsError(input.name);
		return readEventType(counted);
	}

	async update(name: string, changes: Partial<EventTypeInput>): Promise<EventType> {
		if (changes.name !== undefined && changes.name !== name) {
			throw new InvalidEventTypeFieldError(
				'name',
				`The event type "${name}" cannot get another name, since endpoints are subscribed to it. Create an event type with the new name, and archive this one.`,
			);
		}
		checkEventTypeInput(changes);
		const { nowMs, tables } = this.ports;
		const rows = isEventType(name)
			? await updateEventTypeRows(tables, name, changes, toIsoTime(nowMs()))
			: [];
		const row = pickEventTypeRow(rows);
		if (row === undefined) throw new EventTypeNotFoundError(name);
		return readEventType(row);
	}

	async delete(name: string): Promise<void> {
		if (isEventType(name) && (await removeEventType(this.ports.tables, name))) return;
		throw new EventTypeNotFoundError(name);
	}
}

/**
 * Returns the catalog of event types. Each of its methods makes one call to the tables, except `create`,
 * which makes two.
 * @param ports those of the whole outbox: a tenant can read the catalog and not change it
 */
export const createEventTypes = (ports: EventTypeStorage): EventTypes =>
	new StoredEventTypes(ports);
