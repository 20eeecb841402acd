import sortBy from 'lodash/sortBy';
import uniqBy from 'lodash/uniqBy';

import { coversEvent } from '../outbox/apiKey/keyFilter';
import { findDeliveries, type LogQuery } from '../outbox/log/query';
import { expungeResponse } from '../outbox/log/eventRemoval';
import type { OutboxEvent, RegisteredEndpoint, StoredDelivery } from '../outbox/model';
import { requireReadable } from '../outbox/endpoint/repository';
import { keepCovered } from '../outbox/recovery/coveredDeliveries';
import { sendAgain } from '../outbox/recovery/sendAgain';
import { loadEvents } from '../outbox/store/events';

import { getQuery, type ApplicationCall, type Handler } from './apiContext';
import {
	loadApiEndpoint,
	loadApiEndpoints,
	mayReadSecrets,
	presentSvixEndpoint,
} from './apiEndpoint';
import { matchesFilters, readAttemptPage } from './attemptPage';
import { collectFromLog } from './collectFromLog';
import { parseIterator, pickPage, toListPage, type ListPage } from './iterators';
import { loadMessage } from './messageHandlers';
import {
	getMessageId,
	getStatus,
	parseAttemptId,
	presentMessage,
	presentStatus,
	presentSvixAttempt,
	type DeliveryAttempt,
} from './presentMessage';
import { notFound } from './svixErrors';

type EndpointsById = Map<string, RegisteredEndpoint>;

/** Loads the endpoints whose deliveries a caller may see. */
async function loadVisible(call: ApplicationCall): Promise<EndpointsById> {
	return new Map((await loadApiEndpoints(call)).map((endpoint) => [endpoint.id, endpoint]));
}

/** Loads the events of deliveries. */
async function loadMessages(
	{ ports }: ApplicationCall,
	deliveries: StoredDelivery[],
): Promise<Map<string, OutboxEvent>> {
	const stored = await loadEvents(ports.tables, deliveries.map(getMessageId));
	return new Map(
		[...stored].flatMap(([id, entry]) => ('event' in entry ? [[id, entry.event] as const] : [])),
	);
}

/** Finds deliveries that the call's key is for: what is answered to a batch may repeat all events of it. */
export const findCovered = async (
	{ ports, request }: ApplicationCall,
	query: LogQuery,
): Promise<StoredDelivery[]> =>
	await keepCovered(ports.tables, await findDeliveries(ports, query), request.key.filter);

/** Finds the attempt that a call is about. @throws SvixApiError 404 */
async function loadAttempt(call: ApplicationCall): Promise<DeliveryAttempt> {
	const parsed = parseAttemptId(call.request.path.attempt_id);
	const { id: eventId } = await loadMessage(call);
	const deliveries = parsed && (await findCovered(call, { eventId }));
	const delivery = deliveries?.find(({ id }) => id === parsed?.deliveryId);
	const record = delivery?.attemptLog.find(({ attempt }) => attempt === parsed?.attempt);
	if (delivery === undefined || record === undefined) throw notFound();
	return { delivery, record };
}

/** Keeps one delivery for each endpoint: that of a message alone, if it was sent again after a batch with it. */
const pickPerEndpoint = (deliveries: StoredDelivery[]): StoredDelivery[] =>
	uniqBy(
		sortBy(deliveries, ({ batchedEventIds }) => (batchedEventIds === null ? 0 : 1)),
		'endpointId',
	);

const POSITION_LENGTH = 2;

/** Lists the messages of an endpoint, with the states of their deliveries. */
async function listEndpointMessages(call: ApplicationCall): Promise<ListPage> {
	const query = getQuery('endpointMessages', call);
	const endpoint = await loadApiEndpoint(call);
	const { id: endpointId } = endpoint;
	const place = parseIterator(query.iterator, POSITION_LENGTH);
	const isBackward = place?.isBackward ?? false;
	const [acceptedAt, deliveryId] = place?.position ?? [];
	const walk = {
		ports: call.ports,
		query: {
			endpointId,
			since: query.after,
			until: query.before,
			...(query.event_types?.length === 1 && { eventType: query.event_types[0] }),
		},
		start: place && { acceptedAt, deliveryId },
		isBackward,
		wanted: query.limit + 1,
	};
	const hasStatus = (delivery: StoredDelivery): boolean =>
		query.status === undefined || getStatus(delivery, query.expanded_statuses) === query.status;
	const found = await collectFromLog(walk, async (deliveries) => {
		const events = await loadMessages(call, deliveries);
		return deliveries.flatMap((delivery) => {
			const event = events.get(getMessageId(delivery));
			if (event === undefined || !coversEvent(call.request.key.filter, event)) return [];
			return hasStatus(delivery) && matchesFilters(event, query) ? [{ delivery, event }] : [];
		});
	});
	return toListPage(
		found,
		query.limit,
		isBackward,
		({ delivery }) => [delivery.acceptedAt, delivery.id],
		({ delivery, event }) => ({
			...presentMessage(event, query.with_content),
			...presentStatus(delivery, endpoint, query.expanded_statuses),
		}),
	);
}

