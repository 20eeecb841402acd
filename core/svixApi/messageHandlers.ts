import { hasExactNumber, roundExactNumbers } from '../lib/exactJson';
import { isObject } from '../lib/fieldPath';
import { computeBodyDigest, ReusedKeyError } from '../managementApi/idempotency';
import { coversEvent, type KeyFilter } from '../outbox/apiKey/keyFilter';
import { computeEventId } from '../outbox/dispatch/deliveryStates';
import type { EventInput } from '../outbox/dispatch/newEvents';
import { publishEvents } from '../outbox/dispatch/publish';
import type { RecordedEvents } from '../outbox/dispatch/recordEvents';
import { findEventPage } from '../outbox/log/eventPage';
import { forgetPayload } from '../outbox/log/eventRemoval';
import type { OutboxEvent } from '../outbox/model';
import { findEventRows, readEvent } from '../outbox/store/events';

import {
	computeRequestKey,
	findApplication,
	getQuery,
	openApplication,
	type ApiCall,
	type ApplicationCall,
	type Handler,
} from './apiContext';
import { insertMissingApplication } from './applicationHandlers';
import { parseIterator, toListPage } from './iterators';
import { presentMessage } from './presentMessage';
import {
	conflict,
	invalidField,
	notFound,
	parsePart,
	SvixApiError,
	type SvixReply,
} from './svixErrors';
import { messageIn } from './svixSchemas';

/** Returns the idempotency key of a message that its sender identifies. */
const toMessageKey = (eventId: string): string => `svix eventId ${eventId}`;

/** Finds the event of a message by its ID or its eventId. @throws SvixApiError 404 */
export async function loadMessage({
	ports,
	request,
	tenant,
}: ApplicationCall): Promise<OutboxEvent> {
	const { msg_id: id } = request.path;
	const keyedId = computeEventId(tenant.id, toMessageKey(id));
	const rows = await findEventRows(ports.tables, [id, keyedId]);
	const row = rows.get(id) ?? rows.get(keyedId);
	const stored = row && readEvent(row);
	if (stored === undefined || !('event' in stored)) throw notFound();
	if (!coversEvent(request.key.filter, stored.event)) throw notFound();
	return stored.event;
}

/** Rounds all numbers of a body except those of the payload. */
function roundBody(body: unknown): unknown {
	if (!isObject(body) || !hasExactNumber(body)) return body;
	const { payload, ...others } = body;
	return { ...(roundExactNumbers(others) as object), ...(payload !== undefined && { payload }) };
}

/** Builds the event that a request sends, so that the same request sends it once. */
function toEventInput(call: ApplicationCall, body: ReturnType<typeof parseMessage>): EventInput {
	const { ports, rules } = call;
	const requestKey = computeRequestKey(call);
	const { channels, deliverAt, eventId, eventType, payload } = body;
	const requested = requestKey === undefined ? undefined : `svix request ${requestKey}`;
	return {
		type: eventType,
		data: payload,
		tenantId: ports.tenantId,
		idempotencyKey: eventId ? toMessageKey(eventId) : requested,
		...(eventId && { uid: eventId }),
		...(channels && channels.length > 0 && { channels }),
		...(requestKey !== undefined && { requestKey: `${requestKey} ${computeBodyDigest(body)}` }),
		...(deliverAt && { deliverAtMs: Date.parse(deliverAt) }),
		...(rules.checksPayloads && { dataCheck: 'refuse' }),
	};
}

const parseMessage = (body: unknown) => parsePart('body', messageIn, roundBody(body));

/**
 * Returns the message that is on record.
 * @throws SvixApiError 409 if another request sent a message with this eventId, ReusedKeyError if one with another body
 * has this idempotency key
 */
function requireOwn(
	{ conflicts, existingEvents, newEvents, preparedEvents }: RecordedEvents,
	{ requestKey, uid }: EventInput,
): OutboxEvent {
	const [fault] = conflicts;
	if (fault !== undefined) throw fault;
	const [{ event }] = preparedEvents;
	const existing = existingEvents.get(event.id)?.event;
	if (existing === undefined) return newEvents.get(event.id)?.event ?? event;
	const isRepeated = requestKey !== undefined && existing.requestKey === requestKey;
	if (isRepeated) return existing;
	if (uid !== undefined) throw conflict('A message with this eventId exists.');
	throw new ReusedKeyError(
		'This Idempotency-Key was used for another message. Send the same body again, or use a new key.',
	);
}

