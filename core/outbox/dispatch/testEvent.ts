import { toIsoTime } from '../../lib/time';
import { deliver, type DeliveryReport } from '../../sending/deliver';
import {
	buildEndpointBody,
	prepareEndpointCredential,
	toDeliveryTarget,
} from '../endpoint/endpointTarget';
import type { Endpoint } from '../model';
import type { OutboxPorts } from '../ports';

const NO_RETRIES = { kind: 'list' as const, delaysMs: [] };

/**
 * Sends an endpoint a test event, once. It is not stored, and does not affect the endpoint's health.
 * @param type a valid event type
 */
export async function sendTestEvent(
	ports: OutboxPorts,
	endpoint: Endpoint,
	type: string,
	data: Record<string, unknown>,
): Promise<{ eventId: string; report: DeliveryReport }> {
	const eventId = `evt_${ports.newId()}`;
	const event = { id: eventId, type, acceptedAt: toIsoTime(ports.nowMs()), data };
	const body = Buffer.from(buildEndpointBody(endpoint, [event]), 'utf8');
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
				const nowMs = ports.nowMs();
				return await ports.attempt({
					target,
					key: eventId,
					body,
					nowMs,
					credential: credential(nowMs),
				});
			},
		},
	);
	return { eventId, report };
}