/** The operations on attempts. */
export const ATTEMPT_HANDLERS = {
	'v1.message-attempt.list-by-endpoint': async (call) => {
		const query = getQuery('attemptsByEndpoint', call);
		const endpoint = await loadApiEndpoint(call);
		const endpoints: EndpointsById = new Map([[endpoint.id, endpoint]]);
		const { messages, page } = await readAttemptPage(call, { endpointId: endpoint.id }, query, {
			loadMessages: async (deliveries) => await loadMessages(call, deliveries),
			needsMessages: query.with_msg,
			endpoints,
		});
		const body = toListPage(
			page.found,
			query.limit,
			page.isBackward,
			page.getPosition,
			(attempt) => {
				const event = messages.get(getMessageId(attempt.delivery));
				return {
					...presentSvixAttempt(attempt, endpoint.url, query.with_content),
					...(query.with_msg && event && { msg: presentMessage(event, query.with_content) }),
				};
			},
		);
		return { statusCode: 200, body };
	},
	'v1.message-attempt.list-by-msg': async (call) => {
		const query = getQuery('attemptsByMessage', call);
		const { id: eventId } = await loadMessage(call);
		const endpoints = await loadVisible(call);
		const wanted = query.endpoint_id;
		for (const [id, { uid }] of wanted === undefined ? [] : endpoints) {
			if (id !== wanted && uid !== wanted) endpoints.delete(id);
		}
		const { page } = await readAttemptPage(call, { eventId }, query, {
			loadMessages: async (deliveries) => await loadMessages(call, deliveries),
			needsMessages: false,
			endpoints,
		});
		const body = toListPage(page.found, query.limit, page.isBackward, page.getPosition, (attempt) =>
			presentSvixAttempt(
				attempt,
				endpoints.get(attempt.delivery.endpointId)?.url ?? '',
				query.with_content,
			),
		);
		return { statusCode: 200, body };
	},
	'v1.message-attempt.list-attempted-messages': async (call) => ({
		statusCode: 200,
		body: await listEndpointMessages(call),
	}),
	'v1.message-attempt.list-attempted-destinations': async (call) => {
		const { id: eventId } = await loadMessage(call);
		const endpoints = await loadVisible(call);
		const deliveries = await findDeliveries(call.ports, { eventId });
		const attempted = pickPerEndpoint(deliveries).flatMap((delivery) => {
			const endpoint = endpoints.get(delivery.endpointId);
			return endpoint === undefined ? [] : [{ delivery, endpoint }];
		});
		const page = pickPage(
			attempted,
			getQuery('page', call),
			({ endpoint }) => [endpoint.registeredAt, endpoint.id],
			({ delivery, endpoint }) => ({
				...presentSvixEndpoint(endpoint, mayReadSecrets(call)),
				...presentStatus(delivery, endpoint, false),
			}),
		);
		return { statusCode: 200, body: page };
	},
	'v1.message-attempt.get': async (call) => {
		const attempt = await loadAttempt(call);
		const endpoint = (await loadVisible(call)).get(attempt.delivery.endpointId);
		if (endpoint === undefined) throw notFound();
		return { statusCode: 200, body: presentSvixAttempt(attempt, endpoint.url, true) };
	},
	'v1.message-attempt.expunge-content': async (call) => {
		const { delivery, record } = await loadAttempt(call);
		if (!(await loadVisible(call)).has(delivery.endpointId)) throw notFound();
		await expungeResponse(call.ports, delivery.id, record.attempt);
		return { statusCode: 204 };
	},
	'v1.message-attempt.resend': async (call) => {
		const { id } = await loadMessage(call);
		const endpoint = requireReadable(await loadApiEndpoint(call));
		await sendAgain(call.ports, id, endpoint, call.rules.limits);
		return { statusCode: 202, body: {} };
	},
} satisfies Record<string, Handler<ApplicationCall>>;
