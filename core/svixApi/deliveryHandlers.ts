import { createHash } from 'crypto';

import { toIsoTime } from '../lib/time';
import { coversEventType } from '../outbox/apiKey/keyFilter';
import { requireEventType } from '../outbox/endpoint/subscription';
import { loadCounts } from '../outbox/log/counts';
import { findDeliveries } from '../outbox/log/query';
import { countDeliveries } from '../outbox/log/stats';
import { requireReadable } from '../outbox/endpoint/repository';
import { replayMany } from '../outbox/recovery/changeMany';

import { computeRequestKey, getQuery, type ApplicationCall, type Handler } from './apiContext';
import { loadApiEndpoint } from './apiEndpoint';
import { publishMessage } from './messageHandlers';
import { presentMessage } from './presentMessage';
import { invalidField, parsePart, type SvixReply } from './svixErrors';
import { eventExampleIn, recoverIn } from './svixSchemas';

/** Longer than it takes to queue all deliveries that an outbox may have. */
const MAX_RECOVERY_MS = 300_000;

/** Counts more than these are not needed one by one. */
const MAX_UNTALLIED = 10_000;

/** Counts the messages of an endpoint. */
async function countMessages(call: ApplicationCall): Promise<SvixReply> {
	const { since, until } = getQuery('stats', call);
	const { id: endpointId } = await loadApiEndpoint(call);
	const query = { endpointId, since, until };
	const [{ parts }, untallied] = await Promise.all([
		loadCounts(call.ports, query),
		// Tallies do not know what is being sent, or was cancelled.
		findDeliveries(call.ports, { ...query, statuses: ['sending', 'cancelled'] }, MAX_UNTALLIED),
	]);
	const counts = countDeliveries(parts);
	const sending = untallied.filter(({ status }) => status === 'sending').length;
	const canceled = untallied.filter(
		({ status, tallied }) => status === 'cancelled' && tallied === null,
	).length;
	return {
		statusCode: 200,
		body: {
			success: counts.successful_deliveries,
			pending: Math.max(0, counts.pending_deliveries - sending),
			sending,
			// What is on hold is sent by a recovery only, as what failed.
			fail: counts.failed_deliveries + counts.held_deliveries,
			canceled,
		},
	};
}

/** Queues an endpoint's failed messages. The caller does not wait for that. */
async function recover(call: ApplicationCall): Promise<SvixReply> {
	const { ports, request } = call;
	const body = parsePart('body', recoverIn, request.body);
	const [since, until] = [body.since, body.until ?? undefined].map((time) =>
		time === undefined ? undefined : toIsoTime(Date.parse(time)),
	);
	const { id } = await loadApiEndpoint(call);
	const task = computeRequestKey(call) ?? ports.newId();
	const reply = {
		statusCode: 202,
		body: {
			id: `qtask_${createHash('sha256').update(task).digest('hex').slice(0, 24)}`,
			status: 'running',
			task: 'endpoint.recover',
			updatedAt: toIsoTime(ports.nowMs()),
		},
	};
	await call.replyEarly(reply);
	await replayMany(
		ports,
		{
			statuses: ['failed', 'held'],
			endpointIds: [id],
			filter: request.key.filter,
			since,
			until,
		},
		{ isPreview: false, maxRunMs: MAX_RECOVERY_MS },
	);
	return reply;
}

/** Sends the example of an event type to one endpoint, as a message that stays on record. */
async function sendExample(call: ApplicationCall): Promise<SvixReply> {
	const { eventTypes, ports, request } = call;
	const { filter } = request.key;
	const { eventType } = parsePart('body', eventExampleIn, request.body);
	const endpoint = requireReadable(await loadApiEndpoint(call));
	const isCovered = coversEventType(filter, eventType);
	const found = isCovered ? await eventTypes?.find(eventType) : undefined;
	const example = found?.example;
	if (typeof example !== 'object' || example === null || Array.isArray(example)) {
		throw invalidField(['body', 'eventType'], 'has no example: its schema has none in "examples"');
	}
	const requestKey = computeRequestKey(call);
	const input = {
		type: requireEventType(eventType),
		data: example,
		tenantId: ports.tenantId,
		endpointIds: [endpoint.id],
		// Otherwise a key for some channels could not read what it sent.
		...(filter &&
			filter.channels.length > 0 && { channels: endpoint.settings.channels?.slice(0, 1) }),
		...(requestKey !== undefined && {
			requestKey,
			idempotencyKey: `svix request ${requestKey}`,
		}),
	};
	return await publishMessage(call, input, (event) => ({
		statusCode: 200,
		body: presentMessage(event, true),
	}));
}

/** The operations on what an endpoint gets. */
export const DELIVERY_HANDLERS = {
	'v1.endpoint.get-stats': countMessages,
	'v1.endpoint.recover': recover,
	'v1.endpoint.send-example': sendExample,
} satisfies Record<string, Handler<ApplicationCall>>;