/**
 * Sends an event, and replies as soon as it is on record: the caller does not wait for endpoints.
 * @param toReply builds the reply
 */
export async function publishMessage(
	call: ApplicationCall,
	input: EventInput,
	toReply: (event: OutboxEvent) => SvixReply,
): Promise<SvixReply> {
	let reply: SvixReply | undefined;
	const onRecorded = async (recorded: RecordedEvents): Promise<void> => {
		reply = toReply(requireOwn(recorded, input));
		await call.replyEarly(reply);
	};
	const { sent } = await publishEvents(call.ports, [input], call.rules.limits, onRecorded);
	return reply ?? toReply(sent[0].event);
}

/** Opens the application of a new message, and creates it if the message says so. */
async function openOrCreate(call: ApiCall): Promise<ApplicationCall> {
	const { application } = parseMessage(call.request.body);
	const { app_id: id } = call.request.path;
	if (application && (await findApplication(call, id)) === undefined) {
		const { key } = call.request;
		if (key.tenantId !== null || !key.rights.includes('manage')) {
			throw new SvixApiError(403, 'forbidden', 'The key may not create applications.');
		}
		await insertMissingApplication(call, application);
	}
	return await openApplication(call);
}

/** The operation that sends a message. It may create the application. */
export async function createMessage(call: ApiCall): Promise<SvixReply> {
	const opened = await openOrCreate(call);
	const body = parseMessage(call.request.body);
	const { with_content: withContent } = getQuery('content', call);
	return await publishMessage(opened, toEventInput(opened, body), (event) => ({
		statusCode: 202,
		body: presentMessage(event, withContent),
	}));
}

/**
 * Narrows a query to what its key is for.
 * @returns `undefined` if that leaves nothing
 * @throws ValidationError if the query has to name one of several channels
 */
function narrowQuery(
	filter: KeyFilter | undefined,
	{ channel, event_types: types }: { channel?: string; event_types?: string[] },
): { channel?: string; eventTypes?: string[] } | undefined {
	const { channels = [], eventTypes: allowed = [] } = filter ?? {};
	const eventTypes =
		allowed.length === 0 ? types : (types ?? allowed).filter((type) => allowed.includes(type));
	if (types !== undefined && eventTypes?.length === 0) return undefined;
	if (channels.length === 0) return { channel, eventTypes };
	if (channel === undefined && channels.length > 1) {
		throw invalidField(['query', 'channel'], `is required for this key: ${channels.join(', ')}`);
	}
	const [only] = channels;
	if (channel !== undefined && !channels.includes(channel)) return undefined;
	return { channel: channel ?? only, eventTypes };
}

/** Texts in the position of a message. */
const POSITION_LENGTH = 2;

/** The operations on messages. */
export const MESSAGE_HANDLERS = {
	'v1.message.list': async (call) => {
		const query = getQuery('messages', call);
		const place = parseIterator(query.iterator, POSITION_LENGTH);
		const [acceptedAt, deliveryId] = place?.position ?? [];
		const isBackward = place?.isBackward ?? false;
		const narrowed = narrowQuery(call.request.key.filter, query);
		if (narrowed === undefined) {
			return {
				statusCode: 200,
				body: { data: [], iterator: null, prevIterator: null, done: true },
			};
		}
		const found = await findEventPage(
			call.ports.tables,
			{
				...narrowed,
				since: query.after,
				until: query.before,
				...(place && { [isBackward ? 'before' : 'after']: { acceptedAt, deliveryId } }),
			},
			query.limit + 1,
		);
		const page = toListPage(
			found.map(({ event }) => event),
			query.limit,
			isBackward,
			(event) => [event.acceptedAt, event.id],
			(event) => presentMessage(event, query.with_content),
		);
		return { statusCode: 200, body: page };
	},
	'v1.message.get': async (call) => ({
		statusCode: 200,
		body: presentMessage(await loadMessage(call), getQuery('content', call).with_content),
	}),
	'v1.message.expunge-content': async (call) => {
		const { id } = await loadMessage(call);
		await forgetPayload(call.ports, id);
		return { statusCode: 204 };
	},
} satisfies Record<string, Handler<ApplicationCall>>;
