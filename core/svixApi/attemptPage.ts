import type { LogPosition, LogQuery } from '../outbox/log/query';
import type { OutboxEvent, RegisteredEndpoint, StoredDelivery } from '../outbox/model';
import { keepCovered } from '../outbox/recovery/coveredDeliveries';

import type { ApplicationCall } from './apiContext';
import { collectFromLog } from './collectFromLog';
import { parseIterator } from './iterators';
import {
	getAttemptStatus,
	getMessageId,
	listAttempts,
	type DeliveryAttempt,
} from './presentMessage';
import type { Query } from './svixQuery';

/**
 * Lists attempts. They are in the rows of their deliveries, so a list has the attempts of the newest message first,
 * and those of one delivery from the newest on.
 */

type AttemptQuery = Query<'attemptsByEndpoint'> | Query<'attemptsByMessage'>;

/** Checks whether an event meets the filters that only events can be tested for. */
export const matchesFilters = (
	event: OutboxEvent,
	{ channel, event_types: types }: { channel?: string; event_types?: string[] },
): boolean =>
	(channel === undefined || event.channels?.includes(channel) === true) &&
	(types === undefined || types.includes(event.type));

/** Widths of numbers in positions, which are compared as text. */
const pad = (attempt: number): string => String(attempt).padStart(4, '0');

const getPosition = ({ delivery, record }: DeliveryAttempt): string[] => [
	delivery.acceptedAt,
	delivery.id,
	pad(record.attempt),
];

const isBeyond = (attempt: DeliveryAttempt, position: string[], isBackward: boolean): boolean => {
	const own = getPosition(attempt);
	const index = own.findIndex((part, place) => part !== position[place]);
	// The list is sorted in descending order.
	return index !== -1 && (isBackward ? own[index] > position[index] : own[index] < position[index]);
};

function matchesAttempt(attempt: DeliveryAttempt, query: AttemptQuery): boolean {
	const { record } = attempt;
	const { after, before, status, status_code_class: codeClass } = query;
	const actualClass = Math.floor((record.status_code ?? 0) / 100) * 100;
	return (
		(status === undefined || getAttemptStatus(attempt) === status) &&
		(codeClass === undefined || actualClass === codeClass) &&
		(after === undefined || record.time > after) &&
		(before === undefined || record.time < before)
	);
}

/** The facts that a list needs in addition to its query. */
interface AttemptSource {
	loadMessages: (deliveries: StoredDelivery[]) => Promise<Map<string, OutboxEvent>>;
	/** `true` if the list shows the messages. */
	needsMessages: boolean;
	/** The endpoints whose attempts the caller may see. */
	endpoints: Map<string, RegisteredEndpoint>;
}

interface AttemptPage {
	messages: Map<string, OutboxEvent>;
	page: {
		/** Up to `limit + 1`, in the list's order. */
		found: DeliveryAttempt[];
		isBackward: boolean;
		getPosition: (attempt: DeliveryAttempt) => string[];
	};
}

const POSITION_LENGTH = 3;

/** Sorts after each delivery's ID that begins with it, and before every other one. */
const LAST = '~';

/** Returns the place in the log from which attempts are read: with the delivery of the position itself, which may have more. */
const toStart = ([acceptedAt, deliveryId]: string[], isBackward: boolean): LogPosition => ({
	acceptedAt,
	deliveryId: isBackward ? deliveryId.slice(0, -1) : deliveryId + LAST,
});

/**
 * Reads one page of attempts.
 * @throws ValidationError for an iterator of another list
 */
export async function readAttemptPage(
	{ ports, request }: ApplicationCall,
	of: Pick<LogQuery, 'endpointId' | 'eventId'>,
	query: AttemptQuery,
	{ endpoints, loadMessages, needsMessages }: AttemptSource,
): Promise<AttemptPage> {
	const place = parseIterator(query.iterator, POSITION_LENGTH);
	const isBackward = place?.isBackward ?? false;
	const { event_types: types } = query;
	const { filter } = request.key;
	const filtersMessages = query.channel !== undefined || types !== undefined;
	const messages = new Map<string, OutboxEvent>();
	const isVisible = (delivery: StoredDelivery): boolean => {
		const event = messages.get(getMessageId(delivery));
		const matches = !filtersMessages || (event !== undefined && matchesFilters(event, query));
		return matches && endpoints.has(delivery.endpointId);
	};
	const walk = {
		ports,
		query: { ...of, until: query.before, ...(types?.length === 1 && { eventType: types[0] }) },
		start: place && toStart(place.position, isBackward),
		isBackward,
		wanted: query.limit + 1,
	};
	const found = await collectFromLog(walk, async (read) => {
		const deliveries = await keepCovered(ports.tables, read, filter);
		if (needsMessages || filtersMessages) {
			for (const [id, event] of await loadMessages(deliveries)) messages.set(id, event);
		}
		return deliveries
			.filter(isVisible)
			.flatMap(listAttempts)
			.filter((attempt) => matchesAttempt(attempt, query))
			.filter((attempt) => place === undefined || isBeyond(attempt, place.position, isBackward));
	});
	return { messages, page: { found, isBackward, getPosition } };
}
