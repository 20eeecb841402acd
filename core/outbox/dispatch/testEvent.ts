import { BATCH_EVENT_TYPE } from '../../event/envelope';
import { matchesEventTypes } from '../../event/eventTypes';
import { countJsonBytes, isValueNestedDeeper } from '../../lib/jsonValue';
import { toIsoTime } from '../../lib/time';
import { deliver, type DeliveryReport } from '../../sending/deliver';
import {
	buildEndpointContent,
	prepareEndpointCredential,
	toDeliveryTarget,
} from '../endpoint/endpointTarget';
import type { Endpoint, EventContent } from '../model';
import type { OutboxPorts } from '../ports';
import { requireActiveTenant } from '../store/tenants';

import { EndpointTransform, type TransformedContent } from './transform';

const NO_RETRIES = { kind: 'list' as const, delaysMs: [] };

/** Test data that is too large. The message says what to do. */
export class InvalidTestDataError extends Error {
	override readonly name = 'InvalidTestDataError';
}

const MAX_DATA_KILOBYTES = 16;
const MAX_DATA_LEVELS = 20;

/**
 * Finds the limit that a test event's data exceeds. A test shows that an endpoint works, and needs little
 * data for it.
 * @returns what is wrong and what to do, to follow the field's name; `undefined` within the limits
 */
export function findTestDataExcess(data: Record<string, unknown>): string | undefined {
	if (isValueNestedDeeper(data, MAX_DATA_LEVELS)) {
		return `is nested more than ${MAX_DATA_LEVELS} levels deep. Remove some levels.`;
	}
	const bytes = countJsonBytes(data);
	return bytes > MAX_DATA_KILOBYTES * 1024
		? `has ${bytes} bytes of JSON. Shorten it to at most ${MAX_DATA_KILOBYTES} KB.`
		: undefined;
}

/** The type of a test event that any endpoint can get. */
const TEST_EVENT_TYPE = 'webhook.test';

/** Returns whether a type is that of batches, which no single event has. */
export const isBatchType = (type: string): boolean => matchesEventTypes([BATCH_EVENT_TYPE], type);

/**
 * Returns whether a test event may have a type: `webhook.test`, a type that the platform documents, or one
 * that the endpoint is subscribed to.
 */
export const isTestableType = ({ eventTypes, platform }: Endpoint, type: string): boolean =>
	type === TEST_EVENT_TYPE ||
	platform.events?.types.some(({ value }) => value === type) === true ||
	(!isBatchType(type) && matchesEventTypes(eventTypes, type));

/** Builds what a test event sends, with the endpoint's workflow if one makes its bodies. */
async function buildTestContent(
	ports: OutboxPorts,
	endpoint: Endpoint,
	event: EventContent & { isTest: boolean },
): Promise<TransformedContent> {
	const { transformWorkflowId } = endpoint.secrets;
	if (transformWorkflowId === undefined) return buildEndpointContent(endpoint, [event]);
	const { acceptedAt, id } = event;
	const delivery = { id, attempts: 0, acceptedAt, batchedEventIds: null };
	const transformable = { delivery, events: [event] };
	return await new EndpointTransform(ports, endpoint, transformWorkflowId, [transformable]).take(
		id,
	);
}

/**
 * Sends an endpoint a test event, once. It is not stored, and does not affect the endpoint's health. Its
 * signed body contains `"test": true`, so that it cannot be passed off as a real event.
 * @param type a valid event type
 * @throws InvalidTestDataError, TenantDisabledError
 */
export async function sendTestEvent(
	ports: OutboxPorts,
	endpoint: Endpoint,
	type: string,
	data: Record<string, unknown>,
): Promise<{ eventId: string; report: DeliveryReport }> {
	const eventId = `evt_${ports.newId()}`;
	const excess = findTestDataExcess(data);
	if (excess !== undefined) throw new InvalidTestDataError(`"Test Data (JSON)" ${excess}`);
	await requireActiveTenant(ports.tables, endpoint.tenantId);
	const acceptedAt = toIsoTime(ports.nowMs());
	const event = { id: eventId, type, acceptedAt, data, isTest: true };
	const content = await buildTestContent(ports, endpoint, event);
	const target = toDeliveryTarget(endpoint);
	const credential = prepareEndpointCredential(endpoint);
	const { rules } = target;
	const report = await deliver(
		{ ...rules, retry: { ...rules.retry, schedule: NO_RETRIES } },
		{
			nowMs: ports.nowMs,
			random: ports.random,
			wait: ports.wait,
			attempt: async () => {
				if ('failure' in content) return content.failure;
				const nowMs = ports.nowMs();
				return await ports.attempt({
					target,
					delivery: { id: eventId, attempt: 1, hops: 1 },
					key: eventId,
					body: Buffer.from(content.body, 'utf8'),
					contentHeaders: content.headers,
					nowMs,
					credential: credential(nowMs),
				});
			},
		},
	);
	return { eventId, report };
}
