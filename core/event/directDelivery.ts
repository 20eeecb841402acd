import { validate } from '../http/validateBody';
import { roundExactNumbers } from '../lib/exactJson';
import { toIsoTime } from '../lib/time';
import {
	deliver,
	type DeliveryProgress,
	type DeliveryReport,
	type SendingPorts,
} from '../sending/deliver';
import { createPacer, type PacingLimits } from '../sending/pacer';
import { toDeliveryState, toResultItem, toSkippedItem } from '../sending/resultItem';
import type { DeliveryTarget, OutgoingAttempt } from '../sending/target';

import { splitIntoBatches } from './batch';
import { buildDeliveryContent, type EventFormat } from './envelope';
import type { WebhookEvent } from './event';
import type { SendSettings } from './sendSettings';

/** The fields of a result item that identify its event. */
export interface EventRef {
	event_id: string;
	/** The event's type; `null` for a request of another kind. */
	event: string | null;
	/** The request kind's ID. */
	request: string;
}

/** An event that is not part of a delivery yet. */
export interface PendingEvent {
	ref: EventRef;
	target: DeliveryTarget;
	event: WebhookEvent;
	format: EventFormat | undefined;
	batchKey: string;
}

/**
 * One event or batch for one URL. It is plain data, since it is stored with the execution while it waits
 * for its retry.
 */
export interface DirectDelivery {
	id: string;
	/** ID by which the receiver recognizes a repeated delivery: the event's, or the batch's. */
	key: string;
	/** JSON, sent in UTF-8. */
	body: string;
	/** Headers that belong to the body. Absent in deliveries that an earlier version stored. */
	contentHeaders?: Record<string, string>;
	/** Bytes of the body. */
	payloadSize: number;
	target: DeliveryTarget;
	/** The events in it, in order of arrival. */
	subjects: EventRef[];
	isBatch: boolean;
	/** When its run started, ISO 8601 in UTC. */
	acceptedAt: string;
}

/** A platform would reject this request. The message names the problem. */
export class InvalidRequestError extends Error {
	override readonly name = 'InvalidRequestError';
}

function assertPlatformAccepts({ kind, platform }: SendSettings, data: unknown): void {
	if (kind.request === undefined) return;
	const validation = validate(kind.request.schema, roundExactNumbers(data));
	if (validation.valid) return;
	const { expected, received } = validation.details;
	throw new InvalidRequestError(
		`${platform.name} would reject this ${kind.name.toLowerCase()}: ${validation.message} (expected ${expected}, found ${received}).`,
	);
}

/** Builds the reference to an event that is sent with these settings. */
export const toEventRef = (
	{ kind }: SendSettings,
	eventId: string,
	eventType: string | null,
): EventRef => ({ event_id: eventId, event: eventType, request: kind.id });

/**
 * Prepares an event for sending.
 * @param data the event's data, before field filters
 * @throws InvalidRequestError if the platform would reject the request
 */
export function createPendingEvent(
	settings: SendSettings,
	ref: EventRef,
	data: Record<string, unknown>,
	nowMs: number,
): PendingEvent {
	const { batchKey, filterData, format, kind, source, target, webhook } = settings;
	const filtered = filterData(data);
	assertPlatformAccepts(settings, filtered);
	const type = ref.event ?? kind.id;
	return {
		ref,
		target,
		event: { id: ref.event_id, type, timeMs: nowMs, webhook, source, data: filtered },
		format,
		batchKey,
	};
}

/**
 * Groups events into deliveries: one each, or batches of events that share a target. Requests of other
 * kinds are never batched.
 * @param maxEvents per delivery; above 1, every delivery of events is a batch
 * @param newId returns a unique string
 * @returns each delivery with its events, in order of arrival
 */
export function buildDirectDeliveries<T extends PendingEvent>(
	pending: T[],
	maxEvents: number,
	{ newId, nowMs }: { newId: () => string; nowMs: number },
): Array<{ delivery: DirectDelivery; events: T[] }> {
	const batches = splitIntoBatches(
		[...pending.entries()],
		{ maxEvents },
		{
			getKey: ([index, { batchKey, ref }]) => (ref.event === null ? `request ${index}` : batchKey),
		},
	);
	return batches.map((batch) => {
		const group = batch.map(([, member]) => member);
		const [{ event, format, ref, target }] = group;
		const id = `dlv_${newId()}`;
		const isBatch = maxEvents > 1 && ref.event !== null;
		const { body, headers } = buildDeliveryContent(
			format,
			group.map((member) => member.event),
			isBatch ? { id, timeMs: nowMs } : undefined,
		);
		return {
			delivery: {
				id,
				key: isBatch ? id : event.id,
				body,
				contentHeaders: headers,
				payloadSize: Buffer.byteLength(body, 'utf8'),
				target,
				subjects: group.map((member) => member.ref),
				isBatch,
				acceptedAt: toIsoTime(nowMs),
			},
			events: group,
		};
	});
}

/** A delivery to attempt. */
export interface DirectJob {
	delivery: DirectDelivery;
	progress: DeliveryProgress;
	/** The fields of the Sending credential, if the target is signed. */
	credential?: OutgoingAttempt['credential'];
}

/**
 * Attempts all deliveries at once, within the limits, until each is delivered, failed, or due later than
 * this run may wait.
 * @returns a report for each, in the same order; rejects only when the execution is cancelled
 */
export async function attemptDirectDeliveries(
	jobs: DirectJob[],
	ports: SendingPorts,
	limits: PacingLimits,
): Promise<DeliveryReport[]> {
	const paced = createPacer(limits, ports);
	return await Promise.all(
		jobs.map(async ({ credential, delivery, progress }) => {
			const { contentHeaders, id, key, target } = delivery;
			const attempt = async () =>
				await paced(async () => {
					// Created here, so that deliveries that wait their turn keep no second copy of the body.
					const body = Buffer.from(delivery.body, 'utf8');
					const nowMs = ports.nowMs();
					return await ports.attempt({ target, key, body, contentHeaders, nowMs, credential });
				});
			const onWait = (nextAttempt: number, atMs: number): void =>
				ports.announce(
					`Attempt ${nextAttempt} of delivery ${id} to ${target.printableUrl} is due at ${toIsoTime(atMs)}`,
				);
			return await deliver(target.rules, { ...ports, attempt, onWait }, progress);
		}),
	);
}

/** Builds the result item of one event of a delivery. */
export function toDirectResultItem(
	delivery: DirectDelivery,
	{ event, event_id, request }: EventRef,
	report: DeliveryReport,
): Record<string, unknown> {
	const state = toDeliveryState(
		{
			id: delivery.id,
			eventId: event_id,
			eventType: event,
			acceptedAt: delivery.acceptedAt,
			payloadSize: delivery.payloadSize,
		},
		report,
	);
	return toResultItem(state, {
		endpoint: { url: delivery.target.printableUrl },
		response: report.response,
		requestKind: request,
		...(delivery.isBatch && { eventCount: delivery.subjects.length }),
	});
}

/** Builds the result item of an event whose condition is not met. */
export const toDirectSkippedItem = (
	condition: string,
	{ event, event_id, request }: EventRef,
	target: DeliveryTarget,
): Record<string, unknown> =>
	toSkippedItem(condition, {
		...(event === null ? { request } : { event }),
		endpoint: target.printableUrl,
		event_id,
	});
