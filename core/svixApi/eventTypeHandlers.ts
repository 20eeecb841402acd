import { roundExactNumbers } from '../lib/exactJson';
import type { JsonObject, JsonValue } from '../lib/jsonValue';
import { coversEventType } from '../outbox/apiKey/keyFilter';
import type { EventType, EventTypeInput, EventTypes } from '../outbox/eventType/eventTypePorts';

import { computeRequestKey, getQuery, requireKey, type ApiCall, type Handler } from './apiContext';
import { pickPage } from './iterators';
import { conflict, notFound, parsePart, SvixApiError } from './svixErrors';
import {
	eventTypeIn,
	eventTypePatch,
	eventTypeUpdate,
	newEventTypePath,
	type EventTypeBody,
} from './svixSchemas';

/** The only version of a schema that the catalog keeps. Svix numbers them. */
const VERSION = '1';

/** Returns an event type as Svix shows it: the example is in its schema. */
function presentEventType(eventType: EventType, withContent: boolean): object {
	const { example, schema } = eventType;
	const hasContent = withContent && (schema !== undefined || example !== undefined);
	return {
		name: eventType.name,
		description: eventType.description,
		archived: eventType.archived,
		deprecated: false,
		schemas: hasContent
			? { [VERSION]: { ...schema, ...(example !== undefined && { examples: [example] }) } }
			: null,
		groupName: eventType.groupName ?? null,
		createdAt: eventType.createdAt,
		updatedAt: eventType.updatedAt,
	};
}

/** Reads the newest version of a schema, and the example in it. */
function readSchemas(schemas: EventTypeBody['schemas']): Partial<EventTypeInput> {
	if (schemas === undefined) return {};
	const versions = Object.entries(schemas ?? {}).sort(([a], [b]) => Number(b) - Number(a));
	const [newest] = versions;
	if (newest === undefined) return { schema: null, example: null };
	const { examples, ...schema } = newest[1];
	const example = Array.isArray(examples) ? (examples[0] as JsonValue | undefined) : undefined;
	return { schema: schema as JsonObject, example: example ?? null };
}

function toInput({ archived, description, groupName, schemas }: EventTypeBody) {
	return {
		...(description !== undefined && { description }),
		...(archived !== undefined && { archived }),
		...(groupName !== undefined && { groupName }),
		...readSchemas(schemas),
	};
}

/** @throws SvixApiError if the outbox has no catalog */
function requireCatalog({ eventTypes }: ApiCall): EventTypes {
	if (eventTypes !== undefined) return eventTypes;
	throw new SvixApiError(404, 'not_found', 'This server has no catalog of event types.');
}

const parseBody = (call: ApiCall): unknown => roundExactNumbers(call.request.body);

const reply = (statusCode: number, eventType: EventType) => ({
	statusCode,
	body: presentEventType(eventType, true),
});

const isSame = (existing: EventType, input: Partial<EventTypeInput>): boolean =>
	JSON.stringify(presentEventType(existing, true)) ===
	JSON.stringify(
		presentEventType(
			{
				...existing,
				...(input as Partial<EventType>),
				schema: input.schema ?? undefined,
				example: input.example ?? undefined,
				groupName: input.groupName ?? undefined,
			},
			true,
		),
	);

/** The operations on event types. */
export const EVENT_TYPE_HANDLERS = {
	'v1.event-type.list': async (call) => {
		await requireKey(call);
		const query = getQuery('eventTypes', call);
		const all = await requireCatalog(call).list({
			includeArchived: query.include_archived,
			skipsUnreadable: true,
		});
		const page = pickPage(
			all.filter(({ name }) => coversEventType(call.request.key.filter, name)),
			query,
			({ name }) => [name],
			(eventType) => presentEventType(eventType, query.with_content),
		);
		return { statusCode: 200, body: page };
	},
	'v1.event-type.create': async (call) => {
		await requireKey(call);
		const catalog = requireCatalog(call);
		const { name, ...body } = parsePart('body', eventTypeIn, parseBody(call));
		const input = { archived: false, ...toInput(body) };
		const existing = await catalog.find(name);
		if (existing === undefined) {
			return reply(201, await catalog.create({ name, ...input }));
		}
		if (existing.archived) {
			return reply(201, await catalog.update(name, input));
		}
		// A client repeats a request whose reply was lost.
		const isRepeated = computeRequestKey(call) !== undefined && isSame(existing, input);
		if (!isRepeated) throw conflict('An event type with this name exists.');
		return reply(201, existing);
	},
	'v1.event-type.get': async (call) => {
		await requireKey(call);
		const { key, path } = call.request;
		const found = await requireCatalog(call).find(path.event_type_name);
		if (found === undefined || !coversEventType(key.filter, found.name)) throw notFound();
		return reply(200, found);
	},
	'v1.event-type.update': async (call) => {
		await requireKey(call);
		const catalog = requireCatalog(call);
		const { event_type_name: name } = call.request.path;
		const body = parsePart('body', eventTypeUpdate, parseBody(call));
		const { archived = false, groupName = null, schemas = null } = body;
		const input = toInput({ ...body, archived, groupName, schemas });
		const existing = await catalog.find(name);
		if (existing !== undefined) return reply(200, await catalog.update(name, input));
		parsePart('path', newEventTypePath, call.request.path);
		return reply(201, await catalog.create({ name, ...input }));
	},
	'v1.event-type.patch': async (call) => {
		await requireKey(call);
		const catalog = requireCatalog(call);
		const { event_type_name: name } = call.request.path;
		const body = parsePart('body', eventTypePatch, parseBody(call));
		if ((await catalog.find(name)) === undefined) throw notFound();
		return reply(200, await catalog.update(name, toInput(body)));
	},
	'v1.event-type.delete': async (call) => {
		await requireKey(call);
		const catalog = requireCatalog(call);
		const { event_type_name: name } = call.request.path;
		if ((await catalog.find(name)) === undefined) throw notFound();
		if (getQuery('deleteEventType', call).expunge) await catalog.delete(name);
		else await catalog.update(name, { archived: true });
		return { statusCode: 204 };
	},
} satisfies Record<string, Handler<ApiCall>>;
